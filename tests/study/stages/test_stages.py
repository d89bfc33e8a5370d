"""Consent, demographics, training: each done once, in its order, whatever is sent when."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.tables import Participant
from engine.emfacs import ACTION_UNITS, EMOTION_ACTION_UNITS, EMOTIONS
from study.design.demographics import Demographic
from study.errors import StudyClosedError, StudyError
from study.stages import consent, demographics, qualification, training
from study.stages.lessons import PRACTICE, STEPS, lessons
from study.studies import pause_study
from study.trial import answers
from study.trial.posts import AnswerPost, LabelPost
from study.trial.standing import step
from study.wording.wording import wording
from tests.redesign import redesign
from tests.small_study import NOW, small_study

ASKED = (
    Demographic("age", "Your age", "number"),
    Demographic("hand", "Your hand", "choice", ("left", "right")),
    Demographic("country", "Where you live", "text"),
)


@pytest.fixture
def here(tmp_path):
    study = small_study(tmp_path)
    with study.database.begin() as session:
        redesign(session, 1, demographics=ASKED, training=True, qualification_images=4)
    return study


def at(here, now=NOW, code="P01"):
    with here.database.session() as session:
        return step(session, here.participants[code], now)


def do(here, work, *arguments, now=NOW, code="P01"):
    with here.database.begin() as session:
        return work(session, here.participants[code], *arguments, now)


def person(here, code="P01"):
    with here.database.session() as session:
        return session.get(Participant, here.participants[code])


def test_declining_is_kept_and_can_be_thought_over(here):
    do(here, consent.decline)
    assert (at(here), person(here).declined_at) == ("declined", NOW)
    do(here, consent.agree, "v1")
    assert (at(here), person(here).declined_at) == ("demographics", None)
    do(here, consent.decline)
    assert at(here) == "demographics"


def test_the_days_count_from_consent_and_the_earlier_end_closes_the_door(here):
    do(here, consent.agree, "v1", now=NOW + timedelta(days=2))
    assert person(here).due_at == NOW + timedelta(days=9)
    assert at(here, NOW + timedelta(days=6)) == "demographics"
    assert at(here, NOW + timedelta(days=8)) == "closed"  # the study's own deadline came first


def test_nobody_declines_at_a_closed_door(here):
    with here.database.begin() as session:
        pause_study(session, 1)
    with pytest.raises(StudyClosedError):
        do(here, consent.decline)


def test_what_is_left_out_is_not_kept(here):
    do(here, consent.agree, "v1")
    do(here, demographics.keep, {"age": 31, "hand": None, "country": "  "})
    assert (person(here).demographics, at(here)) == ({"age": 31}, "training")
    do(here, demographics.keep, {"age": 99})
    assert person(here).demographics == {"age": 31}


@pytest.mark.parametrize(
    "given",
    [{"shoe": 3}, {"age": "old"}, {"age": True}, {"age": float("nan")}, {"hand": "both"}, {"country": 3}],
)
def test_an_answer_that_was_not_asked_for_is_refused(here, given):
    do(here, consent.agree, "v1")
    with pytest.raises(StudyError, match=f"demographics: '?{next(iter(given))}"):
        do(here, demographics.keep, given)
    assert person(here).demographics is None


def test_training_only_goes_forward(here):
    do(here, consent.agree, "v1")
    assert do(here, training.reach, 3) == 0  # not at this stage yet
    do(here, demographics.keep, {})
    assert [do(here, training.reach, to) for to in (3, 1, 5, STEPS + 4)] == [3, 3, 5, STEPS]
    assert (at(here), person(here).trained_at) == ("qualification", NOW)


def test_every_emotion_is_taught_by_its_action_units_and_practised():
    assert [lesson.emotion for lesson in lessons(wording())] == list(EMOTIONS)
    for lesson in lessons(wording()):
        assert tuple(unit for unit, _ in lesson.indicators) == EMOTION_ACTION_UNITS[lesson.emotion]
    explained = {key.removeprefix("units.") for key in wording().words if key.startswith("units.")}
    assert {int(unit) for unit in explained if unit.isdigit()} == set(ACTION_UNITS)
    assert sorted(PRACTICE) == sorted(EMOTIONS)
    contempt = next(lesson for lesson in lessons(wording()) if lesson.emotion == "Contempt")
    assert contempt.indicators[0] == (12, "One corner of the mouth is drawn up and back")


_MOVES = st.lists(
    st.sampled_from(["decline", "agree", "demographics", "training", "qualification", "answer"]), max_size=25
)


@given(moves=_MOVES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_stage_is_left_out_or_repeated_whatever_is_sent(moves, tmp_path_factory):
    here = small_study(tmp_path_factory.mktemp("stages"))
    with here.database.begin() as session:
        redesign(session, 1, demographics=ASKED, training=True, qualification_images=1, qualification_pass=0)
    question = here.question_ids("P01")[0]
    order = ["declined", "consent", "demographics", "training", "qualification", "asking"]
    for number, move in enumerate(moves):
        before = at(here)
        if move == "decline":
            do(here, consent.decline)
        elif move == "agree":
            do(here, consent.agree, f"v{number}")
        elif move == "demographics":
            do(here, demographics.keep, {})
        elif move == "training":
            do(here, training.reach, STEPS)
        elif move == "qualification":
            do(here, qualification.record, LabelPost(1, 1, "Happy", 800.0))
        else:
            post = AnswerPost(f"key-{number:06}", question, "left", 900.0, 0.0, NOW, "key", 0)
            stored = do(here, answers.record, post).status
            assert (stored in ("stored", "moved_on")) == (before == "asking")
        after = at(here)
        forward = order.index(after) - order.index(before)
        own = {"demographics": "demographics", "training": "training", "qualification": "qualification"}
        if move in own:
            assert forward == (before == own[move])
        elif move == "answer":
            assert forward == 0
        elif move == "agree":
            assert (forward > 0) == (before in ("consent", "declined"))
