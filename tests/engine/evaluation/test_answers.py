from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.answers import Answers
from engine.bundle import ANSWERS, open_bundle
from engine.confidence import binary_counts
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.evaluation.answers import JudgedAnswers, answers_frame, answers_from


def judged(backbones: int, count: int) -> JudgedAnswers:
    rng = np.random.default_rng(3)
    labels = np.array([EMOTIONS[place % 8] for place in range(count)], dtype=object)
    labels[0] = None
    scores = Answers(rng.random((backbones, count, 8)), rng.random((count, 8)), rng.random((count, 8, 21)))
    return JudgedAnswers(np.array([f"{place}" for place in range(count)], dtype=object), labels, scores)


def test_answers_survive_their_table() -> None:
    before = judged(2, 5)
    after = answers_from(answers_frame(before, ("a", "b")), ("a", "b"), "file")
    assert after.labels.tolist() == before.labels.tolist()
    assert (after.images == before.images).all()
    for name in ("probability", "binary", "units"):
        np.testing.assert_array_equal(getattr(after.answers, name), getattr(before.answers, name))


def test_a_table_without_a_network_says_which_column_is_missing() -> None:
    frame = answers_frame(judged(1, 2), ("a",)).drop(columns="p_a_sad")
    with pytest.raises(EngineError, match=r"file has no column 'p_a_sad' \(1 columns are missing\)"):
        answers_from(frame, ("a",), "file")


def test_a_bundle_keeps_the_answers_that_its_counts_come_from(tiny_bundle: Path) -> None:
    opened = open_bundle(tiny_bundle)
    kept = answers_from(pd.read_parquet(tiny_bundle / ANSWERS), opened.recipe.backbones, "answers")
    tested = opened.roles().query("role == 'test'")
    assert set(kept.images) == set(tested["image"])
    for place, backbone in enumerate(opened.recipe.backbones):
        counts = binary_counts(kept.labels == "Sad", kept.answers.probability[place, :, 2])
        assert vars(counts) == opened.contents["counts"]["ensemble"][backbone]["Sad"]
