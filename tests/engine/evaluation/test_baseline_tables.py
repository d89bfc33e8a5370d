"""Tables 8 to 11 from summaries that hold the paper's own numbers."""

import numpy as np
import pandas as pd
import pytest

from engine.baselines import Baseline, BaselineRun, summary
from engine.emfacs import EMOTIONS
from engine.evaluation.baseline_runs import baseline_report
from engine.evaluation.baseline_tables import baseline_tables, comparison
from engine.scoring import score
from tests.engine.test_scoring import IMAGES, TABLE_10_W_FR, W_FR, label_files


def soft(subset: str) -> dict[str, object]:
    """A baseline on a subset, whose failures are those that Table 11 tells."""
    errors = {
        (subset, emotion): np.where(np.arange(size) < round(size * rate / 100), 0.5, 0.1)
        for emotion, size, rate in zip(EMOTIONS, IMAGES[subset], W_FR[subset], strict=True)
    }
    true, predicted = label_files(errors)
    found = score(true, predicted)
    run = BaselineRun("soft", "resnet50", subset)
    return summary(Baseline(run, 9, predicted, found, found, ()))


def test_tables_10_and_11_stand_as_the_paper_prints_them() -> None:
    tables = baseline_tables([soft(subset) for subset in IMAGES])
    ten = tables["table_10"].set_index("metric")
    assert ten.loc["W-FR", list(IMAGES)].tolist() == pytest.approx(list(TABLE_10_W_FR.values()), abs=0.006)
    assert set(ten.index) == {"W-FR", "W-MAE", "W-FR as printed", "W-MAE as printed"}
    eleven = tables["table_11"].set_index(["emotion", "metric"])
    for subset in IMAGES:
        found = [eleven.loc[(emotion, "W-FR"), subset] for emotion in EMOTIONS]
        assert found == pytest.approx(list(W_FR[subset]), abs=0.01)
    assert (eleven.xs("W-FR as printed", level="metric")[list(IMAGES)] == 0).all(axis=None)


def hard() -> dict[str, object]:
    true = pd.DataFrame(
        {"image": list("abcd"), "hard_label": ["Happy", "Happy", "Sad", "Sad"], "subset": "Easy"}
    )
    predicted = pd.DataFrame({"image": list("abcd"), "hard_label": ["Happy", "Sad", "Sad", "Sad"]})
    found = score(true, predicted)
    return summary(
        Baseline(BaselineRun("hard", "b", "Easy", "both"), 9, predicted, found, found, ("A note.",))
    )


def test_tables_8_and_9_by_hand() -> None:
    tables = baseline_tables([hard()])
    assert set(tables) == {"table_8", "table_9"}
    assert tables["table_8"]["Easy"].tolist() == [75, 75]
    nine = tables["table_9"].set_index("metric")
    assert nine.loc["Prec", ["Happy", "Sad"]].tolist() == pytest.approx([100, 200 / 3])
    assert nine.loc["Rec", ["Happy", "Sad"]].tolist() == [50, 100]
    assert np.isnan(nine.loc["F-1", "Fear"])


def test_the_comparison_and_the_report_of_a_hard_baseline_have_no_soft_metrics() -> None:
    table = comparison([hard()])
    assert table["judged_on"].tolist() == ["own subset", "all"]
    assert table[["w_mae", "ced_auc"]].isna().all(axis=None)
    report = baseline_report([hard()], pd.DataFrame())
    assert "A note." in report.sentences
    assert set(report.figures) == {"confusion_b_Easy", "confusion_b_Easy_all"}
    assert report.tables["confusion_b_Easy"].set_index("true").loc["Happy", "Sad"] == 1


def test_the_report_of_soft_baselines_draws_their_error_curves_together() -> None:
    report = baseline_report([soft("Easy"), soft("Difficult")], pd.DataFrame())
    assert [trace.name for trace in report.figures["error_curves"].data] == [
        "resnet50, Easy",
        "resnet50, Difficult",
    ]
    assert report.tables["error_curve_resnet50_Easy"]["share"].iloc[-1] == pytest.approx(0.92, abs=0.001)
