"""The lines of docs/statistics.md that recompute the headline numbers from an export alone."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from study.exporting.folder import export_folder
from tests.small_study import NOW
from tests.study.answered import answered_study

DOCS = Path(__file__).parents[3] / "docs" / "statistics.md"


def lines_of_the_docs():
    section = DOCS.read_text(encoding="utf-8").partition("## How to check it yourself")[2]
    (found,) = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    return found


def test_the_lines_of_the_docs_recompute_the_exports_numbers(tmp_path, monkeypatch):
    here = answered_study(tmp_path / "data")
    with here.database.session() as session:
        export_folder(session, here.study_id, tmp_path / "out", now=NOW, rng=np.random.default_rng(1))
    monkeypatch.chdir(tmp_path / "out")
    names = {}
    with np.errstate(all="ignore"):
        exec(compile(lines_of_the_docs(), str(DOCS), "exec"), names)
    said = pd.read_csv("results/estimates.csv").set_index("name")
    assert len(names["found"]) == 8
    for name, numbers in names["found"].items():
        row = said.loc[name, ["estimate", "low", "high"]].to_numpy(float)
        own = np.array(numbers, dtype=float)
        known = np.isfinite(own)
        assert own[known] == pytest.approx(row[: len(own)][known], abs=1e-9), name
    tested = pd.read_csv("results/tests.csv").set_index("name").loc["soft less hard"]
    assert names["test"].pvalue == pytest.approx(tested["p_value"])
