import importlib.util
import json

import numpy as np
import pandas as pd
import pytest

from engine.cli import main
from study import commands
from study.errors import StudyError
from study.findings.consensus import dawid_skene

HERE = importlib.util.find_spec("crowdkit") is not None
needs_crowd_kit = pytest.mark.skipif(
    not HERE, reason="needs crowd-kit: pip install -r requirements-annotators.txt"
)


def drawn():
    """Three raters of 200 items, right in 95, 80 and 60 % beside what they guess right."""
    rng = np.random.default_rng(0)
    truth = rng.choice(list("abc"), 200, p=[0.5, 0.3, 0.2])
    rows = [
        {
            "item": f"i{at:03}",
            "rater": who,
            "label": true if rng.random() < skill else rng.choice(list("abc")),
        }
        for at, true in enumerate(truth)
        for who, skill in (("ann", 0.95), ("bea", 0.8), ("cid", 0.6))
    ]
    return pd.DataFrame(rows), truth


def agreement(folder, *more):
    drawn()[0].to_csv(folder / "said.csv", index=False)
    columns = ["--item", "item", "--rater", "rater", "--label", "label", "--resamples", "0"]
    given = ["agreement", str(folder / "said.csv"), *columns, "--consensus", str(folder / "consensus.csv")]
    return main("study", commands, (StudyError,), [*given, *more])


@needs_crowd_kit
def test_the_model_finds_the_true_labels_and_who_is_reliable():
    table, truth = drawn()
    found = dawid_skene(table, "item", "rater", "label")
    assert found.items["item"].tolist() == sorted(table["item"].unique())
    # The best rater alone is right in 96.5 %.
    assert (found.items["label"].to_numpy() == truth).mean() >= 0.95
    accuracy = found.raters.set_index("rater")["accuracy"]
    # 95 % and a third of the rest, and so on.
    assert accuracy.to_list() == pytest.approx([0.967, 0.867, 0.733], abs=0.06)


@needs_crowd_kit
def test_the_command_writes_the_consensus(tmp_path, capsys):
    assert agreement(tmp_path, "--json") == 0
    assert len(pd.read_csv(tmp_path / "consensus.csv")) == 200
    said = json.loads(capsys.readouterr().out)["dawid_skene"]
    assert [one["rater"] for one in said] == ["ann", "bea", "cid"]


@pytest.mark.skipif(HERE, reason="crowd-kit is installed")
def test_without_crowd_kit_the_message_says_what_to_install(tmp_path, capsys):
    with pytest.raises(StudyError, match=r"pip install -r requirements-annotators\.txt"):
        dawid_skene(drawn()[0], "item", "rater", "label")
    assert agreement(tmp_path) == 2
    assert "requirements-annotators.txt" in capsys.readouterr().err
    assert not (tmp_path / "consensus.csv").exists()
