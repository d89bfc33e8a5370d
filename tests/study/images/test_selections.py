"""Selections: kept under a name, taken away, and refused where they make no sense."""

import pandas as pd
import pytest

from db.tables import AuditEvent
from engine.images import validate
from study.errors import NotFoundError
from study.images.selections import (
    SelectionError,
    chosen_labels,
    chosen_manifest,
    delete_selection,
    save_selection,
    selection_images,
    selections,
)
from tests.small_study import NOW, small_labels, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


def test_a_selection_is_kept_found_and_forgotten(here):
    with here.database.begin() as session:
        save_selection(session, " Compound ", 1, [5, 3, 3, 9], now=NOW)
    with here.database.begin() as session:
        listed = selections(session, 1)
        assert listed[["name", "label_set", "images"]].to_numpy().tolist() == [["Compound", "small", 3]]
        assert selection_images(session, "Compound") == (1, [3, 5, 9])
        delete_selection(session, "Compound", now=NOW)
        assert selections(session).empty
        with pytest.raises(NotFoundError, match="no selection 'Compound'"):
            selection_images(session, "Compound")
        acts = [event.action for event in session.query(AuditEvent).order_by(AuditEvent.id)]
    assert acts[-2:] == ["selection.saved", "selection.deleted"]


@pytest.mark.parametrize(
    ("name", "ids", "message"),
    [
        ("  ", [1], "needs a name"),
        ("x" * 201, [1], "1 to 200"),
        ("new", [], "nothing is selected"),
        ("new", [1, 999], "1 of the images are not in label set 1"),
        ("taken", [1], "a selection 'taken' already"),
    ],
)
def test_a_selection_that_cannot_be_kept_says_why_and_leaves_nothing(here, name, ids, message):
    with here.database.begin() as session:
        save_selection(session, "taken", 1, [2], now=NOW)
    with pytest.raises(SelectionError, match=message), here.database.begin() as session:
        save_selection(session, name, 1, ids, now=NOW)
    with here.database.session() as session:
        assert list(selections(session)["name"]) == ["taken"]


def test_the_labels_of_chosen_images_are_those_of_the_label_set(here):
    with here.database.session() as session:
        found = chosen_labels(session, 1, [2, 4])
    expected = small_labels().iloc[[1, 3]][list(found.columns)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_the_list_of_chosen_images_is_a_manifest_that_can_be_labelled_from_anywhere(here, tmp_path):
    with here.database.session() as session:
        found = chosen_manifest(session, here.settings, 1, [2, 4])
    assert validate(found, root=tmp_path / "elsewhere")["image"].tolist() == ["face-01", "face-03"]
    assert found["hard_label"].tolist() == ["Happy", "Surprise"]
