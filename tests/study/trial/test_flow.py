from datetime import timedelta

import pytest

from db.tables import Participant
from study import studies
from study.errors import NotFoundError, StudyClosedError
from study.stages import consent
from study.trial import flow
from study.trial.posts import AnswerPost
from study.trial.standing import step
from tests.small_study import NOW, QUESTIONS, small_labels, small_plan, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


def _step(here, code="P01", now=NOW):
    with here.database.session() as session:
        return step(session, here.participants[code], now)


def test_consent_comes_before_the_questions(here):
    assert _step(here) == "consent"
    here.agree("P01")
    assert (_step(here), _step(here, "P02")) == ("asking", "consent")


def test_the_first_consent_is_the_one_that_is_kept(here):
    here.agree("P01")
    with here.database.begin() as session:
        consent.agree(session, here.participants["P01"], "2", NOW + timedelta(hours=1))
    with here.database.session() as session:
        person = session.get(Participant, here.participants["P01"])
        assert (person.consent_version, person.consented_at) == ("1", NOW)


def test_a_paused_study_is_closed_and_opens_again(here):
    here.agree("P01")
    with here.database.begin() as session:
        studies.pause_study(session, here.study_id)
    assert _step(here) == "closed"
    with pytest.raises(StudyClosedError), here.database.begin() as session:
        consent.agree(session, here.participants["P02"], "1", NOW)
    with here.database.begin() as session:
        studies.open_study(session, here.study_id, now=NOW)
    assert _step(here) == "asking"


def test_after_the_deadline_the_door_is_closed(here):
    here.agree("P01")
    assert _step(here, now=NOW + timedelta(days=6)) == "asking"
    assert _step(here, now=NOW + timedelta(days=7)) == "closed"


def test_who_has_finished_is_done_even_when_the_study_has_closed(here):
    from study.trial import answers

    here.agree("P01")
    for number, question in enumerate(here.question_ids("P01")):
        post = AnswerPost(f"key-{number:08}", question, "left", 1.0, 0.0, None, "key", 0)
        with here.database.begin() as session:
            answers.record(session, here.participants["P01"], post, NOW)
    with here.database.begin() as session:
        studies.close_study(session, here.study_id)
    assert (_step(here), _step(here, "P02")) == ("done", "closed")


def test_questions_come_in_the_planned_order_with_the_planned_labels(here):
    plan = small_plan().query("participant == 'P01'")
    labels = small_labels().set_index("image")
    with here.database.session() as session:
        asked = flow.next_questions(session, here.participants["P01"], limit=100)
    assert [question.number for question in asked] == list(range(1, QUESTIONS + 1))
    for question, planned in zip(asked, plan.itertuples(), strict=True):
        own, other = question.left, question.right
        if planned.side == "right":
            own, other = other, own
        scores = labels.filter(like="soft_").loc[planned.image].to_numpy(dtype=float).round(3)
        assert own.scores == pytest.approx(scores, abs=1e-9)
        if planned.experiment == 1:
            assert other == flow.ShownLabel(None, labels["hard_label"][planned.image])
        else:
            foil = labels.filter(like="soft_").loc[planned.foil].to_numpy(dtype=float).round(3)
            assert other.scores == pytest.approx(foil, abs=1e-9)


def test_only_questions_after_the_given_number_come(here):
    with here.database.session() as session:
        asked = flow.next_questions(session, here.participants["P01"], after=3, limit=2)
        assert [question.number for question in asked] == [4, 5]
        assert flow.next_questions(session, here.participants["P01"], after=QUESTIONS) == []


def test_an_unknown_participant_is_refused(here):
    with here.database.session() as session, pytest.raises(NotFoundError, match="no participant 99"):
        step(session, 99, NOW)
