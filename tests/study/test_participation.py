"""What a participant reads about the study, and how far they are."""

from datetime import timedelta

import pytest

from db.tables import Study
from study.errors import NotFoundError
from study.participation import consent_version, participation
from tests.small_study import NOW, QUESTIONS, small_study


def test_a_participation_tells_the_step_the_texts_and_the_time_left(tmp_path):
    small = small_study(tmp_path)
    with small.database.session() as session:
        mine = participation(session, small.participants["P02"], NOW)
        study = session.get_one(Study, mine.study_id)
    assert (mine.code, mine.title, mine.step) == ("P02", "A small study", "consent")
    assert (mine.answered, mine.total, mine.minutes) == (0, QUESTIONS, 1)
    assert mine.design.experiments == (1, 2)
    assert mine.texts.consent == study.consent_text
    assert mine.consent_version == consent_version(study.consent_text)


def test_the_step_follows_consent_and_deadline(tmp_path):
    small = small_study(tmp_path)
    small.agree("P01")
    with small.database.begin() as session:
        session.get_one(Study, small.study_id).deadline = NOW + timedelta(days=7)
    with small.database.session() as session:
        steps = [
            participation(session, small.participants["P01"], NOW + timedelta(days=days)).step
            for days in (6, 8)
        ]
    assert steps == ["asking", "closed"]


def test_a_stranger_has_no_participation(tmp_path):
    small = small_study(tmp_path)
    with small.database.session() as session, pytest.raises(NotFoundError):
        participation(session, 12345, NOW)


def test_the_version_changes_with_the_text():
    assert consent_version("a") != consent_version("b")
    assert consent_version("a") == consent_version("a") == "ca978112ca1b"
