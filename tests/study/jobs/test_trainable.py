"""What a training would refuse minutes into it is told before it is queued."""

import pytest

from db.tables import Annotation, Dataset, Image
from engine.emfacs import EMOTIONS
from study.errors import StudyError
from study.jobs.trainable import check_trainable
from tests.small_study import NOW, empty_database

FEW = ("confidence.test_images=2",)


@pytest.fixture
def session(tmp_path):
    """A dataset of five images of each emotion, of which two people have labelled those of Happy and Sad."""
    _, database = empty_database(tmp_path)
    with database.begin() as session:
        session.add(Dataset(id=1, name="faces", root="faces", created_at=NOW))
        session.flush()
        for number in range(5 * len(EMOTIONS)):
            emotion = EMOTIONS[number % len(EMOTIONS)]
            file = f"{number}.png"
            image = Image(dataset_id=1, name=file, path=file, hard_label=emotion, split="train")
            session.add(image)
            session.flush()
            if emotion in ("Happy", "Sad"):
                session.add_all(
                    Annotation(image_id=image.id, annotator=one, label=emotion, annotated_at=NOW)
                    for one in ("a", "b")
                )
        session.flush()
        yield session
    database.dispose()


def test_a_test_set_that_an_emotion_cannot_give_is_told_with_the_one_that_all_can(session):
    with pytest.raises(StudyError, match=r"ask for at most 3: --set confidence\.test_images=3"):
        check_trainable(session, "faces", "single")
    check_trainable(session, "faces", "single", FEW)


def test_votes_decide_where_they_are_to_be_learnt_from(session):
    with pytest.raises(StudyError, match=r"too few has Neutral \(0, 0 of them unanimous\)"):
        check_trainable(session, "faces", "single", FEW, votes=True)
    session.query(Annotation).delete()
    with pytest.raises(StudyError, match="nobody has voted on the images of faces"):
        check_trainable(session, "faces", "single", FEW, votes=True)


def test_a_setting_that_is_wrong_is_told(session):
    with pytest.raises(StudyError, match="confidence"):
        check_trainable(session, "faces", "single", ("confidence.test_images=-1",))
