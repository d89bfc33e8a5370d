import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.soft_labels import (
    AU_COLUMNS,
    EB_COLUMNS,
    SOFT_COLUMNS,
    check_scores,
    emotion_indices,
    fuse,
    label_frame,
    margin,
    rank,
    subset,
)

ONE = [0.1, 0.8, 0.2, 0.3, 0.3, 0.05, 0.0, 0.5]


def test_fusing_takes_the_mean_of_both_scores():
    np.testing.assert_allclose(fuse([[0.2] * 8], [[0.6] * 8]), [[0.4] * 8])


def test_fusing_refuses_different_images():
    with pytest.raises(EngineError, match=r"\(1, 8\).*\(2, 8\)"):
        fuse([[0.2] * 8], [[0.6] * 8] * 2)


@pytest.mark.parametrize("wrong", [1.2, -0.1, float("nan")])
def test_a_score_outside_0_to_1_is_named(wrong):
    with pytest.raises(EngineError, match="Fear in row 2"):
        check_scores([ONE, [0.0] * 4 + [wrong] + [0.0] * 3])


def test_the_rank_counts_the_emotions_that_score_strictly_more():
    happy, contempt, surprise, fear, anger = (
        EMOTIONS.index(e) for e in ("Happy", "Contempt", "Surprise", "Fear", "Anger")
    )
    ranks = rank([ONE] * 5, [happy, contempt, surprise, fear, anger])
    assert ranks.tolist() == [1, 2, 3, 3, 8]  # Surprise and Fear tie at 0.3: both are third


def test_the_margin_is_to_the_best_other_score():
    happy, anger = EMOTIONS.index("Happy"), EMOTIONS.index("Anger")
    np.testing.assert_allclose(margin([ONE, ONE], [happy, anger]), [0.3, -0.8])


def test_the_subsets_are_rank_1_then_2_and_3_then_the_rest():
    assert subset(range(1, 9)).tolist() == ["Easy"] + ["Challenging"] * 2 + ["Difficult"] * 5


@settings(deadline=None)
@given(
    scores=st.lists(st.floats(0, 1), min_size=8, max_size=8),
    hard=st.integers(0, 7),
)
def test_the_margin_is_negative_exactly_where_the_rank_is_below_the_first(scores, hard):
    assert (margin([scores], [hard])[0] < 0) == (rank([scores], [hard])[0] > 1)


def test_the_label_frame_keeps_the_contract():
    frame = label_frame(["a", "b"], ["Happy", "Anger"], [ONE, ONE], "demo", {EB_COLUMNS: [ONE, ONE]})
    assert frame.columns.tolist() == [
        "image",
        "hard_label",
        *SOFT_COLUMNS,
        *EB_COLUMNS,
        "rank",
        "margin",
        "subset",
        "bundle",
    ]
    assert frame["rank"].tolist() == [1, 8]
    assert frame["subset"].tolist() == ["Easy", "Difficult"]
    assert frame["soft_happy"].tolist() == [0.8, 0.8]


def test_an_image_without_a_hard_label_has_no_rank_margin_or_subset(tmp_path):
    frame = label_frame(["a", "b"], [None, "Happy"], [ONE, ONE], "demo", {AU_COLUMNS: [ONE, ONE]})
    frame.to_parquet(tmp_path / "labels.parquet")
    again = pd.read_parquet(tmp_path / "labels.parquet")
    for column in ("hard_label", "rank", "margin", "subset"):
        assert again[column].isna().tolist() == [True, False], column
    assert again["rank"].dtype == "Int64"


def test_an_unknown_label_is_named_with_its_row():
    with pytest.raises(EngineError, match="'Bored' in row 2"):
        emotion_indices(["Happy", "Bored"])


def test_the_fractions_of_table_5_come_out_of_its_counts():
    ranks = np.repeat([1, 2, 4], [194254, 57427, 35970])
    shares = pd.Series(subset(ranks)).value_counts(normalize=True)
    assert [round(100 * shares[s], 2) for s in ("Easy", "Challenging", "Difficult")] == [67.53, 19.96, 12.50]
