import numpy as np
import pandas as pd
import pytest
from PIL import Image as Picture
from sqlalchemy import func, select

from db.tables import Annotation, Dataset, Image, Label, LabelSet
from engine.emfacs import EMOTIONS
from engine.images import read_manifest
from engine.soft_labels import SOFT_COLUMNS
from study.errors import CatalogError, NotFoundError
from study.images.bringing import bring_in
from study.images.manifests import write_manifest, write_votes
from tests.small_study import NOW, empty_database


@pytest.fixture
def here(tmp_path):
    settings, database = empty_database(tmp_path / "data")
    folder = tmp_path / "faces"
    folder.mkdir()
    names = [f"{number}.png" for number in range(8)]
    for name in names:
        Picture.new("RGB", (8, 8)).save(folder / name)
    images = pd.DataFrame({"image": names, "path": names, "hard_label": EMOTIONS, "split": "validation"})
    images.to_parquet(folder / "images.parquet")
    scores = np.full((8, 8), 0.1) + 0.8 * np.eye(8)
    labels = pd.DataFrame(scores, columns=list(SOFT_COLUMNS))
    labels.insert(0, "image", names)
    labels.insert(1, "hard_label", EMOTIONS)
    labels.to_parquet(folder / "images.labels.parquet")
    votes = pd.DataFrame({"image": names * 2, "annotator": ["a"] * 8 + ["b"] * 8, "label": EMOTIONS * 2})
    votes.to_parquet(folder / "images.annotations.parquet")
    return settings, database, folder


def _bring(here, **given):
    settings, database, _ = here
    with database.begin() as session:
        return bring_in(session, settings, "mine", **{"manifest": None, "now": NOW, **given})


def test_what_lies_beside_a_manifest_comes_in_with_it_and_labels_get_their_standing(here):
    _, database, folder = here
    found = _bring(here, manifest=folder / "images.parquet", beside=True)
    assert found == {"images": 8, "votes": 16, "labels": 8}
    with database.session() as session:
        assert session.scalar(select(func.count(Annotation.id))) == 16
        assert set(session.scalars(select(Label.subset))) == {"Easy"}
        assert set(session.scalars(select(Label.rank))) == {1}


def test_a_manifest_far_from_its_images_is_taken_and_can_be_written_again(here, tmp_path):
    settings, database, folder = here
    far = tmp_path / "data" / "datasets" / "mine" / "images.parquet"
    far.parent.mkdir(parents=True)
    images = pd.read_parquet(folder / "images.parquet")
    images.assign(path="../../../faces/" + images["path"]).to_parquet(far)
    _bring(here, manifest=far, annotations=folder / "images.annotations.parquet")
    with database.session() as session:
        assert session.scalar(select(Dataset.root)) == str(folder)
        out = tmp_path / "elsewhere" / "images.parquet"
        assert write_manifest(session, settings, "mine", out) == 8
        assert write_votes(session, "mine", out.with_name("votes.parquet")) == 16
    again = read_manifest(out)
    assert list(again["hard_label"]) == list(EMOTIONS)
    assert set(pd.read_parquet(out.with_name("votes.parquet"))["annotator"]) == {"a", "b"}


def test_labels_can_be_brought_later_to_a_dataset_that_is_there(here):
    _, _, folder = here
    _bring(here, manifest=folder / "images.parquet")
    found = _bring(here, labels=folder / "images.labels.parquet", label_set="second")
    assert found == {"labels": 8}


def test_nothing_is_stored_where_a_part_cannot_be_taken(here):
    _, database, folder = here
    votes = pd.DataFrame({"image": ["absent.png"], "annotator": ["a"], "label": ["Happy"]})
    votes.to_parquet(folder / "wrong.parquet")
    with pytest.raises(CatalogError, match="absent"):
        _bring(here, manifest=folder / "images.parquet", annotations=folder / "wrong.parquet")
    with database.session() as session:
        assert session.scalar(select(func.count(Image.id))) == 0


def test_labels_of_images_without_a_hard_label_are_told_before_anything_is_stored(here, tmp_path):
    _, database, folder = here
    _bring(here, manifest=folder / "images.parquet")
    labels = pd.read_parquet(folder / "images.labels.parquet")
    labels.assign(hard_label=None).to_parquet(tmp_path / "labels.parquet")
    with pytest.raises(CatalogError, match="has 8 rows, none of them with a hard-label"):
        _bring(here, labels=tmp_path / "labels.parquet", label_set="x")
    labels.assign(image=[f"other-{name}" for name in labels["image"]]).to_parquet(tmp_path / "labels.parquet")
    with pytest.raises(CatalogError, match=r"8 images are not in dataset mine: other-0\.png"):
        _bring(here, labels=tmp_path / "labels.parquet", label_set="x")
    with database.session() as session:
        assert session.scalar(select(func.count(LabelSet.id))) == 0


def test_a_dataset_that_is_not_there_needs_its_manifest(here):
    with pytest.raises(NotFoundError, match="give its manifest"):
        _bring(here, labels=here[2] / "images.labels.parquet")
    with pytest.raises(CatalogError, match="nothing to import"):
        _bring(here)
