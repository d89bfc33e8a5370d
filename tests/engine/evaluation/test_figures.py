import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from engine.emfacs import EMOTIONS
from engine.evaluation import accuracy_figures, figures, label_sets
from engine.evaluation.comparison import compare
from engine.evaluation.look import DARK
from engine.evaluation.page import Report, text_table, write_report
from engine.metadata import joint_shares
from engine.soft_labels import label_frame
from tests.engine.conftest import ROOT


@pytest.fixture
def labels() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    hard = [EMOTIONS[place] for place in rng.integers(0, 8, 60)]
    return label_frame([f"{place}" for place in range(60)], hard, rng.random((60, 8)), "hand")


def test_every_figure_of_a_label_set_shows_its_frame(labels: pd.DataFrame) -> None:
    table = label_sets.table_5(labels)
    bars = figures.subset_bars(table, DARK)
    assert np.nansum([trace.y for trace in bars.data], axis=0) == pytest.approx([100] * 9)
    counts = label_sets.figure_4(labels)
    assert sum(sum(trace.y) for trace in figures.distribution(counts).data) == 60
    assert len(figures.score_panels(label_sets.score_histogram(labels)).data) == 16
    together = label_sets.co_occurrence(labels)
    np.testing.assert_array_equal(figures.co_occurrence(together).data[0].z, together)
    assert figures.correlations(label_sets.score_correlations(labels)).data[0].zmin == -1
    confidence = {
        "ensemble": {"a": dict.fromkeys(EMOTIONS, 0.9)},
        "action_units": dict.fromkeys(EMOTIONS, 0.9),
    }
    bias = label_sets.confidence_bias(labels, label_sets.score_caps(confidence))
    assert list(figures.confidence_bias(bias).data[0].y) == pytest.approx([0.9] * 8)
    moved = figures.moves(compare(labels, labels).moves)
    assert np.trace(np.char.replace(moved.data[0].text.astype(str), ",", "").astype(int)) == 60


def test_the_joint_shares_have_a_cell_for_every_pair_of_values() -> None:
    people = {"gender": ["Male", "Female"], "ethnicity": ["White", None], "age": [20, 60]}
    found = figures.joint_shares(
        joint_shares(pd.DataFrame({"hard_label": ["Happy", "Sad"], **people})), "train"
    )
    assert found.data[0].z.shape == (8 + 2 + 6 + 4,) * 2
    assert list(found.data[0].x[-4:]) == ["age 0-15", "age 16-32", "age 33-53", "age 54+"]
    assert len(found.layout.shapes) == 6  # between the four attributes, both ways


def test_a_confusion_matrix_is_drawn_in_percent_of_the_row() -> None:
    counts = np.zeros((8, 8), dtype=np.int64)
    counts[1, :2] = (1, 3)
    found = accuracy_figures.confusion(counts, "made up").data[0]
    assert found.z[1, :2].tolist() == [25, 75]
    assert np.isnan(found.z[0]).all()
    assert found.text[0, 0] == ""


def test_a_report_is_one_page_without_a_network_and_its_numbers_in_json(tmp_path: Path) -> None:
    table = pd.DataFrame({"emotion": ["Happy", "Sad"], "share": [0.5, np.nan]})
    drawn = {"one": go.Figure(go.Bar(y=[1])), "two": go.Figure(go.Bar(y=[2]))}
    report = Report("<title>", ("A & b.",), {"shares": table}, drawn, {"of": np.float64(3)})
    write_report(report, tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text()
    assert "&lt;title&gt;" in text
    assert "A &amp; b." in text
    assert text.count("plotly.js v") == 1
    assert '<script src="http' not in text
    found = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert found["tables"]["shares"] == [
        {"emotion": "Happy", "share": 0.5},
        {"emotion": "Sad", "share": None},
    ]
    assert found["of"] == 3
    assert json.loads((tmp_path / "out" / "two.json").read_text())["data"][0]["y"] == [2]


def test_a_long_table_stands_whole_in_its_csv_alone(tmp_path: Path) -> None:
    write_report(Report("long", tables={"rows": pd.DataFrame({"row": range(6000)})}), tmp_path)
    assert "The first 100 of 6,000 rows; all are in rows.csv." in (tmp_path / "report.html").read_text()
    assert json.loads((tmp_path / "evaluation.json").read_text())["tables"]["rows"]["rows"] == 6000
    assert len(pd.read_csv(tmp_path / "rows.csv")) == 6000


def test_pages_of_label_sets_load_no_torch() -> None:
    code = "import sys; from engine.evaluation import comparison, figures, label_sets\n"
    code += "print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_a_terminal_gets_whole_counts_and_dashes_for_what_is_undefined() -> None:
    table = pd.DataFrame({"measure": ["images", "percent"], "Happy": [3.0, np.nan]})
    assert text_table(table, 2).split() == ["measure", "Happy", "images", "3", "percent", "-"]
