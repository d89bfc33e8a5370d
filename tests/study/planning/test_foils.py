import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from study.design.design import DEFAULT
from study.errors import StudyError
from study.planning.foils import Pool, draw_foils, js_distance, score_difference


def pool_of(scores, hard=None):
    scores = np.asarray(scores, dtype=float)
    hard = np.zeros(len(scores), dtype=int) if hard is None else np.asarray(hard)
    return Pool(scores, hard, [f"image-{number}" for number in range(len(scores))])


def draw(pool, design=DEFAULT, met=None, answerers=None, seed=0):
    count = len(pool.names)
    met = np.zeros((count, 1), dtype=bool) if met is None else met
    answerers = np.ones((count, met.shape[1]), dtype=bool) if answerers is None else answerers
    return draw_foils(np.arange(count), answerers, met, pool, design, np.random.default_rng(seed))


def test_the_distance_is_scipys():
    rng = np.random.default_rng(0)
    first, second = rng.random((50, 8)), rng.random((50, 8))
    assert js_distance(first, second) == pytest.approx(
        jensenshannon(first, second, axis=1, base=2), abs=1e-12
    )


def test_distances_worked_by_hand():
    happy, sad, both = np.eye(8)[1], np.eye(8)[2], np.eye(8)[1] + np.eye(8)[2]
    assert js_distance(happy, sad) == pytest.approx(1)
    assert js_distance(happy, 0.3 * happy) == pytest.approx(0, abs=1e-7)
    # Divergence 0.5 (1 log2 (1 / 0.75)) + 0.5 (0.5 log2 (0.5 / 0.75) + 0.5 log2 (0.5 / 0.25)) = 0.311278
    assert js_distance(happy, both) ** 2 == pytest.approx(0.311278, abs=1e-6)


def test_a_soft_label_without_any_score_is_refused():
    with pytest.raises(StudyError, match="all 0"):
        js_distance(np.zeros(8), np.ones(8))


def test_intensity_alone_is_a_visible_difference():
    happy = np.eye(8)[1]
    assert score_difference(happy, 0.3 * happy) == pytest.approx(0.7)


def test_a_foil_is_another_image_that_differs_visibly():
    rng = np.random.default_rng(4)
    base = rng.random((6, 8))
    scores = np.concatenate([base, base + 0.001])  # every image has a near twin
    pool = pool_of(np.clip(scores, 0, 1))
    for seed in range(20):
        foils = draw(pool, seed=seed)
        assert (foils.foil != np.arange(12)).all()
        assert (score_difference(pool.scores, pool.scores[foils.foil]) >= 0.10).all()
        assert foils.distance == pytest.approx(js_distance(pool.scores, pool.scores[foils.foil]))


def test_an_image_like_all_others_has_no_foil_and_is_named():
    with pytest.raises(StudyError, match="'image-0' has no foil"):
        draw(pool_of(np.full((5, 8), 0.5)))


def test_a_single_image_of_its_emotion_has_no_matched_foil():
    scores = np.random.default_rng(0).random((4, 8))
    design = DEFAULT.changed(foil_policy="matched_hard_label")
    with pytest.raises(StudyError, match=r"'image-3' has no foil.*of its hard-label"):
        draw(pool_of(scores, [0, 0, 0, 1]), design)


def test_matched_foils_share_the_hard_label():
    scores = np.random.default_rng(0).random((40, 8))
    hard = np.arange(40) % 4
    foils = draw(pool_of(scores, hard), DEFAULT.changed(foil_policy="matched_hard_label"))
    assert (hard[foils.foil] == hard).all()


def test_foils_avoid_images_their_answerers_meet_and_count_those_they_cannot():
    scores = np.random.default_rng(0).random((10, 8))
    met = np.ones((10, 1), dtype=bool)
    met[7:] = False
    foils = draw(pool_of(scores), met=met)
    assert set(foils.foil) <= {7, 8, 9}
    assert foils.known == 0
    assert draw(pool_of(scores), met=np.ones((10, 1), dtype=bool)).known == 10


def test_distance_bins_are_filled_equally():
    scores = np.random.default_rng(0).random((400, 8)) ** 4
    design = DEFAULT.changed(foil_policy="distance_bins", foil_bins=(0.2, 0.4, 0.6, 0.8))
    foils = draw(pool_of(scores), design)
    inside = np.histogram(foils.distance, design.foil_bins)[0]
    assert inside.sum() >= 400 - foils.off_bin
    assert abs(inside - 400 / 3).max() <= 1 + foils.off_bin
