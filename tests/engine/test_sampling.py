import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.sampling import negative_counts, negative_rows

PLENTY = dict.fromkeys(EMOTIONS, 10_000)


def test_four_fifths_follow_the_overlap_and_one_fifth_is_even():
    # Surprise overlaps Sad 1, Fear 5, Disgust 1, Anger 2, nine in all: of 900, 720 go 80, 400, 80 and 160 by
    # overlap, and 180 go evenly, 25 or 26 to each of the seven.
    counts = negative_counts("Surprise", PLENTY, 900)
    by_overlap = {
        "Neutral": 0,
        "Happy": 0,
        "Sad": 80,
        "Fear": 400,
        "Disgust": 80,
        "Anger": 160,
        "Contempt": 0,
    }
    assert {emotion: counts[emotion] - n in (25, 26) for emotion, n in by_overlap.items()} == dict.fromkeys(
        by_overlap, True
    )
    assert sum(counts.values()) == 900
    assert "Surprise" not in counts


def test_neutral_takes_all_of_its_negatives_evenly():
    assert set(negative_counts("Neutral", PLENTY, 700).values()) == {100}


def test_contempt_overlaps_happy_alone():
    counts = negative_counts("Contempt", PLENTY, 700)
    assert counts.pop("Happy") == 560 + 20
    assert set(counts.values()) == {20}


def test_what_a_short_class_cannot_give_spills_to_the_even_part():
    counts = negative_counts("Contempt", {**PLENTY, "Happy": 60}, 700)
    assert counts.pop("Happy") == 60
    assert sum(counts.values()) == 640
    assert max(counts.values()) - min(counts.values()) <= 1


@settings(deadline=None)
@given(
    emotion=st.sampled_from(EMOTIONS),
    sizes=st.lists(st.integers(0, 60), min_size=8, max_size=8),
    total=st.integers(0, 300),
)
def test_the_counts_sum_to_the_total_or_to_all_there_is(emotion, sizes, total):
    available = dict(zip(EMOTIONS, sizes, strict=True))
    counts = negative_counts(emotion, available, total)
    there = sum(size for label, size in available.items() if label != emotion)
    assert sum(counts.values()) == min(total, there)
    assert all(0 <= count <= available[label] for label, count in counts.items())


def test_the_rows_are_other_emotions_drawn_once_and_by_the_seed():
    labels = np.repeat(EMOTIONS, 50)
    rows = negative_rows("Sad", labels, np.random.default_rng(3), ratio=2.0)
    assert len(rows) == len(set(rows)) == 100
    assert "Sad" not in set(labels[rows])
    np.testing.assert_array_equal(rows, negative_rows("Sad", labels, np.random.default_rng(3), ratio=2.0))
    assert set(rows) != set(negative_rows("Sad", labels, np.random.default_rng(4), ratio=2.0))


def test_other_labels_take_part_in_the_even_share():
    labels = np.array(["Contempt"] * 100 + ["Happy"] * 100 + ["None"] * 100)
    drawn = labels[negative_rows("Contempt", labels, np.random.default_rng(0))]
    assert (drawn == "Happy").sum() == 90
    assert (drawn == "None").sum() == 10


def test_an_absent_emotion_is_named():
    with pytest.raises(EngineError, match="Fear has 0 images"):
        negative_rows("Fear", ["Happy", "Sad"], np.random.default_rng(0))


def test_a_share_outside_0_to_1_is_named():
    with pytest.raises(EngineError, match=r"1\.5"):
        negative_counts("Sad", PLENTY, 10, random_share=1.5)
