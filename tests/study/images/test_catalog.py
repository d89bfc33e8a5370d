import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from db.tables import Annotation, Dataset, Image, Label
from engine.images import ManifestError
from study.errors import CatalogError, NotFoundError
from study.images import catalog
from tests.small_study import IMAGES, NOW, empty_database, small_labels, small_manifest, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


@pytest.fixture
def empty(tmp_path):
    return empty_database(tmp_path)


def _import(empty, manifest=None, root=None):
    settings, database = empty
    folder = settings.data_dir / "datasets" / "new"
    drawn = small_manifest(folder)
    with database.begin() as session:
        given = drawn if manifest is None else manifest
        return catalog.import_dataset(
            session, "new", root or folder, given, data_dir=settings.data_dir, now=NOW
        )


def test_a_manifest_comes_in_with_its_metadata(empty):
    assert _import(empty).root == "datasets/new"
    with empty[1].session() as session:
        images = session.scalars(select(Image).order_by(Image.id)).all()
    assert len(images) == IMAGES
    first, second = images[:2]
    assert (first.name, first.path, first.hard_label, first.split) == (
        "face-00",
        "00.png",
        "Neutral",
        "train",
    )
    assert (first.age, second.age) == (None, 21.0)
    assert (first.landmarks_68, second.landmarks_68) == ([1.0, 2.0, 3.0, 4.0], None)


def test_a_root_outside_the_data_folder_is_kept_whole(empty, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    assert _import(empty, small_manifest(folder), folder).root == str(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": ["../../secret"] + ["00.png"] * (IMAGES - 1)}, r"'../../secret'"),
        ({"image": ["face-00"] * IMAGES}, "face-00"),
        ({"hard_label": ["Bored"] * IMAGES}, "Bored"),
        ({"split": ["exam"] * IMAGES}, "exam"),
    ],
)
def test_a_wrong_manifest_is_refused_and_changes_nothing(empty, tmp_path, change, message):
    manifest = small_manifest(tmp_path / "drawn").assign(**change)
    with pytest.raises((ManifestError, CatalogError), match=message):
        _import(empty, manifest)
    with empty[1].session() as session:
        assert session.scalars(select(Dataset)).all() == []


def test_a_path_that_leaves_the_folder_is_refused_even_where_a_file_is_there(empty, tmp_path):
    settings, _ = empty
    (settings.data_dir / "datasets").mkdir()
    (settings.data_dir / "datasets" / "private.png").write_bytes(b"x")
    manifest = small_manifest(tmp_path / "drawn")
    manifest.loc[0, "path"] = "../private.png"
    with pytest.raises(CatalogError, match="leaves the folder"):
        _import(empty, manifest)


def test_a_missing_column_is_named(empty, tmp_path):
    with pytest.raises(ManifestError, match="'split'"):
        _import(empty, small_manifest(tmp_path / "drawn").drop(columns="split"))


def test_a_name_is_given_once(here):
    root = here.settings.data_dir / "datasets" / "small"
    with pytest.raises(CatalogError, match="a dataset 'small' already"), here.database.begin() as session:
        catalog.import_dataset(session, "small", root, small_manifest(root))
    with pytest.raises(CatalogError, match="a label set 'small' already"), here.database.begin() as session:
        catalog.import_label_set(session, "small", "small", small_labels())


def test_votes_come_in_and_unknown_ones_are_refused(here):
    votes = pd.DataFrame(
        {
            "image": ["face-00", "face-01"],
            "annotator": ["a", "b"],
            "label": ["Happy", None],
            "annotated_at": ["2026-01-02T03:04:05Z", None],
        }
    )
    with here.database.begin() as session:
        dataset = session.scalars(select(Dataset)).one()
        assert catalog.import_annotations(session, dataset, votes) == 2
        for change, message in [({"image": "face-99"}, "face-99"), ({"label": "Bored"}, "Bored")]:
            with pytest.raises(CatalogError, match=message):
                catalog.import_annotations(session, dataset, votes.assign(**change))
    with here.database.session() as session:
        rows = session.scalars(select(Annotation).order_by(Annotation.id)).all()
    assert [(row.label, row.annotated_at is None) for row in rows] == [("Happy", False), (None, True)]


def test_labels_come_back_as_they_went_in(here):
    with here.database.session() as session:
        back = catalog.label_frame(session, here.label_set_id)
    given = small_labels()
    assert set(back.columns) == set(given.columns)
    pd.testing.assert_frame_equal(back[given.columns], given, check_dtype=False)


def test_label_sets_are_listed_with_their_counts(here):
    with here.database.session() as session:
        listed = catalog.label_sets(session)
    row = listed.iloc[0]
    assert (row["name"], row["dataset"], row["bundle"], row["images"]) == (
        "small",
        "small",
        "small-bundle",
        24,
    )
    assert (row["easy"], row["challenging"], row["difficult"]) == (8, 8, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.assign(image=frame["image"].replace("face-03", "face-99")), "face-99"),
        (lambda frame: frame.assign(image="face-00"), "'face-00' twice"),
        (lambda frame: frame.assign(soft_fear=1.2), "score outside"),
        (lambda frame: frame.assign(soft_fear=np.nan), "score outside"),
        (lambda frame: frame.assign(subset="Hard"), "subset 'Hard'"),
        (lambda frame: frame.assign(hard_label="Bored"), "hard_label 'Bored'"),
        (lambda frame: frame.drop(columns=["soft_anger", "rank"]), "soft_anger, rank"),
    ],
)
def test_wrong_labels_are_refused_and_change_nothing(here, change, message):
    with pytest.raises(CatalogError, match=message), here.database.begin() as session:
        catalog.import_label_set(session, "small", "other", change(small_labels()))
    with here.database.session() as session:
        assert len(catalog.label_sets(session)) == 1


def test_labels_without_their_parts_come_in_too(here):
    plain = small_labels().drop(columns=[name for name in small_labels() if name.startswith(("eb_", "au"))])
    with here.database.begin() as session:
        label_set = catalog.import_label_set(session, "small", "plain", plain, now=NOW)
        assert set(catalog.label_frame(session, label_set.id)) == set(plain)


def test_a_fingerprint_depends_on_the_labels_and_not_on_their_order(here):
    labels = small_labels()
    with here.database.begin() as session:
        prints = [
            catalog.import_label_set(session, "small", name, frame, now=NOW).fingerprint
            for name, frame in [("a", labels), ("b", labels[::-1]), ("c", labels.assign(soft_sad=0.5))]
        ]
    assert prints[0] == prints[1] != prints[2]


def test_entropy_is_that_of_the_normalised_scores(here):
    labels = small_labels()
    labels.loc[:, labels.columns.str.startswith("soft_")] = 0.0
    labels["soft_happy"] = 0.3
    labels.loc[0, "soft_sad"] = 0.3
    labels.loc[1, "soft_happy"] = 0.0
    with here.database.begin() as session:
        label_set = catalog.import_label_set(session, "small", "flat", labels, now=NOW)
        query = select(Label.entropy).where(Label.label_set_id == label_set.id).order_by(Label.image_id)
        assert session.scalars(query).all()[:3] == [1.0, 0.0, 0.0]


def test_an_images_path_follows_the_data_folder(here):
    with here.database.session() as session:
        path = catalog.image_path(session, here.settings, 1)
        assert path == here.settings.data_dir / "datasets" / "small" / "00.png"
        assert path.exists()
        with pytest.raises(NotFoundError, match="no image 999"):
            catalog.image_path(session, here.settings, 999)
