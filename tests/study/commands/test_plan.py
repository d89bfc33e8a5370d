import numpy as np
import pandas as pd
import pytest

from engine.cli import main
from study import commands
from study.errors import StudyError
from study.planning.stand_in import stand_in_labels


def run(*argv):
    return main("study", commands, (StudyError,), ["plan", *map(str, argv)])


def test_the_papers_study_is_planned_written_and_summarised(tmp_path, capsys):
    out = tmp_path / "plan.csv"
    flags = (
        "--images-per-emotion 500 --participants 6 --self-repeats 0.20 --overlap 0.10 --overlap-design ring"
    )
    assert run(*flags.split(), "--seed", 7, "--out", out) == 0
    said = capsys.readouterr().out
    assert "10,406 questions of 4,000 images to 6 participants" in said
    assert "stand-ins" in said
    assert said.count(" 134") >= 6
    assert "FAIL" not in said
    assert "note" not in said
    assert len(pd.read_csv(out)) == 10_406


def test_equal_seeds_write_equal_files(tmp_path):
    for name in ("one.csv", "other.csv"):
        run("--preset", "quick_pilot", "--seed", 3, "--out", tmp_path / name)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_a_label_set_and_a_parquet_plan(tmp_path, capsys):
    labels = tmp_path / "labels.parquet"
    stand_in_labels(30, np.random.default_rng(0)).to_parquet(labels)
    out = tmp_path / "plan.parquet"
    assert run("--labels", labels, "--images-per-emotion", 20, "--out", out) == 0
    assert "stand-ins" not in capsys.readouterr().out
    assert pd.read_parquet(out)["image"].nunique() == 160


def test_flags_change_a_design_file(tmp_path, capsys):
    design = tmp_path / "design.toml"
    design.write_text('images_per_emotion = 20\nparticipants = 4\ntitle = "Mine"\n', encoding="utf-8")
    assert run("--design", design, "--participants", 5, "--experiments", 1) == 0
    said = capsys.readouterr().out
    assert "Mine" in said
    assert "160 images to 5 participants" in said
    assert "first in Exp. 2" not in said


def test_a_short_study_says_which_lag_it_keeps(capsys):
    assert run("--images-per-emotion", 5) == 0
    assert "Note: the study is too short for a lag of 50" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--participants 2", "needs at least 3 participants"),
        ("--images-per-emotion 5 --min-lag 60", "min_lag = 60 is longer than the study allows"),
        ("--overlap-design star", "overlap_design = 'star'"),
        ("--overlap 2", "overlap = 2.0"),
        ("--labels nowhere.parquet", "there is no such file"),
        ("--design nowhere.toml", "cannot read nowhere.toml"),
        ("--preset slow", "preset = 'slow'"),
        ("--images-per-emotion 5 --out nowhere/plan.csv", "does not exist"),
    ],
)
def test_bad_input_is_one_line_and_status_two(flags, words, capsys):
    assert run(*flags.split()) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert words in said
    assert said.count("\n") == 1


def test_a_file_that_is_no_table_is_refused(tmp_path, capsys):
    labels = tmp_path / "labels.parquet"
    labels.write_text("hello")
    assert run("--labels", labels) == 2
    assert "cannot be read as a table" in capsys.readouterr().err
