import pandas as pd
import pytest

from study.errors import NotFoundError
from study.question_columns import QUESTION_COLUMNS
from study.trial import answers, trials
from study.trial.answer_columns import ANSWER_COLUMNS
from study.trial.posts import AnswerPost
from tests.small_study import NOW, QUESTIONS, small_labels, small_plan, small_study


@pytest.fixture
def here(tmp_path):
    study = small_study(tmp_path)
    study.agree("P01", "P02")
    return study


def _answer_all(here, code, count):
    for number, question in enumerate(here.question_ids(code)[:count]):
        post = AnswerPost(f"key-{number:08}", question, "left", 100.0 + number, 0.0, None, "key", 0)
        with here.database.begin() as session:
            assert answers.record(session, here.participants[code], post, NOW).status == "stored"


def test_planned_questions_come_back_as_they_were_planned(here):
    with here.database.session() as session:
        back = trials.questions_frame(session, here.study_id)
    plan = small_plan()
    names = dict(zip(back["question"], plan["question"], strict=True))
    back = back.assign(question=back["question"].map(names), repeats=back["repeats"].map(names))
    assert list(back.columns) == list(QUESTION_COLUMNS)
    pd.testing.assert_frame_equal(back, plan[list(QUESTION_COLUMNS)], check_dtype=False)


def test_only_answered_questions_are_trials(here):
    _answer_all(here, "P01", QUESTIONS)
    _answer_all(here, "P02", 3)
    with here.database.session() as session:
        found = trials.trials(session, here.study_id)
        given = trials.answers_frame(session, here.study_id)
    assert list(found.columns) == list(trials.TRIALS)
    assert list(given.columns) == list(ANSWER_COLUMNS)
    assert found["participant"].tolist() == ["P01"] * QUESTIONS + ["P02"] * 3
    plan = small_plan().head(QUESTIONS + 3)
    left = plan["option_order"].str.split(",").str[0]
    assert found["choice"].tolist() == left.tolist()
    second = plan["experiment"] == 2
    assert found["correct"][second].tolist() == (left == "own")[second].tolist()
    assert found["correct"][~second].isna().all()
    labels = small_labels().set_index("image")
    for name in ("hard_label", "subset", "margin"):
        assert found[name].tolist() == labels.loc[plan["image"], name].tolist()
    assert (found["answered_at"] == NOW).all()


def test_a_study_without_answers_gives_an_empty_table_of_the_same_kinds(here):
    with here.database.session() as session:
        empty = trials.trials(session, here.study_id)
    _answer_all(here, "P01", 2)
    with here.database.session() as session:
        full = trials.trials(session, here.study_id)
    assert len(empty) == 0
    assert empty.dtypes.drop("answered_at").tolist() == full.dtypes.drop("answered_at").tolist()


def test_an_unknown_study_is_refused(here):
    with here.database.session() as session, pytest.raises(NotFoundError, match="no study 9"):
        trials.trials(session, 9)
