from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import func, select

from db.tables import Answer, AnswerEvent, Participant, Study
from study import studies
from study.design.design import Design
from study.errors import NotFoundError, StudyError
from study.simulation import storing as simulation
from study.simulation.respondents import Respondent, Truth
from study.trial import trials
from tests.small_study import NOW, QUESTIONS, small_plan, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


@pytest.fixture
def simulated(here):
    with here.database.begin() as session:
        rng = np.random.default_rng(1)
        design = Design(name="simulated")
        study = studies.create_study(
            session, design, here.label_set_id, small_plan(), simulated=True, now=NOW, rng=rng
        )
        return study.id


def _simulate(here, study_id, truth=simulation.PAPER, now=NOW):
    with here.database.begin() as session:
        return simulation.simulate_into(session, study_id, truth, rng=np.random.default_rng(2), now=now)


def test_simulated_answers_are_stored_with_their_events_and_marked(here, simulated):
    assert _simulate(here, simulated) == 2 * QUESTIONS
    with here.database.session() as session:
        found = trials.trials(session, simulated)
        people = session.scalars(select(Participant).where(Participant.study_id == simulated)).all()
        events = session.scalars(select(AnswerEvent.payload)).all()
        listed = studies.list_studies(session).set_index("name")
    assert len(found) == 2 * QUESTIONS
    assert all(person.simulated and person.consent_version == "simulated" for person in people)
    assert all(person.finished_at is not None for person in people)
    assert len(events) == 2 * QUESTIONS
    assert all(payload["simulated"] for payload in events)
    assert (listed["answered"]["simulated"], listed["finished"]["simulated"]) == (2 * QUESTIONS, 2)
    assert found["answered_at"].max() == NOW


def test_who_leaves_early_has_not_finished(here, simulated):
    leaving = Respondent(soft=0.6, hard=0.2, both=0.1, none=0.1, accuracy=0.8, drop_out=1.0)
    stored = _simulate(here, simulated, Truth((leaving,)))
    assert stored < 2 * QUESTIONS
    with here.database.session() as session:
        assert session.scalars(select(Participant.finished_at)).all() == [None] * 4


def test_a_study_of_people_takes_no_simulated_answers(here):
    with pytest.raises(StudyError, match="is of people"):
        _simulate(here, here.study_id)
    with here.database.session() as session:
        assert session.scalar(select(func.count()).select_from(Answer)) == 0


def test_a_study_is_simulated_once(here, simulated):
    _simulate(here, simulated)
    with pytest.raises(StudyError, match="has answers already"):
        _simulate(here, simulated)


def test_an_unknown_study_is_refused(here):
    with pytest.raises(NotFoundError, match="no study 99"):
        _simulate(here, 99)


def test_answers_that_skip_a_question_or_name_another_studys_are_refused(here, simulated):
    with here.database.session() as session:
        questions = trials.questions_frame(session, simulated)
        others = trials.questions_frame(session, here.study_id)
    answers = questions.assign(choice="soft", rt_ms=900.0, answered_at=NOW)
    with pytest.raises(StudyError, match="comes before"), here.database.begin() as session:
        simulation.store_simulated(session, simulated, answers[answers["position"] != 2])
    elsewhere = answers.assign(question=others["question"])
    with pytest.raises(StudyError, match="not of this study"), here.database.begin() as session:
        simulation.store_simulated(session, simulated, elsewhere)


def test_the_papers_truth_averages_to_the_papers_figures():
    people = simulation.PAPER.respondents
    assert np.mean([one.soft for one in people]) == pytest.approx(0.65)
    assert np.mean([one.hard for one in people]) == pytest.approx(0.22)
    assert np.mean([one.accuracy for one in people]) == pytest.approx(0.81)
    assert sum(one.soft > one.hard for one in people) == 5


def test_the_last_answer_is_given_now_in_whatever_zone_now_is(here, simulated):
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    _simulate(here, simulated, now=now)
    with here.database.session() as session:
        assert session.get(Study, simulated).simulated
        assert studies.progress(session, simulated)["last_answer_at"].max() == now
