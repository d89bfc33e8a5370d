from datetime import timedelta

import pytest

from db.tables import Participant, Study
from study.access import invitations
from study.access.audit import audit_log
from study.errors import ExpiredLinkError, NotFoundError, StudyError
from study.field import doors
from tests.arrivals import ring_study
from tests.small_study import NOW, SECRET


@pytest.fixture
def here(tmp_path):
    with ring_study(tmp_path) as (_, database, _study):
        yield database


def day(number):
    return NOW + timedelta(days=number)


def test_each_move_is_made_once_and_stands_in_the_audit_log(here):
    with here.begin() as session:
        for move in (doors.pause_door, doors.pause_door, doors.open_door, doors.close_door, doors.open_door):
            study = move(session, 1, now=NOW)
        assert (study.state, study.closed_at) == ("open", None)
        acts = list(audit_log(session)["action"])[::-1]
    assert acts == ["study.paused", "study.resumed", "study.closed", "study.reopened"]


def test_a_study_that_is_opened_again_after_its_deadline_gets_its_days_anew(here):
    with here.begin() as session:
        late, done = session.query(Participant).order_by(Participant.id).limit(2)
        late.due_at = done.due_at = day(7)
        done.finished_at = day(6)
        doors.close_door(session, 1, now=day(40))
        assert doors.open_door(session, 1, now=day(41)).deadline == day(71)
        assert (late.due_at, done.due_at) == (day(71), day(7))


def test_a_later_deadline_moves_those_whose_own_days_end_before_it(here):
    with here.begin() as session:
        session.get_one(Participant, 1).due_at = day(7)
        session.get_one(Participant, 2).due_at = day(7)
        session.get_one(Participant, 2).finished_at = day(1)
        session.flush()
        assert doors.extend_study(session, 1, day(50), now=NOW, everyone=False) == 0
        assert doors.extend_study(session, 1, day(60), now=NOW) == 1
    with here.session() as session:
        assert session.get_one(Study, 1).deadline == day(60)
        assert [session.get_one(Participant, one).due_at for one in (1, 2, 3)] == [day(60), day(7), None]


def test_one_participants_days_can_be_extended_and_their_link_with_them(here):
    with here.begin() as session:
        token = invitations.invite(session, 1, secret=SECRET, now=NOW, expires_at=day(7))
        with pytest.raises(ExpiredLinkError):
            invitations.accept(session, token, now=day(8))
        doors.extend_participant(session, 1, day(14), now=day(8))
        assert invitations.accept(session, token, now=day(8)).due_at == day(14)


def test_deadlines_that_cannot_be_are_refused(here):
    with here.begin() as session:
        with pytest.raises(StudyError, match="over already"):
            doors.extend_study(session, 1, NOW, now=NOW)
        with pytest.raises(StudyError, match="extend it first"):
            doors.extend_participant(session, 1, day(31), now=NOW)
        session.get_one(Participant, 2).withdrawn_at = NOW
        session.flush()
        with pytest.raises(StudyError, match="P02 has nothing left to answer"):
            doors.extend_participant(session, 2, day(3), now=NOW)
        doors.close_door(session, 1, now=NOW)
        with pytest.raises(StudyError, match="open it again first"):
            doors.extend_study(session, 1, day(90), now=NOW)


def test_a_study_is_found_by_name_and_number_and_an_unknown_one_is_told(here):
    with here.session() as session:
        assert doors.study_named(session, "ring") is doors.study_named(session, "1")
        with pytest.raises(NotFoundError, match="the studies are: ring"):
            doors.study_named(session, "rong")
        with pytest.raises(NotFoundError, match="no participant 'P77'"):
            doors.participant_coded(session, doors.study_named(session, "ring"), "P77")
