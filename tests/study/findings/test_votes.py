import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from engine.emfacs import EMOTIONS
from study.errors import StudyError
from study.findings.votes import jensen_shannon, votes_against_engine

SOFT = [f"soft_{emotion.lower()}" for emotion in EMOTIONS]


def labels(**scores):
    """Labels of images by their first scores; the rest 0."""
    rows = {name: [*given, *[0.0] * (8 - len(given))] for name, given in scores.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=SOFT).rename_axis("image").reset_index()


def votes(**said):
    return pd.DataFrame(
        [
            {"image": image, "annotator": f"a{at}", "label": label, "annotated_at": None}
            for image, given in said.items()
            for at, label in enumerate(given)
        ]
    )


def test_jensen_shannon_is_scipys():
    rng = np.random.default_rng(1)
    p, q = rng.random((6, 8)), rng.random((6, 8))
    q[0, 3] = 0
    expected = [jensenshannon(a, b, base=2) for a, b in zip(p, q, strict=True)]
    assert jensen_shannon(p, q) == pytest.approx(expected)


def test_an_image_is_worked_by_hand():
    # Shares of votes Happy .75, Neutral .25; scores .5 and .5; errors .25 at weights 1 and 1/2.
    found = votes_against_engine(votes(a=["Happy"] * 3 + ["Neutral"]), labels(a=[0.5, 0.5]))
    row = found.by_image.iloc[0]
    weights = sum(1 / rank for rank in range(1, 9))
    assert row["error"] == pytest.approx((0.25 + 0.125) / weights)
    assert row["majority"] == "Happy"
    assert row["majority_rank"] == 1


def test_ties_have_no_majority_and_no_rank():
    found = votes_against_engine(
        votes(a=["Happy", "Sad"], b=["Sad", "Sad"]), labels(a=[0.1, 0.9], b=[0.1, 0.9, 0.5])
    )
    rows = found.by_image.set_index("image")
    assert np.isnan(rows.loc["a", "majority_rank"])
    assert rows.loc["b", "majority_rank"] == 2
    assert found.first.estimate == 0
    assert found.first.n == 1


def test_images_without_labels_or_emotion_votes_are_left_out():
    found = votes_against_engine(votes(a=["Happy"], b=["Uncertain"], c=["Sad"]), labels(a=[0, 1], b=[0, 1]))
    assert found.by_image["image"].tolist() == ["a"]
    assert found.wmae.low is None
    assert "one image" in found.wmae.reason


def test_nothing_in_common_is_undefined():
    found = votes_against_engine(votes(a=["Happy"]), labels(z=[1]))
    assert found.wmae.reason == "no image has both"
    assert found.first.estimate is None


def test_missing_scores_are_named():
    with pytest.raises(StudyError, match="soft_contempt"):
        votes_against_engine(votes(a=["Happy"]), labels(a=[1]).drop(columns="soft_contempt"))


def test_images_all_alike_have_no_interval_without_width():
    same = votes_against_engine(votes(a=["Happy"] * 2, b=["Happy"] * 2), labels(a=[0.4, 0.9], b=[0.4, 0.9]))
    for found in (same.rank, same.wmae, same.distance):
        assert found.low is None
        assert found.reason == "the images' values are the same: no interval"
    assert (same.rank.estimate, same.first.estimate) == (1, 1)


def test_no_interval_of_a_rank_ends_before_the_first():
    scores = {f"i{at}": [0.4, 0.9] for at in range(9)} | {"i9": [0.9, 0.4]}
    found = votes_against_engine(votes(**dict.fromkeys(scores, ["Happy"] * 2)), labels(**scores)).rank
    # Nine ranks of 1 and one of 2: 1.1 -+ 2.262 x .1.
    assert (found.estimate, found.low) == (pytest.approx(1.1), 1)
    assert found.high == pytest.approx(1.1 + 2.262157 * 0.1, abs=1e-6)
