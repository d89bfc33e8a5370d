"""The demo engine is worth showing: it is built, and asked about faces that it never saw."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.confidence import binary_counts
from engine.emfacs import EMOTIONS
from engine.labelling import label_images, read_source

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unseen(demo_dataset: Path, demo_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Labels of the validation faces beside their truth."""
    out = tmp_path_factory.mktemp("labels") / "labels.parquet"
    frame, root = read_source(demo_dataset / "images.parquet")
    label_images((frame[frame["split"] == "validation"], root), demo_bundle, out, progress=False)
    truth = pd.read_parquet(demo_dataset / "truth.parquet")
    return pd.read_parquet(out).merge(truth, on="image", suffixes=("", "_true"))


def scores(labels: pd.DataFrame, prefix: str) -> np.ndarray:
    return labels[[f"{prefix}_{emotion.lower()}" for emotion in EMOTIONS]].to_numpy()


@pytest.mark.parametrize("prefix", ["eb", "soft"])
def test_mean_balanced_accuracy_on_unseen_faces_is_at_least_80_percent(
    unseen: pd.DataFrame, prefix: str
) -> None:
    found = scores(unseen, prefix)
    truth = unseen["hard_label"].to_numpy()
    accuracy = [
        binary_counts(truth == emotion, found[:, place]).balanced_accuracy
        for place, emotion in enumerate(EMOTIONS)
    ]
    assert np.mean([value for value in accuracy if value is not None]) >= 0.80


def test_all_three_subsets_are_populated(unseen: pd.DataFrame) -> None:
    shares = unseen["subset"].value_counts(normalize=True)
    assert set(shares.index) == {"Easy", "Challenging", "Difficult"}
    assert shares["Easy"] > 0.5
    assert shares.min() >= 0.02


def test_both_emotions_of_most_compound_faces_are_among_the_top_three(unseen: pd.DataFrame) -> None:
    mixed = unseen[unseen["compound"]]
    top = np.argsort(-scores(mixed, "soft"), axis=1)[:, :3]
    both = np.argsort(-scores(mixed, "mixture"), axis=1)[:, :2]
    hits = [set(pair) <= set(three) for pair, three in zip(both, top, strict=True)]
    assert np.mean(hits) >= 0.70
