"""What is listed of the datasets that are there."""

import pandas as pd
from sqlalchemy import select

from db.tables import Dataset, Image
from study.images.imports import import_annotations, import_dataset
from study.images.manifests import datasets
from tests.small_study import NOW, empty_database


def test_images_and_votes_are_each_datasets_own_however_their_ids_lie(tmp_path):
    _, database = empty_database(tmp_path / "data")
    for name in ("a", "b", "c"):
        (tmp_path / name).touch()
    with database.begin() as session:
        for dataset, names in (("first", ["a", "b"]), ("second", ["a"]), ("bare", ["c"])):
            manifest = pd.DataFrame({"image": names, "path": names, "hard_label": "Sad", "split": "train"})
            import_dataset(session, dataset, tmp_path, manifest, now=NOW)
    with database.begin() as session:
        first, second = session.scalars(select(Dataset).order_by(Dataset.id)).all()[:2]
        votes = pd.DataFrame({"image": ["a", "b", "b"], "annotator": "x", "label": "Sad"})
        import_annotations(session, first, votes)
        import_annotations(session, second, votes.head(1))
    with database.begin() as session:
        assert _listed(session) == [("first", 2, 3), ("second", 1, 1), ("bare", 1, 0)]
        # An image that came to the first later lies behind those of the second.
        session.add(Image(dataset_id=first.id, name="d", path="a"))
        session.flush()
        late = pd.DataFrame({"image": ["d"], "annotator": ["y"], "label": ["Sad"]})
        import_annotations(session, session.get_one(Dataset, first.id), late)
        assert _listed(session) == [("first", 3, 4), ("second", 1, 1), ("bare", 1, 0)]


def _listed(session):
    return list(datasets(session)[["name", "images", "votes"]].itertuples(index=False, name=None))
