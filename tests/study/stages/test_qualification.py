"""The qualification: the same images on every device, each labelled once, and an end by the design."""

from collections import Counter

import pytest
from sqlalchemy import select

from db.tables import Label, Participant, QualificationAnswer, Question
from engine.emfacs import EMOTIONS
from study.errors import StudyError
from study.stages import qualification
from study.stages.qualification import Result
from study.trial.posts import LabelPost
from study.trial.standing import step
from tests.redesign import redesign
from tests.small_study import IMAGES, NOW, small_study


@pytest.fixture
def here(tmp_path):
    return designed(tmp_path, qualification_images=4, qualification_pass=0.75, qualification_attempts=2)


def designed(folder, **design):
    study = small_study(folder)
    with study.database.begin() as session:
        redesign(session, 1, **design)
    study.agree("P01", "P02")
    return study


def place(here, code="P01"):
    with here.database.begin() as session:
        return qualification.place(session, here.participants[code], NOW)


def label(here, attempt, position, emotion, code="P01"):
    with here.database.begin() as session:
        post = LabelPost(attempt, position, emotion, 700.0)
        return qualification.record(session, here.participants[code], post, NOW)


def truth(here, image_id):
    with here.database.session() as session:
        return session.scalar(select(Label.hard_label).where(Label.image_id == image_id))


def attempt(here, number, correct):
    """Label all images of an attempt, so many of them as expected."""
    for position, image in enumerate(place(here).images, 1):
        right = truth(here, image)
        other = next(emotion for emotion in EMOTIONS if emotion != right)
        assert label(here, number, position, right if position <= correct else other).status == "stored"


def at(here, code="P01"):
    with here.database.session() as session:
        return step(session, here.participants[code], NOW)


def last(here):
    with here.database.session() as session:
        return qualification.last_result(session, here.participants["P01"])


def test_the_images_are_drawn_once_and_are_none_of_the_questions(here):
    drawn = place(here).images
    assert place(here).images == drawn
    assert len(set(drawn)) == 4
    with here.database.session() as session:
        own = session.execute(
            select(Question.image_id, Question.foil_image_id).where(Question.participant_id == 1)
        ).all()
    assert not set(drawn) & {image for pair in own for image in pair}
    assert place(here, "P02").images != drawn


def test_all_emotions_are_asked_alike(tmp_path):
    here = designed(tmp_path, qualification_images=16)
    asked = Counter(truth(here, image) for image in place(here).images)
    assert asked == dict.fromkeys(EMOTIONS, 2)


def test_a_label_set_that_is_too_small_gives_all_it_has(tmp_path):
    here = designed(tmp_path, qualification_images=40)
    assert len(place(here).images) == IMAGES


def test_the_pass_mark_is_a_pass(here):
    attempt(here, 1, correct=3)
    assert (at(here), last(here)) == ("asking", Result(1, 3, 4, True))


def test_who_does_not_pass_has_the_attempts_of_the_design_with_new_images(here):
    first = place(here).images
    attempt(here, 1, correct=2)
    assert (at(here), last(here)) == ("qualification", Result(1, 2, 4, False))
    again = place(here)
    assert (again.attempt, again.answered, again.last) == (2, 0, Result(1, 2, 4, False))
    assert not set(again.images) & set(first)
    attempt(here, 2, correct=0)
    assert (at(here), last(here)) == ("disqualified", Result(2, 0, 4, False))


def test_the_second_attempt_can_be_passed(here):
    attempt(here, 1, correct=0)
    attempt(here, 2, correct=4)
    assert (at(here), last(here)) == ("asking", Result(2, 4, 4, True))


def test_two_tabs_and_a_repeated_post_store_one_label(here):
    assert label(here, 1, 1, "Happy").status == "stored"
    assert label(here, 1, 1, "Happy").status == "repeated"
    assert label(here, 1, 1, "Sad").status == "moved_on"
    assert label(here, 1, 3, "Sad").status == "moved_on"
    assert label(here, 2, 2, "Sad").status == "moved_on"
    with here.database.session() as session:
        assert session.scalars(select(QualificationAnswer.label)).all() == ["Happy"]


def test_outside_the_stage_nothing_is_stored(tmp_path):
    here = small_study(tmp_path)
    assert label(here, 1, 1, "Happy").status == "stage"
    with pytest.raises(StudyError, match="not what this participant does now"):
        place(here)


def test_only_the_present_attempts_images_are_shown(here):
    drawn = place(here).images
    with here.database.session() as session:
        shown = [qualification.image_at(session, here.participants["P01"], 1, n) for n in range(6)]
        assert qualification.image_at(session, here.participants["P01"], 2, 1) is None
        assert session.get(Participant, here.participants["P02"]).qualification is None
    assert shown == [None, *drawn, None]
