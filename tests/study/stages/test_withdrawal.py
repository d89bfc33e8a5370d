"""Leaving: nothing is kept of the erased, nothing is lost of the others, whatever came before."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from db.tables import Answer, AnswerEvent, AuditEvent, Participant, QualificationAnswer, Question
from study.errors import NotFoundError
from study.stages import consent, withdrawal
from study.stages.loss import Loss, lost
from study.trial import answers
from study.trial.posts import AnswerPost, UndoPost
from study.trial.standing import step
from study.trial.trials import trials
from tests.small_study import NOW, QUESTIONS, small_study

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def here(tmp_path):
    study = small_study(tmp_path)
    study.agree("P01", "P02")
    return study


def answer(here, code, questions=QUESTIONS):
    for number, question in enumerate(here.question_ids(code)[:questions]):
        post = AnswerPost(f"{code}-key-{number:04}", question, "left", 900.0, 0.0, NOW, "key", 0)
        with here.database.begin() as session:
            assert answers.record(session, here.participants[code], post, NOW).status == "stored"


def erase(here, code, now=LATER):
    with here.database.session() as session:
        loss = lost(session, here.participants[code])
    with here.database.begin() as session:
        withdrawal.erase(session, here.participants[code], loss, now)
    return loss


def count(here, table, code):
    own = select(func.count()).select_from(table).where(table.participant_id == here.participants[code])
    with here.database.session() as session:
        return session.scalar(own)


def test_who_stops_leaves_the_answers_and_gives_no_more(here):
    answer(here, "P01", 3)
    waiting = here.question_ids("P01")[0]
    with here.database.begin() as session:
        withdrawal.withdraw(session, here.participants["P01"], LATER)
        withdrawal.withdraw(session, here.participants["P01"], LATER + timedelta(hours=1))
    post = AnswerPost("key-after-leaving", waiting, "left", 900.0, 0.0, NOW, "key", 0)
    with here.database.begin() as session:
        assert answers.record(session, here.participants["P01"], post, LATER).status == "withdrawn"
        assert step(session, here.participants["P01"], LATER) == "withdrawn"
        assert session.get(Participant, here.participants["P01"]).withdrawn_at == LATER
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == withdrawal.WITHDRAWN)).one()
    assert (noted.subject, noted.detail) == ("small/P01", {"answers": 3, "questions": QUESTIONS})
    assert (count(here, Answer, "P01"), count(here, AnswerEvent, "P01")) == (3, 3)


def test_erasing_leaves_a_tombstone_and_the_plan(here):
    answer(here, "P01")
    with here.database.begin() as session:
        person = session.get(Participant, here.participants["P01"])
        person.demographics, person.external_id, person.external = {"age": "25–34"}, "prolific-1", {"a": 1}
    erase(here, "P01")
    with here.database.session() as session:
        person = session.get(Participant, here.participants["P01"])
        columns = [column.name for column in Participant.__table__.columns]
        kept = {name for name in columns if getattr(person, name) is not None}
        answered = trials(session, here.study_id)
    assert kept == {"id", "study_id", "code", "simulated", "erased_at"}
    assert [count(here, table, "P01") for table in (Answer, AnswerEvent, QualificationAnswer)] == [0, 0, 0]
    assert count(here, Question, "P01") == QUESTIONS
    assert answered.empty


def test_the_audit_log_tells_what_went_and_nothing_of_the_person(here):
    answer(here, "P01")
    answer(here, "P02")
    loss = erase(here, "P01")
    with here.database.session() as session:
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == withdrawal.ERASED)).one()
    assert Loss.from_dict(noted.detail) == loss
    assert loss.answers == QUESTIONS
    assert [(pair.participant, pair.questions) for pair in loss.pairs] == [("P02", 1)]
    by_name = {one.finding: one for one in loss.precision}
    assert by_name["preference for the soft-label"].before is not None
    assert by_name["inter-participant agreement"].after is None  # one participant alone agrees with nobody
    assert set(noted.detail) == {"answers", "pairs", "precision"}


def test_who_gave_no_answer_takes_nothing_along(here):
    assert erase(here, "P01") == Loss(0, (), ())


def test_after_erasing_nothing_is_taken_any_more(here):
    answer(here, "P01", 2)
    last = here.question_ids("P01")[0]
    erase(here, "P01")
    person = here.participants["P01"]
    with here.database.begin() as session:
        post = AnswerPost("key-after-erasing", last, "left", 900.0, 0.0, NOW, "key", 0)
        assert answers.record(session, person, post, LATER).status == "erased"
        assert answers.undo(session, person, UndoPost("undo-after-all", last), LATER).status == "erased"
        withdrawal.withdraw(session, person, LATER)
        assert session.get(Participant, person).withdrawn_at is None
    with pytest.raises(ValueError, match="takes no answers"), here.database.begin() as session:
        consent.agree(session, person, "1", LATER)
    assert count(here, AnswerEvent, "P01") == 0


def test_nobody_is_lost_where_there_is_nobody(here):
    with here.database.session() as session, pytest.raises(NotFoundError):
        lost(session, 999)


_WAYS = st.lists(
    st.tuples(st.sampled_from(["P01", "P02"]), st.sampled_from(["answer", "undo", "withdraw", "erase"])),
    max_size=14,
)


@given(ways=_WAYS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_one_does_the_others_answers_stay(ways, tmp_path_factory):
    here = small_study(tmp_path_factory.mktemp("leaving"))
    here.agree("P01", "P02")
    given_by, left = {"P01": 0, "P02": 0}, {}
    for number, (code, way) in enumerate(ways):
        person = here.participants[code]
        if way == "erase":
            erase(here, code)
            left[code], given_by[code] = "erased", 0
        with here.database.begin() as session:
            if way == "withdraw":
                withdrawal.withdraw(session, person, LATER)
                left.setdefault(code, "withdrawn")
            elif way == "answer" and (asked := _next(session, person)):
                post = AnswerPost(f"key-{number:06}", asked, "left", 900.0, 0.0, NOW, "key", 0)
                stored = answers.record(session, person, post, NOW).status
                assert stored == left.get(code, "stored")
                given_by[code] += code not in left
            elif way == "undo" and given_by[code]:
                last = session.scalar(
                    select(Question.public_id).where(
                        Question.participant_id == person, Question.position == given_by[code]
                    )
                )
                undone = answers.undo(session, person, UndoPost(f"undo-{number:06}", last), NOW).status
                assert undone == left.get(code, "undone")
                given_by[code] -= code not in left
        for one, person_id in here.participants.items():
            assert count(here, Answer, one) == given_by[one]
            with here.database.session() as session:
                at = step(session, person_id, NOW)
            done = given_by[one] == QUESTIONS
            assert at == left.get(one, "done" if done else "asking")


def _next(session, person):
    from study.trial.flow import next_questions

    asked = next_questions(session, person, limit=1)
    return asked[0].id if asked else None
