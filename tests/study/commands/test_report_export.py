import json

import pandas as pd
import pytest

from db.errors import DatabaseError
from engine.cli import main
from study import commands
from study.errors import StudyError
from tests.study.answered import answered_study


def run(*argv):
    return main("study", commands, (StudyError, DatabaseError), [str(one) for one in argv])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    here = answered_study(tmp_path / "data")
    here.database.dispose()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def test_a_report_is_a_page_numbers_and_figures_that_agree(folder, capsys):
    page, numbers, figures = folder / "report.html", folder / "numbers.json", folder / "figures"
    assert run("report", "small", "--out", page, "--json", numbers, "--figures", figures, "--csv-only") == 0
    found = json.loads(numbers.read_text())
    soft = found["estimates"]["preference.soft"]["estimate"]
    assert f"{soft:.4f}" in page.read_text()
    csv = pd.read_csv(next(figures.glob("*figure-6a*.csv"))).set_index("participant")
    assert csv.loc["Mean", "soft"] == pytest.approx(soft)
    assert found["study"]["preregistration"] is None
    assert found["versions"]["Python"]
    said = capsys.readouterr()
    assert said.out == ""
    assert "findings" in said.err


def test_numbers_are_printed_where_the_file_is_a_dash(folder, capsys):
    assert run("report", "1", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["answers"] == 16


def test_an_exported_folder_is_reported_like_its_study(folder, capsys):
    assert run("export", "small", "--redraw-codes", "--out", folder / "out") == 0
    assert "answers" in capsys.readouterr().out
    assert run("report", "small", "--json", folder / "a.json") == 0
    assert run("report", folder / "out", "--json", folder / "b.json", "--out", folder / "b.html") == 0
    ours, theirs = (json.loads((folder / name).read_text()) for name in ("a.json", "b.json"))
    assert ours["estimates"] == theirs["estimates"]
    assert theirs["participants"] == ["S01", "S02"]
    assert "left out" in (folder / "b.html").read_text()


def test_a_second_export_needs_force(folder, capsys):
    assert run("export", "small", "--out", folder / "out") == 0
    assert run("export", "small", "--out", folder / "out") == 2
    assert "--force" in capsys.readouterr().err
    assert run("export", "small", "--out", folder / "out", "--force", "--redraw-codes") == 0
    assert list(pd.read_parquet(folder / "out" / "parquet" / "participants.parquet")["participant"]) == [
        "S01",
        "S02",
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("report", "large", "--json", "-"), "the studies are: small"),
        (("report", "small"), "nothing to write"),
        (("report", "small", "--out", "nowhere/report.html"), "the folder nowhere does not exist"),
        (("report", "small", "--json", "-", "--bootstrap", "-3"), "0 or more"),
        (("report", "small", "--json", "-", "--exclude-flagged"), None),
        (("export", "large", "--out", "out"), "the studies are: small"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(folder, capsys, argv, said):
    status = run(*argv)
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert status == (0 if said is None else 2)
    assert said is None or (said in err and "error: " in err)


def test_a_folder_without_a_database_gets_none(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "empty"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert run("report", "small", "--json", "-") == 2
    assert "there is no database" in capsys.readouterr().err
    assert not (tmp_path / "empty").exists()
