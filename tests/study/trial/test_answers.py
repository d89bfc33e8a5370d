import threading
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.tables import Answer, AnswerEvent, Participant, Question
from study import studies
from study.trial import answers, flow
from study.trial.posts import AnswerPost, UndoPost
from tests.small_study import NOW, QUESTIONS, small_study


@pytest.fixture
def here(tmp_path):
    study = small_study(tmp_path)
    study.agree("P01", "P02")
    return study


def post(here, question, key, choice="left", code="P01", have=8, at=NOW):
    sent = AnswerPost(f"key-{key:>08}", question, choice, 640.0, 12.0, NOW, "key", have)
    with here.database.begin() as session:
        return answers.record(session, here.participants[code], sent, at)


def undo(here, question, key, code="P01", at=NOW):
    with here.database.begin() as session:
        return answers.undo(session, here.participants[code], UndoPost(f"key-{key:>08}", question), at)


def events(here):
    with here.database.session() as session:
        return session.scalars(select(AnswerEvent.event).order_by(AnswerEvent.id)).all()


def stored(here):
    with here.database.session() as session:
        return session.scalars(select(Answer).order_by(Answer.id)).all()


def test_an_answer_is_stored_with_its_event(here):
    first = here.question_ids("P01")[0]
    outcome = post(here, first, "a")
    assert (outcome.status, outcome.progress.answered, outcome.progress.undoable) == ("stored", 1, first)
    (answer,) = stored(here)
    assert (answer.rt_ms, answer.hidden_ms, answer.shown_at, answer.answered_at) == (640.0, 12.0, NOW, NOW)
    assert events(here) == ["stored"]


def test_what_was_pressed_is_kept_as_what_was_chosen(here):
    ids = here.question_ids("P01")
    for number, pressed in enumerate(["left", "left", "left", "right", "both", "right", "none", "left"]):
        assert post(here, ids[number], f"{number}", pressed).status == "stored"
    with here.database.session() as session:
        sides = session.scalars(select(Question.side).where(Question.participant_id == 1)).all()
    assert sides == ["left", "left", "right", "left", "left", "right", "left", "left"]
    assert [answer.choice for answer in stored(here)] == [
        *("soft", "own", "hard", "foil", "both", "own", "none", "own")
    ]
    assert [answer.correct for answer in stored(here)] == [None, True, None, False, None, True, None, True]


def test_a_repeated_post_stores_one_answer(here):
    first = here.question_ids("P01")[0]
    post(here, first, "a")
    again = post(here, first, "a", choice="right")
    assert (again.status, again.progress.answered) == ("repeated", 1)
    assert [answer.choice for answer in stored(here)] == ["soft"]
    assert events(here) == ["stored", "repeated"]


def test_another_post_for_an_answered_question_is_told_where_the_participant_is(here):
    ids = here.question_ids("P01")
    post(here, ids[0], "a")
    outcome = post(here, ids[0], "b", choice="right", have=0)
    assert (outcome.status, outcome.current) == ("moved_on", 2)
    assert [question.id for question in outcome.questions] == ids[1:5]
    assert events(here) == ["stored", "late"]


def test_a_question_that_is_not_next_is_not_stored(here):
    assert post(here, here.question_ids("P01")[2], "a").status == "moved_on"
    assert stored(here) == []


def test_another_participants_question_is_not_stored(here):
    assert post(here, here.question_ids("P02")[0], "a", code="P01").status == "not_yours"
    assert (stored(here), events(here)) == ([], ["rejected"])


def test_an_unknown_question_is_not_stored(here):
    assert post(here, "nothing", "a").status == "unknown_question"
    assert (stored(here), events(here)) == ([], ["rejected"])


def test_both_and_none_are_no_answers_of_experiment_2(here):
    ids = here.question_ids("P01")
    post(here, ids[0], "a")
    assert post(here, ids[1], "b", choice="both").status == "invalid"
    assert len(stored(here)) == 1


def test_a_key_does_one_thing(here):
    ids = here.question_ids("P01")
    post(here, ids[0], "a")
    assert post(here, ids[1], "a").status == "invalid"
    assert undo(here, ids[0], "a").status == "invalid"
    assert len(stored(here)) == 1


def test_an_answer_before_consent_is_not_stored(tmp_path):
    here = small_study(tmp_path)
    assert post(here, here.question_ids("P01")[0], "a").status == "consent"
    assert stored(here) == []


@pytest.mark.parametrize("door", [studies.pause_study, studies.close_study])
def test_a_closed_door_stores_nothing_but_knows_what_it_has(here, door):
    ids = here.question_ids("P01")
    post(here, ids[0], "a")
    with here.database.begin() as session:
        door(session, here.study_id)
    assert post(here, ids[0], "a").status == "repeated"
    assert post(here, ids[1], "b").status == "closed"
    assert undo(here, ids[0], "u").status == "closed"
    assert len(stored(here)) == 1


def test_after_the_deadline_nothing_is_stored_until_it_is_opened_again(here):
    ids, late = here.question_ids("P01"), NOW + timedelta(days=8)
    assert post(here, ids[0], "a", at=late).status == "closed"
    with here.database.begin() as session:
        studies.open_study(session, here.study_id, now=late)
    assert post(here, ids[0], "b", at=late).status == "closed"  # the participant's own days are over
    with here.database.begin() as session:
        session.get(Participant, here.participants["P01"]).due_at = late + timedelta(days=2)
    assert post(here, ids[0], "c", at=late).status == "stored"


def test_the_last_answer_can_be_taken_back_and_given_again(here):
    ids = here.question_ids("P01")
    post(here, ids[0], "a")
    post(here, ids[1], "b")
    outcome = undo(here, ids[1], "u")
    assert (outcome.status, outcome.progress.answered, outcome.progress.undoable) == ("undone", 1, ids[0])
    assert outcome.questions[0].id == ids[1]
    assert post(here, ids[1], "c", choice="right").status == "stored"
    assert [answer.choice for answer in stored(here)] == ["soft", "foil"]
    with here.database.session() as session:
        payload = session.scalars(select(AnswerEvent.payload).where(AnswerEvent.event == "undone")).one()
    assert payload["taken_back"]["choice"] == "own"


def test_only_the_last_answer_can_be_taken_back(here):
    ids = here.question_ids("P01")
    assert undo(here, ids[0], "u").status == "moved_on"
    post(here, ids[0], "a")
    post(here, ids[1], "b")
    assert undo(here, ids[0], "v").status == "moved_on"
    assert len(stored(here)) == 2


def test_a_repeated_undo_takes_nothing_more_back(here):
    ids = here.question_ids("P01")
    post(here, ids[0], "a")
    post(here, ids[1], "b")
    undo(here, ids[1], "u")
    again = undo(here, ids[1], "u")
    assert (again.status, again.questions[0].id, len(stored(here))) == ("repeated", ids[1], 1)


def test_a_post_that_arrives_again_after_its_undo_is_not_stored_again(here):
    first = here.question_ids("P01")[0]
    post(here, first, "a")
    undo(here, first, "u")
    assert post(here, first, "a").status == "repeated"
    assert stored(here) == []


def test_the_last_question_finishes_the_participant_and_its_undo_takes_that_back(here):
    ids = here.question_ids("P01")
    for number, question in enumerate(ids):
        outcome = post(here, question, f"{number}", have=QUESTIONS)
    assert (outcome.progress.answered, outcome.questions) == (QUESTIONS, [])
    assert _finished(here) == NOW
    undo(here, ids[-1], "u")
    assert _finished(here) is None


def _finished(here):
    with here.database.session() as session:
        return session.get(Participant, here.participants["P01"]).finished_at


def test_the_reply_brings_only_what_the_page_lacks(here):
    ids = here.question_ids("P01")
    assert [question.id for question in post(here, ids[0], "a", have=6).questions] == ids[6:]
    assert [question.id for question in post(here, ids[1], "b", have=1).questions] == ids[2:6]


def test_many_threads_that_post_one_question_store_one_answer(here):
    first = here.question_ids("P01")[0]
    statuses = []

    def send(number):
        statuses.append(post(here, first, f"{number // 2}").status)  # each key twice

    threads = [threading.Thread(target=send, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(statuses) == {"stored": 1, "repeated": 1, "moved_on": 22}
    assert len(stored(here)) == 1


_ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["post", "undo"]),
        st.integers(0, QUESTIONS - 1),
        st.integers(0, 9),
        st.sampled_from(["left", "right", "both"]),
    ),
    max_size=40,
)


@given(actions=_ACTIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_in_whatever_order_the_invariants_hold(actions, tmp_path_factory):
    here = small_study(tmp_path_factory.mktemp("study"))
    here.agree("P01")
    ids = here.question_ids("P01")
    expected = []
    for kind, number, key, choice in actions:
        if kind == "post":
            outcome = post(here, ids[number], f"p{key}", choice)
            if outcome.status == "stored":
                expected.append(ids[number])
        else:
            outcome = undo(here, ids[number], f"u{key}")
            if outcome.status == "undone":
                assert expected.pop() == ids[number]
        assert outcome.progress.answered == len(expected)
        assert outcome.progress.undoable == (expected[-1] if expected else None)
    _check_invariants(here, expected, len(actions), ids)
    here.database.dispose()


def _check_invariants(here, expected, sent, ids):
    assert expected == ids[: len(expected)]
    with here.database.session() as session:
        given_order = session.execute(
            select(Question.public_id, Answer.key).join(Answer).order_by(Answer.position)
        ).all()
        log = session.execute(select(AnswerEvent.event, AnswerEvent.key, AnswerEvent.question_id)).all()
        assert flow.progress(session, here.participants["P01"]).answered == len(expected)
    assert [public_id for public_id, _ in given_order] == expected
    assert len(log) == sent
    done = Counter(event for event, _, _ in log)
    assert done["stored"] - done["undone"] == len(expected)
    used = [key for event, key, _ in log if event in ("stored", "undone")]
    assert len(used) == len(set(used))
    assert {key for _, key in given_order} <= set(used)
