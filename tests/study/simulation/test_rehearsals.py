"""The dry runs of a study: replaced by the next one, deleted whole, and never anything else."""

import numpy as np
import pytest
from sqlalchemy import func, select, update

from db.tables import Answer, AuditEvent, Study
from study import drafts
from study.access import sharing
from study.access.acts import Act
from study.dashboard import version
from study.design.design import Design
from study.errors import StudyError
from study.field.doors import close_door
from study.simulation.dry_run import prepare_dry_run
from study.simulation.rehearsals import delete_rehearsal, only_whole
from study.simulation.respondents import PAPER
from study.simulation.storing import store_simulated
from tests.small_study import NOW, SECRET, small_study

DESIGN = Design(
    name="mine",
    title="Mine",
    images_per_emotion=2,
    participants=3,
    overlap_design="complete",
    overlap=0.2,
    min_lag=2,
)


@pytest.fixture
def here(tmp_path):
    made = small_study(tmp_path)
    yield made.database
    made.database.dispose()


def draft(database):
    with database.begin() as session:
        return drafts.create_draft(session, DESIGN, 1, now=NOW).id


def rehearsed(database, study_id, replace=True, now=NOW):
    rng = np.random.default_rng(1)
    made = prepare_dry_run(database, study_id, PAPER, replace=replace, secret=SECRET, rng=rng, now=now)
    with database.begin() as session:
        store_simulated(session, made.study_id, made.planned)
        close_door(session, made.study_id, now=now)
    return made


def names(database):
    with database.session() as session:
        return list(session.scalars(select(Study.name).order_by(Study.id)))


def test_the_next_rehearsal_takes_the_place_of_the_last_and_of_no_other(here):
    study_id = draft(here)
    kept = rehearsed(here, study_id, replace=False)
    first = rehearsed(here, study_id)
    assert names(here) == ["small", "mine", "mine-dry-run", "mine-dry-run-2"]
    with here.begin() as session:
        sharing.share(session, first.study_id, None, secret=SECRET, now=NOW)
        before = version(session, first.study_id)
    later = NOW.replace(year=NOW.year + 1)
    second = rehearsed(here, study_id, now=later)
    assert names(here) == ["small", "mine", "mine-dry-run", "mine-dry-run-2"]
    with here.session() as session:
        assert session.scalar(select(func.count(Answer.id))) == len(kept.planned) + len(second.planned)
        # What a page has computed of the one is never shown as the other's, whose number may be the same.
        after = version(session, second.study_id)
    assert before[0] == after[0]
    assert before != after


def test_a_draft_with_the_number_of_a_deleted_one_leaves_the_rehearsals_of_that_one_alone(here):
    study_id = draft(here)
    made = rehearsed(here, study_id)
    later = NOW.replace(year=NOW.year + 1)
    with here.begin() as session:
        drafts.delete_draft(session, study_id, now=NOW)
        other = drafts.create_draft(session, DESIGN.changed(name="other"), 1, now=later).id
        session.execute(update(Study).where(Study.id == other).values(id=study_id))
    rehearsed(here, study_id, now=later)
    assert made.name in names(here)


def test_what_fails_half_way_leaves_nothing(here):
    study_id = draft(here)
    made = prepare_dry_run(here, study_id, PAPER, secret=SECRET, rng=np.random.default_rng(1), now=NOW)
    with pytest.raises(KeyboardInterrupt), only_whole(here, made.study_id):
        raise KeyboardInterrupt
    assert names(here) == ["small", "mine"]
    with here.session() as session:
        act = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (act.action, act.subject) == (Act.REHEARSAL_DELETED, made.name)


@pytest.mark.parametrize("what", ["people", "preregistered", "draft", "gone"])
def test_nothing_but_a_rehearsal_is_deleted(here, what):
    study_id = {"people": 1, "gone": 99}.get(what) or draft(here)
    if what == "preregistered":
        study_id = rehearsed(here, study_id).study_id
        with here.begin() as session:
            session.get_one(Study, study_id).preregistration = "0" * 64
    before = names(here)
    with pytest.raises(StudyError, match="no study 99" if what == "gone" else "is no dry run"):
        delete_rehearsal(here, study_id, now=NOW)
    assert names(here) == before
