from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from engine.annotations import multi_annotated_set, validate
from engine.annotators import MIXTURE_COLUMNS, simulate_annotators, vote_probabilities
from engine.emfacs import EMOTIONS

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def truth_of(emotion="Fear", count=1, intensity=1.0, second=None):
    frame = pd.DataFrame(0.0, index=range(count), columns=list(MIXTURE_COLUMNS))
    frame[f"mixture_{emotion.lower()}"] = 0.6 if second else 1.0
    if second:
        frame[f"mixture_{second.lower()}"] = 0.4
    return frame.assign(image=[f"i{row}" for row in range(count)], intensity=intensity)


def test_votes_are_valid_annotations_of_two_to_five_annotators():
    votes = validate(simulate_annotators(truth_of(count=300), np.random.default_rng(1), NOW))
    counts = votes.groupby("image")["annotator"].nunique()
    assert len(counts) == 300
    assert set(counts) == {2, 3, 4, 5}


def test_probabilities_sum_to_one():
    every = pd.concat([truth_of(emotion) for emotion in EMOTIONS])
    np.testing.assert_allclose(vote_probabilities(every).sum(axis=1), 1.0)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_most_agree_on_a_clear_face(emotion):
    votes = simulate_annotators(truth_of(emotion, count=400), np.random.default_rng(2), NOW)
    assert (votes["label"] == emotion).mean() > 0.8
    decided = multi_annotated_set(votes).emotions
    assert (decided["label"] == emotion).mean() > 0.85
    assert decided["unanimous"].mean() > 0.55


def test_fear_is_taken_for_surprise_more_often_than_for_joy():
    votes = simulate_annotators(truth_of("Fear", count=1000), np.random.default_rng(3), NOW)[
        "label"
    ].value_counts()
    assert votes["Surprise"] > 5 * votes.get("Happy", 0)
    assert 0 < votes["None"] + votes["Uncertain"] < 0.05 * votes.sum()


def test_a_faint_face_is_often_called_neutral():
    clear, faint = (vote_probabilities(truth_of("Sad", intensity=level))[0, 0] for level in (1.0, 0.35))
    assert faint > 0.3 > clear


def test_both_emotions_of_a_mixture_get_votes_and_the_stronger_more():
    chances = vote_probabilities(truth_of("Happy", second="Surprise"))[0]
    assert 0.2 < chances[EMOTIONS.index("Surprise")] < chances[EMOTIONS.index("Happy")]


def test_each_annotator_works_in_order_up_to_now():
    votes = simulate_annotators(truth_of(count=50), np.random.default_rng(4), NOW)
    assert votes["annotated_at"].max() <= pd.Timestamp(NOW)
    for _, own in votes.groupby("annotator"):
        assert own["annotated_at"].is_monotonic_increasing


def test_the_same_generator_gives_the_same_votes():
    first, second = (simulate_annotators(truth_of(count=20), np.random.default_rng(5), NOW) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
