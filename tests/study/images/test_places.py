"""A dataset's files: found, missing, and found again elsewhere."""

import shutil
from pathlib import Path

import pytest

import study.__main__
import study.commands
from db.tables import AuditEvent
from engine.cli import main
from study.errors import CatalogError, NotFoundError, StudyError
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


def test_files_moved_in_part_are_followed_to_where_more_of_them_are_and_back(here, tmp_path):
    home, target = here.settings.data_dir / "datasets" / "small", tmp_path / "faces"
    target.mkdir()
    files = sorted(home.glob("*.png"))
    for file in files[:5]:
        shutil.move(file, target)
    with pytest.raises(CatalogError, match=f"has 5 of the {IMAGES} files .* has as many"):
        move(here, target)
    for file in files[5:-1]:
        shutil.move(file, target)
    place = move(here, target)
    assert (place.found, place.missing) == (IMAGES - 1, (files[-1].name,))
    for file in target.iterdir():
        shutil.move(file, home)
    assert move(here, home).found == IMAGES


def test_the_command_line_tells_what_is_missing_and_moves(here, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATA_DIR", str(here.settings.data_dir))
    here.database.dispose()
    assert main("study", study.commands, (StudyError,), ["move", "small"]) == 0
    target = tmp_path / "faces"
    shutil.move(here.settings.data_dir / "datasets" / "small", target)
    assert main("study", study.commands, (StudyError,), ["move", "small"]) == 1
    assert "missing, for example: 00.png, 01.png" in capsys.readouterr().out
    assert main("study", study.commands, (StudyError,), ["move", "small", "--to", str(tmp_path)]) == 2
    assert "give the folder that all lie in" in capsys.readouterr().err
    assert main("study", study.commands, (StudyError,), ["move", "small", "--to", str(target)]) == 0
    assert main("study", study.commands, (StudyError,), ["move", "absent"]) == 2
    assert "there is no dataset 'absent'" in capsys.readouterr().err


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
