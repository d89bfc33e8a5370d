"""Tasks from draft to votes, on a real database."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select

from db.tables import Annotation, Answer, AnswerEvent, LabelFacet, LabelSet, Question, Study
from engine.annotations import validate
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS
from study import drafts as other_drafts
from study.annotation import images
from study.annotation.drafts import change_draft, create_draft, prepare, seal
from study.annotation.findings import against_engine, comparable, task_findings
from study.annotation.publishing import publish, published
from study.annotation.tables import annotations, find_task, readings, votes
from study.design.errors import DesignError
from study.errors import FrozenError, NotFoundError, StudyError
from study.field.hints import hints
from study.field.replacement import problems, replace
from study.field.watching import watch
from study.images.facets import write_facets
from study.participation import participation
from study.stages.loss import lost
from study.stages.withdrawal import erase
from study.trial import answers, flow
from study.trial.posts import AnswerPost, UndoPost
from tests.annotation_task import NAME, SAYS, small_task, task_design
from tests.small_study import NOW

RNG = np.random.default_rng


@pytest.fixture
def task(tmp_path):
    made = small_task(tmp_path)
    yield made
    made.database.dispose()


def by_hard_label(number: int) -> dict[str, str]:
    return {"label": EMOTIONS[number % 8] if number % 5 else "Uncertain"}


def study_of(session) -> Study:
    return find_task(session, NAME)


def test_a_frozen_task_is_a_study_with_questions_of_no_experiment(task):
    with task.database.session() as session:
        study = study_of(session)
        assert (study.kind, study.label_set_id, study.state) == ("annotation", None, "open")
        rows = session.scalars(select(Question)).all()
        assert {row.experiment for row in rows} == {None}
        assert {row.kind for row in rows} == {"first", "self_repeat"}
        assert len(rows) == 24 * 2 + 3 * 4
        mine = participation(session, task.participants["P01"], NOW)
        assert (mine.total, mine.design.form, mine.step) == (20, "hard_label", "consent")
        assert "label" not in mine.texts.consent


def test_nothing_of_a_question_tells_that_it_is_a_repeat_or_what_the_data_set_says(task):
    task.agree("P01")
    with task.database.session() as session:
        asked = flow.next_questions(session, task.participants["P01"], limit=100)
    assert all((one.left, one.right, one.experiment) == (None, None, None) for one in asked)


@pytest.mark.parametrize("form", list(SAYS))
def test_an_answer_is_kept_as_it_was_said_and_fits_its_form_alone(tmp_path, form):
    task = small_task(tmp_path, form)
    task.agree("P01")
    person = task.participants["P01"]
    for other in set(SAYS) - {form}:
        with task.database.begin() as session:
            first = flow.next_questions(session, person, limit=1)[0]
            post = AnswerPost("key-wrong-" + other, first.id, None, 900.0, 0.0, NOW, "key", 0)
            wrong = AnswerPost.read(
                {"key": f"key-{other.replace('_', '-')}", "question": first.id, "response": SAYS[other]}
                | {"rt_ms": 900, "hidden_ms": 0, "shown_at": None, "input": "key", "have": 0}
            )
            assert answers.record(session, person, wrong, NOW).status == "invalid"
            assert answers.record(session, person, post, NOW).status == "invalid"
    task.answer("P01", lambda _number: SAYS[form], 3)
    with task.database.begin() as session:
        kept = session.scalars(select(Answer).order_by(Answer.position)).all()
        assert [(one.choice, one.correct, one.response) for one in kept] == [(None, None, SAYS[form])] * 3
        last = flow.progress(session, person).undoable
        assert answers.undo(session, person, UndoPost("key-undo-1", last), NOW).status == "undone"
        undone = session.scalars(select(AnswerEvent).where(AnswerEvent.event == "undone")).one()
        assert undone.payload["taken_back"]["response"] == SAYS[form]
        assert session.scalar(select(func.count(Answer.id))) == 2
    task.database.dispose()


def test_a_draft_can_be_changed_and_a_frozen_one_not(task):
    with task.database.begin() as session:
        made = create_draft(session, task_design(name="second"), 1, now=NOW)
        change_draft(session, made.id, task_design(name="second", sample=12, participants=2), 1, now=NOW)
        with pytest.raises(DesignError, match="already"):
            change_draft(session, made.id, task_design(), 1, now=NOW)
        with pytest.raises(NotFoundError, match="dataset 9"):
            change_draft(session, made.id, task_design(name="second"), 9, now=NOW)
        prepared = prepare(session, made.id)
        assert prepared.plan.questions["image"].nunique() == 12
        change_draft(
            session, made.id, task_design(name="second", sample=6, participants=2, min_lag=2), 1, now=NOW
        )
        with pytest.raises(StudyError, match="changed while it was planned"):
            seal(session, prepared, now=NOW, rng=RNG(1))
        seal(session, prepare(session, made.id), now=NOW, rng=RNG(99))
        for act in (
            lambda: prepare(session, made.id),
            lambda: seal(session, prepared, now=NOW, rng=RNG(1)),
            lambda: change_draft(session, made.id, task_design(name="second"), 1, now=NOW),
            lambda: other_drafts.delete_draft(session, made.id, now=NOW),
        ):
            with pytest.raises(FrozenError):
                act()
        copy = other_drafts.copy_study(session, made.id, now=NOW)
        assert (copy.name, copy.kind, copy.dataset_id, copy.frozen_at) == ("second-2", "annotation", 1, None)
        assert copy.design == {**made.design, "name": "second-2"}


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 24),
        ({"hard_labels": ["Happy", "Sad"]}, 6),
        ({"splits": ["train"]}, 12),
        ({"images": ["face-03", "face-01"]}, 2),
        ({"sample": 5}, 5),
    ],
)
def test_images_are_those_of_the_filters(task, changes, count):
    design = task_design(**changes)
    with task.database.session() as session:
        found = images.task_images(session, 1, design, RNG(2))
        assert images.count(session, 1, design) == len(found) == count


def test_images_that_are_not_there_are_refused(task):
    with task.database.session() as session:
        for changes in ({"images": ["nobody"]}, {"sample": 25}):
            with pytest.raises(DesignError, match=r"nobody|25"):
                images.task_images(session, 1, task_design(**changes), RNG(2))
        with pytest.raises(NotFoundError, match="no selection"):
            images.task_images(session, 1, task_design(selection="mine"), RNG(2))
        with pytest.raises(DesignError, match="qualification_images = 30"):
            images.check_qualification(session, 1, task_design(qualification_images=30))
        with pytest.raises(NotFoundError, match="dataset 'other'"):
            images.find_dataset(session, "other", task_design())


def test_the_annotators_table_has_one_label_each_and_repeats_stay_readings(task):
    task.agree("P01", "P02", "P03")
    for code in task.participants:
        task.answer(code, by_hard_label)
    with task.database.session() as session:
        said = readings(session, study_of(session))
        done = readings(session, study_of(session), finished=True)
    assert len(said) == len(done) == 60
    table = validate(votes(annotations(said, "hard_label"), "hard_label"))
    assert len(table) == 48
    assert (table.groupby("image")["annotator"].nunique() == 2).all()
    assert set(table["annotator"]) == {f"{NAME}:{code}" for code in task.participants}


def test_soft_labels_vote_for_their_highest_emotion():
    scores = np.zeros((4, 8))
    scores[0, 2], scores[1, [1, 3]], scores[3, 7] = 0.4, 0.5, 0.05
    table = pd.DataFrame(scores, columns=list(SOFT_COLUMNS))
    table = table.assign(image=list("abcd"), annotator="t:P01", annotated_at=pd.Timestamp(NOW))
    assert votes(table, "soft_label")["label"].tolist() == ["Sad", "Uncertain", "None", "Contempt"]
    assert votes(table.iloc[:0], "soft_label").empty
    with pytest.raises(StudyError, match="name no emotion"):
        votes(table, "affect")


def test_published_votes_stand_in_the_gallery_are_replaced_and_go_with_the_erased(task):
    task.agree("P01", "P02")
    task.answer("P01", lambda _number: {"label": "Happy"}, 10)
    with task.database.begin() as session:
        session.add(Annotation(image_id=1, annotator=f"{NAME}:somebody", label="Sad"))
        session.flush()
        write_facets(session, 1)
        first = publish(session, study_of(session), now=NOW)
        assert (first.votes, first.annotators, first.before) == (first.images, 1, 0)
        again = publish(session, study_of(session), now=NOW)
        assert (again.votes, again.before) == (first.votes, first.votes)
        before = facet_votes(session)
    assert before == first.votes + 1
    task.answer("P02", lambda _number: {"label": "Sad"}, 10)
    with task.database.begin() as session:
        assert publish(session, study_of(session), finished=True, now=NOW).votes == 0
        both = publish(session, study_of(session), now=NOW)
        assert both.annotators == 2
        person = task.participants["P01"]
        erase(session, person, lost(session, person), NOW)
        assert published(session, study_of(session)) == both.votes - first.votes
        assert facet_votes(session) == both.votes - first.votes + 1
        assert session.get_one(LabelSet, 1).summary["votes"] == facet_votes(session)
        assert set(readings(session, study_of(session))["annotator"]) == {f"{NAME}:P02"}
        # An imported vote whose annotator only looks like one of the task's stays.
        kept = session.scalars(select(Annotation.annotator)).all()
        assert f"{NAME}:somebody" in kept
        assert f"{NAME}:P01" not in kept


def facet_votes(session) -> int:
    """The votes that the gallery counts, and those that are there: they are the same."""
    shown = session.scalar(select(func.sum(LabelFacet.votes)))
    assert shown == session.scalar(select(func.count(Annotation.id)))
    incremental = session.execute(select(LabelFacet).order_by(LabelFacet.image_id)).scalars().all()
    kept = [(one.image_id, one.votes, one.majority, one.agreement, one.divergence) for one in incremental]
    session.expire_all()
    write_facets(session, 1)
    anew = session.execute(select(LabelFacet).order_by(LabelFacet.image_id)).scalars().all()
    assert kept == [(one.image_id, one.votes, one.majority, one.agreement, one.divergence) for one in anew]
    return int(shown or 0)


def test_simulated_annotators_and_affect_are_not_published(tmp_path):
    task = small_task(tmp_path, "affect")
    with task.database.begin() as session:
        with pytest.raises(StudyError, match="name no emotion"):
            publish(session, study_of(session), now=NOW)
        study_of(session).simulated = True
        session.flush()
        with pytest.raises(StudyError, match="simulated"):
            publish(session, study_of(session), now=NOW)
    task.database.dispose()


def test_agreement_and_the_engine_are_found_from_the_readings(task):
    task.agree("P01", "P02", "P03")
    for code in task.participants:
        task.answer(code, lambda _number: {"label": "Happy"})
    with task.database.session() as session:
        study = study_of(session)
        found = task_findings(readings(session, study), "hard_label")
        against = against_engine(session, study, 1)
        assert comparable(session, study) == {1: "small"}
    assert found.labels.overall["percent_agreement"].estimate == 1
    assert found.labels.overall["self_agreement"].estimate == 1
    assert found.people["readings"].tolist() == [20, 20, 20]
    assert found.people["seconds"].tolist() == [2.0] * 3
    assert against.by_image["majority"].tolist() == ["Happy"] * 24
    assert against.wmae.n == 24


@pytest.mark.parametrize("form", ["soft_label", "affect"])
def test_numbers_have_agreement_too(tmp_path, form):
    task = small_task(tmp_path, form)
    task.agree("P01", "P02")
    for code in ("P01", "P02"):
        task.answer(code, lambda _number: SAYS[form])
    with task.database.session() as session:
        study = study_of(session)
        said = readings(session, study)
        found = task_findings(said, form)
        against = against_engine(session, study, 1)
        loss = lost(session, task.participants["P01"])
    assert len(found.scales) == {"soft_label": 8, "affect": 2}[form]
    assert all(one.within.estimate == 0 and one.between.estimate == 0 for one in found.scales)
    assert (against is None) == (form == "affect")
    assert loss.answers == 20
    assert [pair.participant for pair in loss.pairs] == ["P02"]
    assert len(annotations(said, form)) == 32
    task.database.dispose()


def test_watching_hints_and_replacement_take_a_task_as_any_study(task):
    task.agree("P01")
    task.answer("P01", lambda _number: {"label": "Happy"}, 8)
    with task.database.begin() as session:
        seen = watch(session, task.study_id, NOW)
        assert seen.people.set_index("participant")["answered"].to_dict() == {"P01": 8, "P02": 0, "P03": 0}
        answered = dict(zip(seen.people["participant_id"], seen.people["answered"], strict=True))
        assert set(hints(session, answered, task.study_id)["hints"]) == {""}
        done, new = replace(session, task.participants["P01"], now=NOW, rng=RNG(4))
        assert done.answered == 8
        assert new.code == "P04"
        assert problems(session, task.study_id) == []
