"""Views of a label set: filters, orders, pages; and what their addresses say."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from db.tables import Dataset, LabelFacet
from engine.emfacs import EMOTIONS
from study.errors import NotFoundError, StudyError
from study.findings.votes import jensen_shannon
from study.images import catalog
from study.images.facets import write_facets
from study.images.gallery import all_ids, count, gallery, page_ids, relaxed
from study.images.nearest import nearest
from study.images.view import RANGES, SORTS, View, view_of
from tests.small_study import IMAGES, NOW, empty_database, small_labels, small_manifest, small_study

SOFT = [f"soft_{emotion.lower()}" for emotion in EMOTIONS]


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


@pytest.fixture(scope="module")
def voted(tmp_path_factory):
    """The small study with votes: face-00 Happy twice of three, face-01 a tie, face-02 Uncertain alone."""
    made = small_study(tmp_path_factory.mktemp("voted"))
    votes = [
        *(("face-00", who, said) for who, said in (("a", "Happy"), ("b", "Happy"), ("c", "Sad"))),
        *(("face-01", who, said) for who, said in (("a", "Happy"), ("b", "Sad"))),
        ("face-02", "a", "Uncertain"),
        ("face-03", "a", "Surprise"),
    ]
    with made.database.begin() as session:
        dataset = session.scalars(select(Dataset)).one()
        catalog.import_annotations(
            session, dataset, pd.DataFrame(votes, columns=["image", "annotator", "label"])
        )
    return made


def page(here, offset=0, limit=100, **view):
    with here.database.session() as session:
        return gallery(session, View(here.label_set_id, **view), offset=offset, limit=limit)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_is_that_of_its_values_and_the_unknown_come_last(voted, sort, descending):
    with voted.database.session() as session:
        column = SORTS[sort]
        values = dict(session.execute(select(LabelFacet.image_id, column)).all())
        ids = page_ids(
            session,
            View(1, sort=sort, descending=descending),
            offset=0,
            limit=IMAGES,
            total=IMAGES,
        )
    known = [values[one] for one in ids if values[one] is not None]
    assert [values[one] for one in ids] == sorted(known, reverse=descending) + [None] * (IMAGES - len(known))


@pytest.mark.parametrize("sort", ["image", "fear", "age", "divergence"])
@pytest.mark.parametrize("ranges", [{}, {"margin": (-0.4, None)}, {"margin": (0.2, None)}])
def test_pages_follow_each_other_without_gaps_from_both_ends(voted, sort, ranges):
    view = {"sort": sort, "ranges": ranges, "descending": True}
    whole, total = page(voted, **view)
    parts = [page(voted, offset, 5, **view)[0] for offset in range(0, total, 5)]
    assert [name for part in parts for name in part["image"]] == list(whole["image"])
    assert len(whole) == total == whole["image"].nunique()


def test_filters_keep_what_they_say_and_both_ends_of_a_range(here):
    labels = small_labels().set_index("image")
    kept = labels[(labels["soft_fear"] >= 0.4) & (labels["soft_surprise"] >= 0.3)]
    found, total = page(here, ranges={"fear": (0.4, None), "surprise": (0.3, None)})
    assert (sorted(found["image"]), total) == (sorted(kept.index), len(kept))
    assert 0 < total < IMAGES
    found, _ = page(here, ranges={"rank": (2, 3)})
    assert set(found["rank"]) == {2, 3}
    found, total = page(
        here, choices={"emotion": ("Sad", "Fear"), "subset": ("Difficult",), "split": ("train",)}
    )
    assert set(found["hard_label"]) <= {"Sad", "Fear"}
    assert set(zip(found["subset"], found["split"], strict=True)) == {("Difficult", "train")}
    assert len(found) == total > 0


def test_an_image_without_the_value_is_not_kept_by_its_range(here):
    found, _ = page(here, ranges={"age": (0, 200)})
    assert len(found) == IMAGES * 2 // 3
    assert found["age"].notna().all()


def test_votes_are_counted_and_set_against_the_engine(voted):
    found = page(voted)[0].set_index("image")
    assert found["votes"].head(4).tolist() == [3, 2, 1, 1]
    assert found["majority"].head(4).fillna("").tolist() == ["Happy", "", "", "Surprise"]
    np.testing.assert_allclose(found["agreement"].head(4).astype(float), [2 / 3, 0.5, np.nan, 1.0])
    votes = np.array([[0, 2, 1, 0, 0, 0, 0, 0]], float)
    soft = small_labels().loc[[0], SOFT].to_numpy(float)
    assert found["divergence"].iloc[0] == pytest.approx(float(jensen_shannon(votes, soft)[0]))
    assert pd.isna(found["divergence"].iloc[2])


def test_disagreement_is_of_those_who_said_something(voted):
    found = page(voted, disagreement="people-dataset")[0]
    assert found["image"].tolist() == ["face-00"]  # hard-label Neutral, most people said Happy
    found = page(voted, disagreement="people-engine")[0]
    assert set(found["image"]) <= {"face-00", "face-03"}
    assert page(voted, disagreement="engine-dataset")[0]["rank"].min() == 2


def test_what_is_in_a_label_set_is_kept_beside_it(voted):
    with voted.database.session() as session:
        row = catalog.label_sets(session).iloc[0]
        assert count(session, View(1)) == IMAGES
    assert (row["images"], row["easy"], row["challenging"], row["difficult"]) == (24, 8, 8, 8)
    assert row["prepared"]


def test_an_empty_result_names_the_filters_whose_relaxing_helps(here):
    labels = small_labels()
    view = View(1, {"emotion": ("Happy",)}, {"happy": (2.0, None), "sad": (0.0, None)})
    with here.database.session() as session:
        assert count(session, view) == 0
        assert relaxed(session, view) == {
            "emotion": 0,
            "happy": int((labels["hard_label"] == "Happy").sum()),
            "sad": 0,
        }
        assert count(session, view.without("happy")) == 3


def test_all_that_matches_is_found_at_once(here):
    with here.database.session() as session:
        view = View(1, {"split": ("train",)})
        assert len(all_ids(session, view)) == count(session, view) == IMAGES // 2


def test_a_view_comes_back_from_its_address():
    view = View(
        7, {"emotion": ("Fear", "Sad"), "people": ("Anger",)}, {"fear": (0.5, None), "yaw": (-12.5, 30.0)}
    )
    view = View(7, view.choices, view.ranges, "people-engine", "entropy", True)
    said = view.address()
    assert said["fear"] == ["0.5.."]
    assert said["sort"] == ["-entropy"]
    assert view_of(7, said) == (view, [])
    assert View(7).address() == {}


@pytest.mark.parametrize(
    "wrong", ["fear=much", "fear=0.5", "fear=nan..", "fear=..inf", "sort=beauty", "disagreement=all"]
)
def test_what_an_address_cannot_mean_is_left_out_and_named(wrong):
    name, word = wrong.split("=")
    assert view_of(1, {name: [word], "subset": ["Easy"], "page": ["3"]}) == (
        View(1, {"subset": ("Easy",)}),
        [wrong],
    )


def test_a_view_of_unknown_filters_or_orders_is_refused():
    with pytest.raises(StudyError, match="sorted by 'beauty'"):
        View(1, sort="beauty")
    with pytest.raises(StudyError, match="filtered by 'joy'"):
        View(1, ranges={"joy": (0.5, None)})
    assert set(RANGES) < set(SORTS)


def test_a_label_set_of_an_older_version_is_told_and_prepared_later(here):
    with here.database.begin() as session:
        session.execute(LabelFacet.__table__.delete())
        session.execute(catalog.LabelSet.__table__.update().values(summary=None))
    with here.database.begin() as session:
        assert not catalog.label_sets(session)["prepared"].iloc[0]
        assert catalog.label_sets(session)["images"].iloc[0] == IMAGES
        with pytest.raises(NotFoundError, match="no facets yet"):
            count(session, View(1))
        write_facets(session, 1)
        assert gallery(session, View(1))[1] == IMAGES
        with pytest.raises(NotFoundError, match="no label set 9"):
            count(session, View(9))


def test_votes_that_come_in_leave_facets_as_if_all_were_made_anew(here):
    votes = pd.DataFrame(
        {"image": ["face-02", "face-02", "face-05"], "annotator": list("aba"), "label": "Sad"}
    )
    with here.database.begin() as session:
        dataset = session.scalars(select(Dataset)).one()
        catalog.import_annotations(session, dataset, votes)
        counted = _facets(session)
        write_facets(session, 1)
        anew = _facets(session)
    assert counted[0] == anew[0]
    assert {**counted[1], "version": 0} == {**anew[1], "version": 0}
    assert anew[1]["votes"] == 3
    # What was read of a label set is asked again after each change.
    assert (counted[1]["version"], anew[1]["version"]) == (2, 3)


def _facets(session):
    rows = session.execute(select(LabelFacet.__table__).order_by(LabelFacet.image_id)).all()
    return [tuple(row) for row in rows], session.get_one(catalog.LabelSet, 1).summary


def test_the_nearest_are_those_of_the_whole_label_set(tmp_path):
    settings, database = empty_database(tmp_path)
    root = settings.data_dir / "datasets" / "many"
    rng = np.random.default_rng(8)
    names = [f"many-{number:05d}" for number in range(3_000)]
    scores = rng.beta(0.7, 2, (3_000, 8))
    labels = pd.DataFrame(scores, columns=SOFT).assign(image=names, hard_label="Sad", rank=1, margin=0.1)
    manifest = small_manifest(root).iloc[[0] * 3_000].assign(image=names)
    with database.begin() as session:
        catalog.import_dataset(session, "many", root, manifest, data_dir=settings.data_dir, now=NOW)
        catalog.import_label_set(session, "many", "many", labels.assign(subset="Easy"), now=NOW)
        found = nearest(session, 1, 17, limit=9)
        far = nearest(session, 1, 17, limit=5_000)
    apart = np.sqrt(((scores - scores[16]) ** 2).sum(axis=1))
    order = np.argsort(apart)[1:]
    assert found["image"].tolist() == [names[at] for at in order[:9]]
    np.testing.assert_allclose(found["distance"], apart[order[:9]])
    assert len(far) == 2_999
