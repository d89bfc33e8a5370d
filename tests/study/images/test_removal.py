"""A dataset and a label set taken out again: what goes with them, what keeps them, what is left."""

import pandas as pd
import pytest
from sqlalchemy import func, select

import study.commands
from db.tables import (
    Annotation,
    Dataset,
    Image,
    Label,
    LabelFacet,
    LabelSet,
    Selection,
    SelectionImage,
)
from engine.cli import main
from study import drafts
from study.access import researchers
from study.access.audit import audit_log
from study.design.design import Design
from study.errors import CatalogError, NotFoundError, StudyError
from study.images import bringing, removal
from study.images.selections import save_selection
from study.jobs import queue
from tests.small_study import IMAGES, NOW, small_labels, small_manifest, small_study

TABLES = (Dataset, Image, Label, LabelFacet, LabelSet, Annotation, Selection, SelectionImage)


@pytest.fixture
def here(tmp_path):
    """The small study, whose dataset is asked about, and beside it the dataset `faces` that nobody uses."""
    here = small_study(tmp_path / "data")
    with here.database.begin() as session:
        researchers.owner(session, now=NOW)
    folder = here.settings.data_dir / "uploads" / "0123" / "faces"
    small_manifest(folder).drop(columns="landmarks_68").to_parquet(folder / "images.parquet")
    small_labels().to_parquet(folder / "images.labels.parquet")
    votes = {"image": ["face-00", "face-01"], "annotator": ["a", "b"], "label": ["Happy", "Fear"]}
    pd.DataFrame(votes).to_parquet(folder / "images.annotations.parquet")
    before = counts(here)
    bring(here, folder)
    with here.database.begin() as session:
        own = session.scalars(select(Image.id).join(Dataset).where(Dataset.name == "faces")).all()
        save_selection(session, "some", set_id(here), own[:3], researcher_id=1, now=NOW)
    return here, before


def bring(here, folder):
    with here.database.begin() as session:
        manifest = folder / "images.parquet"
        bringing.bring_in(session, here.settings, "faces", manifest=manifest, beside=True, by=1, now=NOW)


def set_id(here, name="faces"):
    with here.database.session() as session:
        return session.scalars(select(LabelSet.id).where(LabelSet.name == name)).one()


def counts(here):
    with here.database.session() as session:
        return {table: session.scalar(select(func.count()).select_from(table)) for table in TABLES}


def remove(here, name="faces"):
    with here.database.begin() as session:
        return removal.remove_dataset(session, here.settings, name, by=1, now=NOW)


def test_a_dataset_goes_with_all_that_is_said_of_its_images_and_nothing_else(here):
    lab, before = here
    sent = lab.settings.data_dir / "uploads" / "0123"
    going = remove(lab)
    assert counts(lab) == before
    assert (going.images, going.labels, going.votes) == (IMAGES, IMAGES, 2)
    assert (going.label_sets, going.selections, going.folders) == (("faces",), ("some",), (sent,))
    assert sent.is_dir()
    removal.delete_copies(going)
    assert not sent.exists()
    with lab.database.session() as session:
        acts = audit_log(session, limit=2)
    assert list(acts["action"]) == ["dataset.removed", "label_set.removed"]


def test_a_label_set_goes_alone(here):
    lab, _ = here
    with lab.database.begin() as session:
        removal.remove_label_set(session, "faces", by=1, now=NOW)
        assert removal.dataset_removal(session, lab.settings, "faces").label_sets == ()
        assert session.scalar(select(func.count()).select_from(Image)) == 2 * IMAGES
        assert session.scalar(select(func.count()).select_from(SelectionImage)) == 0


def test_what_a_study_asks_about_stays(here):
    lab, _ = here
    with lab.database.begin() as session:
        with pytest.raises(CatalogError, match="small stays: small asks about its images"):
            removal.remove_dataset(session, lab.settings, "small", by=1, now=NOW)
        with pytest.raises(CatalogError, match="small stays"):
            removal.remove_label_set(session, "small", by=1, now=NOW)
        drafts.create_draft(session, Design(name="mine"), set_id(lab), researcher_id=1, now=NOW)
        with pytest.raises(CatalogError, match="mine asks about its images"):
            removal.remove_dataset(session, lab.settings, "faces", by=1, now=NOW)


def test_a_job_at_work_on_a_dataset_keeps_it(here):
    lab, _ = here
    write = ["study", "manifest", "faces", "--out", "x"]
    with lab.database.begin() as session:
        job = queue.add_job(session, "train", "Train mine on faces", [write], by=1, now=NOW)
        with pytest.raises(CatalogError, match="while Train mine on faces is at work"):
            removal.remove_dataset(session, lab.settings, "faces", by=1, now=NOW)
        job.state = "stopped"
        session.flush()
        removal.remove_dataset(session, lab.settings, "faces", by=1, now=NOW)


def test_a_name_that_is_none_is_told(here):
    lab, _ = here
    with lab.database.session() as session:
        with pytest.raises(NotFoundError, match="no dataset 'fases'"):
            removal.dataset_removal(session, lab.settings, "fases")
        with pytest.raises(NotFoundError, match="no label set 'fases'"):
            removal.label_set_removal(session, "fases")


def test_the_number_of_a_removed_label_set_is_never_given_again(here):
    lab, _ = here
    folder, number = lab.settings.data_dir / "uploads" / "0123" / "faces", set_id(lab)
    remove(lab)
    bring(lab, folder)
    assert set_id(lab) == number + 1


def test_a_folder_that_another_dataset_lies_in_stays(here):
    lab, _ = here
    with lab.database.begin() as session:
        session.add(Dataset(name="other", root="uploads/0123/faces", created_at=NOW))
        session.flush()
        assert removal.dataset_removal(session, lab.settings, "faces").folders == ()


def test_files_outside_the_data_folder_are_never_touched(here, tmp_path):
    lab, _ = here
    with lab.database.begin() as session:
        session.scalars(select(Dataset).where(Dataset.name == "faces")).one().root = str(tmp_path / "own")
        assert removal.dataset_removal(session, lab.settings, "faces").folders == ()


def test_the_command_says_what_would_go_and_does_it_when_told(here, monkeypatch, capsys):
    lab, before = here
    monkeypatch.setenv("DATA_DIR", str(lab.settings.data_dir))

    def command(*words):
        return main("study", study.commands, (StudyError,), ["remove", *words])

    assert command("faces") == 0
    said = capsys.readouterr().out
    assert f"{IMAGES} images" in said
    assert "Nothing was removed" in said
    assert counts(lab) != before
    assert command("faces", "--yes") == 0
    assert capsys.readouterr().out.endswith("faces was removed.\n")
    assert counts(lab) == before
    assert not (lab.settings.data_dir / "uploads" / "0123").exists()
    assert command("small", "--yes") == 2
    assert "small stays" in capsys.readouterr().err
