import numpy as np
import pytest

from engine.emfacs import EMOTIONS
from engine.ensemble import semantic_scores
from engine.errors import EngineError


def test_the_score_is_the_mean_over_backbones_of_confidence_times_probability():
    # Table 6's average accuracies of Neutral: ResNet-50, EfficientNet-B3, Xception.
    confidence = np.ones((3, 8))
    confidence[:, 0] = [0.795, 0.829, 0.816]
    probability = np.zeros((3, 2, 8))
    probability[:, 0, 0] = [1.0, 0.5, 0.0]
    probability[:, 1, 0] = 1.0
    scores = semantic_scores(confidence, probability)
    assert scores.shape == (2, 8)
    assert scores[0, 0] == pytest.approx((0.795 + 0.4145) / 3)
    assert scores[1, 0] == pytest.approx((0.795 + 0.829 + 0.816) / 3)
    assert not scores[:, 1:].any()


def test_the_mean_confidence_caps_the_score():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, (3, len(EMOTIONS)))
    scores = semantic_scores(confidence, rng.uniform(0, 1, (3, 50, 8)))
    assert (scores <= confidence.mean(axis=0)).all()


@pytest.mark.parametrize(
    "shapes", [((3, 7), (3, 2, 8)), ((3, 8), (2, 2, 8)), ((0, 8), (0, 2, 8)), ((8,), (2, 8))]
)
def test_wrong_shapes_are_refused(shapes):
    with pytest.raises(EngineError, match="shape"):
        semantic_scores(np.ones(shapes[0]), np.ones(shapes[1]))
