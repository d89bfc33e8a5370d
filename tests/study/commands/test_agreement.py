import json

import pandas as pd
import pytest

from engine.cli import main
from study import commands
from study.errors import StudyError

COLUMNS = ["--item", "image", "--rater", "annotator", "--label", "label"]
KEYS = [
    "percent_agreement",
    "cohen_kappa_mean",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "self_agreement",
    "pairs",
]
TABLE = pd.DataFrame(
    {
        "image": [f"i{at}" for at in range(5)] * 2 + ["i0"],
        "annotator": ["ann"] * 5 + ["bea"] * 5 + ["ann"],
        "label": [*"aaabb", *"aabbb", "a"],
    }
)


def run(*argv):
    return main("study", commands, (StudyError,), ["agreement", *map(str, argv)])


@pytest.fixture
def csv(tmp_path):
    TABLE.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def test_json_is_keyed_by_statistic_and_each_has_its_parts(csv, capsys):
    assert run(csv, *COLUMNS, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found)[: len(KEYS)] == KEYS
    for key in KEYS[:-1]:
        assert {"estimate", "low", "high", "n", "method", "reason"} <= set(found[key])
    assert found["percent_agreement"]["estimate"] == pytest.approx(0.8)
    pair = found["pairs"][0]
    assert (pair["a"], pair["b"], pair["n"], pair["estimate"]) == ("ann", "bea", 5, 0.8)
    assert found["self_agreement"]["estimate"] == 1


def test_parquet_gives_the_same_numbers_as_csv(csv, capsys):
    TABLE.to_parquet(csv.with_suffix(".parquet"))
    run(csv, *COLUMNS, "--json")
    from_csv = capsys.readouterr().out
    run(csv.with_suffix(".parquet"), *COLUMNS, "--json")
    assert capsys.readouterr().out == from_csv


def test_people_read_a_table(csv, capsys):
    assert run(csv, *COLUMNS) == 0
    text = capsys.readouterr().out
    assert "2 raters, 5 items, 2 categories: a, b" in text
    assert "percent agreement" in text
    assert "ann - bea:  0.800" in text


def test_the_word_none_is_a_label_and_an_empty_field_is_not(tmp_path, capsys):
    path = tmp_path / "table.csv"
    path.write_text("image,annotator,label\n1,ann,None\n1,bea,None\n2,ann,Happy\n2,bea,NA\n3,ann,\n")
    assert run(path, *COLUMNS, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["table"]["categories"] == ["Happy", "NA", "None"]
    assert found["table"]["readings_without_label"] == 1
    assert found["percent_agreement"]["estimate"] == 0.5


def test_undefined_statistics_are_null_with_a_reason(tmp_path, capsys):
    path = tmp_path / "table.csv"
    path.write_text("image,annotator,label\n1,ann,a\n2,ann,a\n")
    assert run(path, *COLUMNS, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    for key in KEYS[:-1]:
        assert found[key]["estimate"] is None
        assert found[key]["reason"]
    assert found["pairs"] == []


@pytest.mark.parametrize(
    ("name", "text", "argv", "said"),
    [
        ("t.csv", "a,b\n1,2\n", COLUMNS, "no column 'image', 'annotator', 'label'; its columns are: a, b"),
        ("t.txt", "a,b\n", COLUMNS, "not a .csv, .tsv or .parquet"),
        ("t.csv", "", COLUMNS, "cannot be read as a table"),
        ("t.parquet", "no parquet", COLUMNS, "cannot be read as a table"),
        (
            "t.csv",
            "image,annotator,label\n1,a,b\n",
            [*COLUMNS, "--resamples", "-1"],
            "--resamples must be 0 or more",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(tmp_path, capsys, name, text, argv, said):
    (tmp_path / name).write_text(text)
    assert run(tmp_path / name, *argv) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("error: ")


def test_a_missing_file_is_one_line_too(tmp_path, capsys):
    assert run(tmp_path / "absent.csv", *COLUMNS) == 2
    assert "absent.csv" in capsys.readouterr().err
