import io

import pandas as pd
import pytest

from study.exporting.cells import plain, spreadsheet_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']
)
def test_a_text_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(text):
    assert plain(text) == f"'{text}"


@pytest.mark.parametrize("value", ["P01", "-0.5", "+3", "1e-3", "-.5", "", None, -2, "a=b", "Anger"])
def test_numbers_and_other_texts_stay_as_they_are(value):
    assert plain(value) == value


def test_a_table_keeps_its_numbers_and_its_missing_values():
    table = pd.DataFrame({"=name": ["=a", None], "n": [-1.5, 2.0], "of": pd.Categorical(["-x", "y"])})
    read = pd.read_csv(io.StringIO(spreadsheet_csv(table)))
    assert list(read.columns) == ["'=name", "n", "of"]
    assert read["'=name"].tolist()[0] == "'=a"
    assert pd.isna(read["'=name"].iloc[1])
    assert read["n"].tolist() == [-1.5, 2.0]
    assert read["of"].tolist() == ["'-x", "y"]
