"""One image: where its face is, and what people said about it."""

import pandas as pd
import pytest
from sqlalchemy import select, update

from db.tables import Answer, Dataset, Image, Participant, Question
from study.errors import NotFoundError
from study.images import catalog
from study.images.opinions import study_opinions
from study.images.portrait import portrait
from tests.small_study import NOW, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


def test_a_portrait_names_its_label_set_file_and_votes(here):
    rows = [("face-02", "a", "Sad"), ("face-02", "b", "Sad"), ("face-02", "c", None)]
    with here.database.begin() as session:
        votes = pd.DataFrame(rows, columns=["image", "annotator", "label"])
        catalog.import_annotations(session, session.scalars(select(Dataset)).one(), votes)
        found = portrait(session, 1, 3)
        with pytest.raises(NotFoundError, match="holds no image 99"):
            portrait(session, 1, 99)
    assert (found.label_set, found.bundle, found.path) == ("small", "small-bundle", "02.png")
    assert list(zip(found.votes["label"].fillna("-"), found.votes["n"], strict=True)) == [
        ("Sad", 2),
        ("-", 1),
    ]
    assert not found.geometry.known


@pytest.mark.parametrize("stored", [[[1, 2], [3, 4]], [1, 2, 3, 4], [1, 2, 3, 4, 5]])
def test_landmarks_are_points_whatever_form_they_were_stored_in(here, stored):
    with here.database.begin() as session:
        session.execute(update(Image).values(landmarks_28=stored, yaw=1.0, pitch=2.0, roll=3.0, face_x=4.0))
        found = portrait(session, 1, 2).geometry
    assert found.landmarks_28 == ((1.0, 2.0), (3.0, 4.0))
    assert found.pose == (1.0, 2.0, 3.0)
    assert found.box is None
    assert found.known


def _answer(session, question, choice):
    own = {"choice": choice, "correct": None if question.experiment == 1 else choice == "own"}
    session.add(
        Answer(
            question_id=question.id,
            participant_id=question.participant_id,
            position=question.position,
            rt_ms=900.0,
            hidden_ms=0.0,
            answered_at=NOW,
            key=f"key-{question.id}",
            **own,
        )
    )


def test_first_time_answers_are_counted_by_study_and_repeats_apart(here):
    with here.database.begin() as session:
        assert study_opinions(session, 2) == []
        for question in session.scalars(select(Question)).all():
            _answer(session, question, "soft" if question.experiment == 1 else "own")
    with here.database.session() as session:
        asked = session.execute(
            select(Question.image_id, Question.experiment, Question.kind).where(Question.kind == "overlap")
        ).one()
        (found,) = study_opinions(session, asked.image_id)
    assert (found.title, found.simulated) == ("A small study", False)
    assert found.preferred == {"soft": 1, "hard": 0, "both": 0, "none": 0}
    assert (found.told_apart, found.asked, found.repeats) == (0, 0, 2)


def test_answers_of_the_erased_and_of_annotation_tasks_are_not_counted(here):
    with here.database.begin() as session:
        question = session.scalars(select(Question).where(Question.experiment == 2)).first()
        _answer(session, question, "foil")
        session.flush()
        (found,) = study_opinions(session, question.image_id)
        assert (found.told_apart, found.asked) == (0, 1)
        session.execute(update(Participant).values(erased_at=NOW))
        assert study_opinions(session, question.image_id) == []
