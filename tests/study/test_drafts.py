import numpy as np
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from db.tables import AuditEvent, LabelSet, Question, Study
from study import drafts, studies
from study.design.design import Design
from study.design.errors import DesignError
from study.errors import FrozenError, NotFoundError
from study.field import doors
from study.images.eligible import eligible_counts, find_label_set, shortfalls, study_labels
from study.images.selections import save_selection
from study.planning.images import eligible_images
from study.preregistration.freezing import freeze
from tests.small_study import NOW, small_study

DESIGN = Design(
    name="mine", images_per_emotion=2, participants=2, overlap_design="complete", overlap=0.2, min_lag=2
)


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


def create(here, design=DESIGN):
    with here.database.begin() as session:
        return drafts.create_draft(session, design, here.label_set_id, now=NOW).id


def frozen(here, study_id):
    return freeze(here.database, here.settings.data_dir, study_id, now=NOW, rng=np.random.default_rng(1))


def test_a_draft_has_a_design_and_no_questions_and_cannot_open(here):
    study_id = create(here)
    with here.database.session() as session:
        study = session.get_one(Study, study_id)
        assert Design.from_dict(study.design) == DESIGN
        assert session.scalar(select(func.count()).where(Question.study_id == study_id)) == 0
    with here.database.begin() as session, pytest.raises(FrozenError, match="freeze it before"):
        doors.open_door(session, study_id, now=NOW)
    with here.database.session() as session:
        assert session.get_one(Study, study_id).state == "draft"


def test_a_draft_can_be_changed_and_deleted(here):
    study_id = create(here)
    with here.database.begin() as session:
        drafts.change_draft(
            session, study_id, DESIGN.changed(name="other", seed=9), here.label_set_id, now=NOW
        )
    with here.database.session() as session:
        study = session.get_one(Study, study_id)
        assert (study.name, study.seed, study.design["seed"]) == ("other", 9, 9)
    with here.database.begin() as session:
        drafts.delete_draft(session, study_id, now=NOW)
    with here.database.session() as session:
        assert session.get(Study, study_id) is None
        acts = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("study."))).all()
    assert acts[-3:] == ["study.created", "study.changed", "study.deleted"]


def test_a_frozen_study_is_neither_changed_nor_deleted_and_its_copy_is_a_draft(here):
    study_id = create(here)
    frozen(here, study_id)
    for change in (
        lambda session: drafts.change_draft(
            session, study_id, DESIGN.changed(seed=1), here.label_set_id, now=NOW
        ),
        lambda session: drafts.delete_draft(session, study_id, now=NOW),
    ):
        with (
            here.database.begin() as session,
            pytest.raises(FrozenError, match="copy it and change the copy"),
        ):
            change(session)
    with here.database.begin() as session:
        copy = drafts.copy_study(session, study_id, now=NOW)
        assert (copy.name, copy.frozen_at, copy.preregistration) == ("mine-2", None, None)
        assert Design.from_dict(copy.design) == DESIGN.changed(name="mine-2")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE study SET design = '{}' WHERE name = 'mine'",
        "UPDATE study SET preregistration = NULL WHERE name = 'mine'",
        "UPDATE study SET label_set_id = NULL WHERE name = 'mine'",
        "DELETE FROM study WHERE name = 'mine'",
        "UPDATE question SET side = 'left' WHERE study_id = (SELECT id FROM study WHERE name = 'mine')",
        "DELETE FROM question WHERE study_id = (SELECT id FROM study WHERE name = 'mine')",
    ],
)
def test_the_database_itself_keeps_a_frozen_study(here, statement):
    frozen(here, create(here))
    with (
        here.database.begin() as session,
        pytest.raises(IntegrityError, match="frozen study is never changed"),
    ):
        session.execute(text(statement))


def test_what_happens_to_a_frozen_study_in_the_field_is_allowed(here):
    study_id = create(here)
    frozen(here, study_id)
    with here.database.begin() as session:
        doors.open_door(session, study_id, now=NOW)
        doors.pause_door(session, study_id, now=NOW)
        doors.close_door(session, study_id, now=NOW)
    with here.database.session() as session:
        assert session.get_one(Study, study_id).opened_at == NOW


@pytest.mark.parametrize(
    ("design", "error", "words"),
    [
        (DESIGN.changed(name="small"), DesignError, "there is a study 'small' already"),
        (DESIGN.changed(selection="mine"), NotFoundError, "mine"),
    ],
)
def test_a_draft_that_cannot_be_kept_leaves_nothing(here, design, error, words):
    with pytest.raises(error, match=words):
        create(here, design)
    with here.database.session() as session:
        assert list(studies.list_studies(session)["name"]) == ["small"]


def test_images_are_counted_as_they_are_drawn(here):
    with here.database.begin() as session:
        images = [1, 2, 9, 10, 17]
        save_selection(session, "few", here.label_set_id, images, now=NOW)
    for changes in (
        {},
        {"splits": ("validation",)},
        {"subsets": ("Easy",)},
        {"ranks": (1, 2), "margins": (-0.2, 0.3)},
        {"selection": "few"},
    ):
        design = DESIGN.changed(images_per_emotion=None, **changes)
        with here.database.session() as session:
            counts = eligible_counts(session, here.label_set_id, design)
            # A label set of an older version has no facets yet.
            session.get_one(LabelSet, here.label_set_id).summary = None
            assert eligible_counts(session, here.label_set_id, design) == counts
            table = study_labels(session, here.label_set_id, design)
        emotions = tuple(name for name, count in counts.items() if count)
        found = eligible_images(table, design.changed(emotions=emotions))
        assert {name: count for name, count in counts.items() if count} == dict(
            found["hard_label"].value_counts()
        )
        assert len(shortfalls(counts, design)) == (len(emotions) < 8)


def test_a_label_set_is_found_by_its_name_or_alone(here):
    with here.database.session() as session:
        assert find_label_set(session, None) == find_label_set(session, "small") == here.label_set_id
        with pytest.raises(NotFoundError, match="no label set 'other': there are small"):
            find_label_set(session, "other")
