"""A dataset's files: found, missing, and found again elsewhere."""

import shutil
from pathlib import Path

import pytest

from db.tables import AuditEvent
from study.errors import CatalogError, NotFoundError
from study.images.catalog import image_path
from study.images.places import move_dataset, place_of
from tests.small_study import IMAGES, NOW, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path / "data")


def look(here, folder=None):
    with here.database.session() as session:
        return place_of(session, here.settings, 1, folder)


def move(here, folder):
    with here.database.begin() as session:
        return move_dataset(session, here.settings, 1, folder, now=NOW)


def test_a_dataset_whose_files_are_there_is_whole(here):
    place = look(here)
    assert (place.dataset, place.exists, place.looked_at, place.found) == ("small", True, IMAGES, IMAGES)
    assert place.missing == ()


def test_missing_files_and_a_missing_folder_are_told(here):
    root = here.settings.data_dir / "datasets" / "small"
    (root / "03.png").unlink()
    assert (look(here).found, look(here).missing) == (IMAGES - 1, ("03.png",))
    shutil.rmtree(root)
    assert (look(here).exists, look(here).found, look(here).folder) == (False, 0, root)


def test_a_dataset_is_pointed_at_its_new_folder_and_the_act_is_noted(here, tmp_path):
    target = tmp_path / "elsewhere" / "faces"
    target.parent.mkdir()
    shutil.move(here.settings.data_dir / "datasets" / "small", target)
    assert move(here, target).found == IMAGES
    with here.database.session() as session:
        assert image_path(session, here.settings, 1) == target / "00.png"
        event = session.query(AuditEvent).filter_by(action="dataset.moved").one()
    assert event.detail == {"from": "datasets/small", "to": str(target)}
    home = here.settings.data_dir / "back"
    shutil.move(target, home)
    move(here, home)
    with here.database.session() as session:
        assert session.query(AuditEvent).filter_by(action="dataset.moved").all()[-1].detail["to"] == "back"


def test_a_folder_that_is_not_the_datasets_is_refused(here, tmp_path):
    with pytest.raises(CatalogError, match="no whole path"):
        move(here, Path("faces"))
    with pytest.raises(CatalogError, match="there is no folder"):
        move(here, tmp_path / "nowhere")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "00.png").write_bytes(b"x")
    with pytest.raises(CatalogError, match=r"has 1 of the 24 files that were looked for; 01\.png"):
        move(here, tmp_path / "other")
    assert look(here).found == IMAGES
    with pytest.raises(NotFoundError, match="no dataset 9"), here.database.session() as session:
        place_of(session, here.settings, 9)
