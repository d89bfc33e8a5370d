from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from db.tables import Participant, Question, Study
from study import studies
from study.design.design import Design
from study.errors import NotFoundError, StudyClosedError, StudyError
from tests.small_study import NOW, QUESTIONS, small_plan, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


def _create(here, plan, name="second", label_set_id=1):
    with here.database.begin() as session:
        rng = np.random.default_rng(1)
        return studies.create_study(session, Design(name=name), label_set_id, plan, now=NOW, rng=rng)


def test_a_study_keeps_its_design(here):
    with here.database.session() as session:
        study = session.get(Study, here.study_id)
    assert (study.state, study.simulated, study.title) == ("open", False, "A small study")
    assert Design.from_dict(study.design).participants == 2
    assert study.deadline == NOW + timedelta(days=7)


def test_a_new_study_is_a_draft(here):
    assert _create(here, small_plan()).state == "draft"


def test_questions_repeat_the_stored_question_that_the_plan_names(here):
    with here.database.session() as session:
        rows = session.scalars(select(Question).order_by(Question.participant_id, Question.position)).all()
    by_id = {row.id: row for row in rows}
    repeats = [row for row in rows if row.repeats_id is not None]
    assert [row.kind for row in repeats] == ["self_repeat"] * 2 + ["overlap"] + ["self_repeat"] * 2
    for row in repeats:
        original = by_id[row.repeats_id]
        assert (row.image_id, row.foil_image_id) == (original.image_id, original.foil_image_id)
        assert (row.participant_id == original.participant_id) == (row.kind == "self_repeat")
    assert len({row.public_id for row in rows}) == 2 * QUESTIONS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda plan: plan.iloc[:0], "no questions"),
        (lambda plan: plan.assign(question="q"), "'q' twice"),
        (lambda plan: plan[plan["position"] != 2], "P01 are not 1 to 7"),
        (lambda plan: plan.assign(image=plan["image"].replace("face-02", "face-99")), "1 images.*face-99"),
        (lambda plan: plan.assign(foil=plan["foil"].replace("face-03", "face-98")), "face-98"),
        (lambda plan: plan.assign(repeats=plan["repeats"].replace("q0-1", "q9-9")), "repeats a question"),
    ],
)
def test_a_wrong_plan_is_refused_and_changes_nothing(here, change, message):
    with pytest.raises(StudyError, match=message):
        _create(here, change(small_plan()))
    with here.database.session() as session:
        assert session.scalars(select(Study.name)).all() == ["small"]
        assert len(session.scalars(select(Participant)).all()) == 2


def test_a_name_is_given_once_and_a_label_set_must_be(here):
    with pytest.raises(StudyError, match="a study 'small' already"):
        _create(here, small_plan(), name="small")
    with pytest.raises(NotFoundError, match="no label set 7"):
        _create(here, small_plan(), label_set_id=7)


def test_states_follow_each_other_as_they_may(here):
    draft = _create(here, small_plan()).id
    with here.database.begin() as session:
        with pytest.raises(StudyClosedError, match="is draft: it cannot become paused"):
            studies.pause_study(session, draft)
        for move, state in [
            (lambda: studies.open_study(session, draft, now=NOW), "open"),
            (lambda: studies.pause_study(session, draft), "paused"),
            (lambda: studies.close_study(session, draft), "closed"),
            (lambda: studies.open_study(session, draft, now=NOW), "open"),
        ]:
            assert move().state == state
        with pytest.raises(NotFoundError, match="no study 99"):
            studies.close_study(session, 99)


def test_pausing_does_not_move_the_deadline(here):
    with here.database.begin() as session:
        studies.pause_study(session, here.study_id)
        study = studies.open_study(session, here.study_id, now=NOW + timedelta(days=2))
        assert study.deadline == NOW + timedelta(days=7)


def test_progress_is_counted_by_study_and_by_participant(here):
    from study.trial import answers
    from study.trial.posts import AnswerPost

    here.agree("P01")
    first = here.question_ids("P01")[0]
    with here.database.begin() as session:
        post = AnswerPost("key-00000001", first, "left", 1.0, 0.0, None, "key", 0)
        answers.record(session, here.participants["P01"], post, NOW)
    _create(here, small_plan())
    with here.database.session() as session:
        listed = studies.list_studies(session)
        people = studies.progress(session, here.study_id)
    assert listed["name"].tolist() == ["small", "second"]
    assert listed["answered"].tolist() == [1, 0]
    assert listed["total"].tolist() == [2 * QUESTIONS] * 2
    assert listed["participants"].tolist() == [2, 2]
    assert listed["last_answer_at"][0] == NOW
    assert people["participant"].tolist() == ["P01", "P02"]
    assert people["answered"].tolist() == [1, 0]
    assert people["total"].tolist() == [QUESTIONS] * 2
    assert people["consented_at"][0] == NOW
