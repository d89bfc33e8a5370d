"""The commands of a study in the field: links, status, pause, resume, close, extend, replace."""

import argparse
import importlib
from datetime import UTC, datetime

import pandas as pd
import pytest

from study.errors import NotFoundError, StudyError
from study.field.moments import read_moment
from tests.arrivals import ring_study
from tests.small_study import NOW


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with ring_study(tmp_path, datetime.now(UTC)):
        pass

    def run(name, *words):
        command = importlib.import_module(f"study.commands.{name}")
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert command.run(parser.parse_args(words)) == 0
        return capsys.readouterr().out

    return run


def test_links_are_made_listed_written_renewed_and_taken_back(call, tmp_path):
    assert "no personal links" in call("links", "ring")
    file = tmp_path / "links.csv"
    call(
        "links", "ring", "--make", "--csv", str(file), "--base-url", "https://lab.example/", "--expires", "7d"
    )
    table = pd.read_csv(file)
    assert list(table) == ["participant", "link", "expires"]
    assert len(table) == 6
    assert table["link"].str.startswith("https://lab.example/join/").all()
    said = call(
        "links", "ring", "--renew", "P01", "--revoke", "P02", "--open", "2", "--prolific", "--code", "C1"
    )
    assert table["link"][0].rpartition("/")[2] not in said
    assert "P02" not in said
    assert "open link 1 (prolific, 0 of 2 places taken)" in said
    assert "taken back" in call("links", "ring", "--revoke-open", "1")


def test_the_door_and_the_deadline_are_moved_and_status_tells(call):
    assert "ring is paused" in call("pause", "ring")
    assert "ring is open" in call("resume", "ring")
    assert "until 2099-01-01 23:59" in call("extend", "ring", "2099-01-01")
    assert "P03 has until" in call("extend", "ring", "7d", "--participant", "P03")
    assert "P07 in the place of P03" in call("replace", "ring", "P03", "--preview")
    assert "P07: http" in call("replace", "ring", "P03")
    said = call("status", "ring")
    assert "No answer of 72 yet. The forecast begins a day after the first." in said
    assert "replaced" in said
    assert "ring is closed" in call("close", "ring")


def test_what_cannot_be_done_is_told(call):
    for words in (("links", "nosuch"), ("links", "ring", "--renew", "P77"), ("replace", "ring", "P77")):
        with pytest.raises(NotFoundError):
            call(*words)
    with pytest.raises(StudyError, match="belong to --open"):
        call("links", "ring", "--prolific")
    with pytest.raises(StudyError, match="cannot be written"):
        call("status", "ring", "--csv", "/nowhere/x.csv")


def test_moments_are_read_as_people_write_them():
    assert read_moment("3d", NOW).isoformat() == "2026-03-05T09:30:00+00:00"
    assert read_moment("2026-12-01", NOW).isoformat() == "2026-12-01T23:59:59+00:00"
    assert read_moment("2026-12-01T18:00+02:00", NOW).astimezone(UTC).hour == 16
    with pytest.raises(StudyError, match="no moment"):
        read_moment("soon", NOW)
