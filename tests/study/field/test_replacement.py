from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select, text

from db.tables import Answer, AuditEvent, Participant, Question
from study import studies
from study.access import invitations, open_links, places
from study.access.places import Arrival
from study.errors import RevokedLinkError, StudyError
from study.field import replacement
from tests.arrivals import DESIGN, POSTGRES, ring_study
from tests.small_study import NOW, SECRET


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request, tmp_path):
    postgres = request.param == "postgresql"
    if postgres and not POSTGRES:
        pytest.skip("FACEVALUE_TEST_POSTGRES names no PostgreSQL database")
    with ring_study(tmp_path, postgres=postgres, design=DESIGN.changed(images_per_emotion=2)) as found:
        yield found[1]


def person(session, code):
    return session.scalar(select(Participant).where(Participant.code == code))


def questions(session, code):
    query = select(Question).join(Participant, Participant.id == Question.participant_id)
    return session.scalars(query.where(Participant.code == code).order_by(Question.position)).all()


def answer(database, code, many):
    with database.begin() as session:
        old = person(session, code)
        old.consented_at = NOW
        for asked in questions(session, code)[:many]:
            choice = "soft" if asked.experiment == 1 else "own"
            session.add(
                Answer(
                    question_id=asked.id,
                    participant_id=old.id,
                    position=asked.position,
                    choice=choice,
                    rt_ms=900.0,
                    hidden_ms=0.0,
                    answered_at=NOW,
                    key=f"{code}-{asked.position}",
                )
            )


def replace(database, code, seed=1):
    with database.begin() as session:
        rng = np.random.default_rng(seed)
        return replacement.replace(session, person(session, code).id, now=NOW, rng=rng)[0]


def test_a_study_counts_what_a_replaced_participant_left_once(here):
    with here.session() as session:
        planned = int(studies.list_studies(session)["total"].iloc[0])
    answer(here, "P03", 3)
    replace(here, "P03")
    with here.session() as session:
        listed = studies.list_studies(session).iloc[0]
        left = studies.progress(session, int(listed["study_id"])).set_index("participant").loc["P03"]
    assert (left["answered"], left["total"]) == (3, 3)
    assert listed["total"] <= planned


@pytest.mark.parametrize("many", [0, 3, 6])
def test_what_was_left_unanswered_is_asked_of_a_new_participant_and_no_repeat_lacks_its_original(here, many):
    answer(here, "P03", many)
    done = replace(here, "P03")
    with here.session() as session:
        old, new = questions(session, "P03"), questions(session, "P07")
        left = [row for row in old if row.position > many]
        orphans = [
            row
            for row in left
            if row.kind == "self_repeat" and session.get_one(Question, row.repeats_id).position <= many
        ]
        assert (done.answered, done.issued, done.dropped) == (many, len(left) - len(orphans), len(orphans))
        assert [row.position for row in new] == list(range(1, done.issued + 1))
        assert not {row.public_id for row in new} & {row.public_id for row in old}
        assert person(session, "P07").replaces_id == person(session, "P03").id
        own = {row.id for row in new}
        for row in new:
            if row.kind == "self_repeat":
                original = session.get_one(Question, row.repeats_id)
                assert row.repeats_id in own
                assert (original.image_id, original.position < row.position) == (row.image_id, True)
            elif row.kind == "overlap":
                assert session.get_one(Question, row.repeats_id).participant_id != person(session, "P03").id
        assert replacement.problems(session, 1) == []


def test_a_preview_tells_what_is_done_and_changes_nothing(here):
    answer(here, "P02", 4)
    with here.session() as session:
        foretold = replacement.preview(session, person(session, "P02").id)
        assert person(session, "P07") is None
    assert replace(here, "P02") == foretold
    with here.session() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "participant.replaced")).one()
        assert (event.subject, event.detail["issued"]) == ("ring/P02", foretold.issued)


def test_the_old_door_closes_and_the_new_place_is_a_newcomers(here):
    with here.begin() as session:
        for participant_id in range(1, 7):
            invitations.invite(session, participant_id, secret=SECRET, now=NOW)
        tokens = invitations.invitation_links(session, 1, SECRET).set_index("participant")["token"]
        link = open_links.create_open_link(session, 1, 1, secret=SECRET, now=NOW)
    replace(here, "P05")
    with here.begin() as session:
        with pytest.raises(RevokedLinkError, match="given to somebody else"):
            invitations.accept(session, tokens["P05"], now=NOW)
        shared = places.shared_questions(session, 1)
        new = places.claim(session, link, Arrival("visit"), shared, now=NOW)
        assert session.get_one(Participant, new).code == "P07"
        neighbours = {person(session, code).id for code in ("P04", "P06")}
        assert neighbours <= set(shared[new])


def test_who_has_agreed_still_comes_in_to_their_page_after_being_replaced(here):
    with here.begin() as session:
        token = invitations.invite(session, 1, secret=SECRET, now=NOW)
    answer(here, "P01", 2)
    replace(here, "P01")
    with here.session() as session:
        assert invitations.accept(session, token, now=NOW + timedelta(days=60)).code == "P01"


def test_a_replacement_can_be_replaced_and_a_finished_or_replaced_participant_cannot(here):
    answer(here, "P04", 3)
    replace(here, "P04")
    answer(here, "P07", 2)
    assert replace(here, "P07").new == "P08"
    with pytest.raises(StudyError, match="P04 has been replaced already"):
        replace(here, "P04")
    with here.begin() as session:
        person(session, "P01").finished_at = NOW
    with pytest.raises(StudyError, match="P01 has answered every question"):
        replace(here, "P01")
    with here.session() as session:
        assert replacement.problems(session, 1) == []


def test_a_changed_copy_is_found(here):
    answer(here, "P03", 2)
    replace(here, "P03")
    with here.begin() as session:
        side = "left" if questions(session, "P07")[0].side == "right" else "right"
        session.execute(
            text("UPDATE question SET side = :side WHERE position = 1 AND participant_id = :new"),
            {"side": side, "new": person(session, "P07").id},
        )
    with here.session() as session:
        assert "not those that P03 left unanswered" in replacement.problems(session, 1)[0]


def test_an_erasure_after_the_replacement_is_no_problem(here):
    answer(here, "P03", 5)
    replace(here, "P03")
    with here.begin() as session:
        person(session, "P03").erased_at = NOW
        session.flush()
        session.execute(text("DELETE FROM answer"))
    with here.session() as session:
        assert replacement.problems(session, 1) == []
