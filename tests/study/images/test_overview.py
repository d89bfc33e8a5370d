import numpy as np
import pandas as pd
import pytest

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.evaluation import label_sets
from engine.soft_labels import SOFT_COLUMNS
from study.errors import NotFoundError
from study.images import comparisons
from study.images.imports import import_dataset, import_label_set
from study.images.overview import compare_sets, facet_frame, keep_overview, overview
from tests.small_study import NOW, empty_database

COUNT = 80


def _labels(names, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((len(names), 8)), columns=list(SOFT_COLUMNS))
    frame.insert(0, "image", names)
    frame["hard_label"] = [EMOTIONS[place % 8] for place in range(len(names))]
    own = frame[list(SOFT_COLUMNS)].to_numpy()[np.arange(len(names)), np.arange(len(names)) % 8]
    higher = (frame[list(SOFT_COLUMNS)].to_numpy() > own[:, None]).sum(axis=1)
    frame["rank"], frame["margin"] = higher + 1, 0.1
    frame["subset"] = np.select([higher == 0, higher <= 2], ["Easy", "Challenging"], "Difficult")
    return frame


@pytest.fixture
def here(tmp_path):
    settings, database = empty_database(tmp_path)
    names = [f"{number:03}.png" for number in range(COUNT)]
    for name in [*names, "x"]:
        (tmp_path / name).touch()
    images = pd.DataFrame(
        {
            "image": names,
            "path": names,
            "hard_label": [EMOTIONS[place % 8] for place in range(COUNT)],
            "split": ["train", "validation"] * (COUNT // 2),
            "gender": ["Female", "Male"] * (COUNT // 2),
        }
    )
    with database.begin() as session:
        import_dataset(session, "faces", tmp_path, images, now=NOW)
        import_label_set(session, "faces", "one", _labels(names, 1), now=NOW)
        import_label_set(session, "faces", "two", _labels(names[:60], 2), now=NOW)
    return settings, database, names


def test_an_overview_is_what_the_engine_says_of_the_labels(here):
    settings, database, names = here
    labels = _labels(names, 1)
    with database.session() as session:
        first = overview(session, settings, 1)
        again = overview(session, settings, 1)
    assert {"table_5", "co_occurrence", "joint_shares_train", "joint_shares_validation"} <= set(first)
    assert "confidence_bias" not in first  # no bundle
    for found in (first, again):
        pd.testing.assert_frame_equal(
            found["co_occurrence"], label_sets.co_occurrence(labels), check_names=False
        )
        assert found["joint_shares_train"].columns.nlevels == 2
        assert found["joint_shares_train"].index.equals(found["joint_shares_train"].columns)
    assert [file.name[:2] for file in (settings.cache_dir / "overviews").iterdir()] == ["1-"]


def test_two_label_sets_are_compared_over_the_images_that_both_hold(here):
    _, database, _ = here
    with database.session() as session:
        found = compare_sets(session, 1, 2)
        ids = facet_frame(session, 2).set_index("image")["image_id"]
    assert (found.ranked, found.only_before, found.only_after) == (60, COUNT - 60, 0)
    assert found.moves["images"].sum() == 60
    assert list(found.images["image_id"]) == list(ids.loc[found.images["image"]])


def test_a_comparison_is_made_once_and_read_again_as_it_was(here, monkeypatch):
    settings, database, _ = here
    with database.session() as session:
        first = comparisons.comparison(session, settings, 1, 2)
        monkeypatch.setattr(comparisons, "compare_sets", None)
        again = comparisons.comparison(session, settings, 1, 2)
        fresh = compare_sets(session, 1, 2)
        with pytest.raises(NotFoundError, match="no label set 7"):
            comparisons.comparison(session, settings, 1, 7)
    for found in (first, again):
        for name in ("images", "moves", "scores"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(fresh, name), check_dtype=False)
        assert (found.changed, found.ranked, found.only_before) == (fresh.changed, 60, COUNT - 60)


def test_sets_without_a_common_image_and_sets_that_are_not_there_are_refused_in_words(here, tmp_path):
    settings, database, _ = here
    with database.begin() as session:
        other = pd.DataFrame({"image": ["x"], "path": ["x"], "hard_label": ["Happy"], "split": ["train"]})
        import_dataset(session, "other", tmp_path, other, now=NOW)
        import_label_set(session, "other", "three", _labels(["x"], 3), now=NOW)
    with database.session() as session:
        with pytest.raises(EngineError, match="no image is in both"):
            compare_sets(session, 1, 3)
        with pytest.raises(NotFoundError, match="no label set 9"):
            overview(session, settings, 9)
        with pytest.raises(NotFoundError, match="'absent'"):
            keep_overview(session, settings, "absent")
