from pathlib import Path

import numpy as np
import pandas as pd

from engine.bundle import open_bundle
from engine.emfacs import EMOTIONS
from engine.history import COLUMNS, FILE, History, read_history

HAPPY = ("ensemble", "resnet50", "Happy")


def test_every_epoch_of_every_network_is_told_and_the_last_is_what_the_bundle_holds(
    tiny_bundle: Path,
) -> None:
    told, bundle = read_history(tiny_bundle), open_bundle(tiny_bundle)
    assert list(told.columns) == list(COLUMNS)
    assert told.groupby(["kind", "backbone", "emotion"]).size().to_dict() == {
        ("foundation", "test_byobnet", "all"): 2,
        ("foundation", "test_resnet", "all"): 2,
        **{("ensemble", name, e): 1 for name in ("test_byobnet", "test_resnet") for e in EMOTIONS},
        **{("action_units", "test_byobnet", emotion): 1 for emotion in EMOTIONS},
    }
    assert told.loc[told["kind"] == "foundation", "balanced_accuracy"].isna().all()
    for row in told[told["kind"] == "ensemble"].to_dict("records"):
        stem = f"ensemble-{row['backbone']}-{row['emotion'].lower()}"
        assert row["loss"] == bundle.contents["networks"][stem]["loss"]
        confidence = bundle.contents["confidence"]["ensemble"][row["backbone"]][row["emotion"]]
        assert np.isclose(row["balanced_accuracy"], confidence)


def test_an_epoch_gone_through_again_counts_once_and_a_line_cut_short_not_at_all(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(HAPPY, 1, 0.9, 0.5)
    history.add(HAPPY, 2, 0.8, 0.6)
    history.add(HAPPY, 2, 0.7, 0.65)
    history.close()
    with (tmp_path / FILE).open("a") as file:
        file.write('{"kind": "ensemble", "ba')
    told = read_history(tmp_path)
    assert told["epoch"].tolist() == [1, 2]
    assert told["loss"].tolist() == [0.9, 0.7]
    assert pd.to_datetime(told["at"]).dt.tz is not None


def test_an_older_bundle_has_no_history(tmp_path: Path) -> None:
    told = read_history(tmp_path)
    assert told.empty
    assert list(told.columns) == list(COLUMNS)
