from datetime import timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import insert, select, update

from db.tables import Answer, Participant, Question, Study
from study.access import invitations
from study.access.acts import Act
from study.access.audit import note
from study.field import hints, replacement, watching
from tests.arrivals import DESIGN, POSTGRES, ring_study
from tests.small_study import NOW, SECRET

TEN_DAYS = NOW + timedelta(days=10)


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request, tmp_path):
    postgres = request.param == "postgresql"
    if postgres and not POSTGRES:
        pytest.skip("FACEVALUE_TEST_POSTGRES names no PostgreSQL database")
    with ring_study(tmp_path, postgres=postgres, design=DESIGN) as found:
        yield found[1]


def answered(database, code, moments, *, rt_ms=2000.0, press=None):
    """Answer a participant's first questions, one at each moment; `press` is the key of every answer."""
    with database.begin() as session:
        person = session.scalar(select(Participant).where(Participant.code == code))
        person.consented_at = person.consented_at or NOW
        query = select(Question).where(Question.participant_id == person.id).order_by(Question.position)
        rng = np.random.default_rng(person.id)
        rows = []
        for asked, at in zip(session.scalars(query), moments, strict=False):
            side = press or ("left", "right")[rng.integers(2)]
            own = side == asked.side
            choice = ("soft" if own else "hard") if asked.experiment == 1 else ("own" if own else "foil")
            rows.append(
                {
                    "question_id": asked.id,
                    "participant_id": person.id,
                    "position": asked.position,
                    "choice": choice,
                    "rt_ms": rt_ms,
                    "hidden_ms": 0.0,
                    "answered_at": at,
                    "key": f"{code}-{asked.position}",
                }
            )
        session.execute(insert(Answer), rows)


def change(database, code, **values):
    with database.begin() as session:
        session.execute(update(Participant).where(Participant.code == code).values(**values))


def watched(database, now=TEN_DAYS):
    with database.session() as session:
        return watching.watch(session, 1, now)


def test_each_participant_is_at_one_stage(here):
    answered(here, "P01", [NOW] * 100)
    answered(here, "P02", [NOW] * 3)
    change(here, "P03", consented_at=NOW, withdrawn_at=NOW)
    change(here, "P04", claimed_at=NOW)
    with here.begin() as session:
        invitations.invite(session, 5, secret=SECRET, now=NOW)
    stages = watched(here).people.set_index("participant")["stage"].to_dict()
    assert list(stages.values()) == ["finished", "answering", "withdrawn", "lapsed", "invited", "free"]
    change(here, "P02", due_at=NOW + timedelta(days=7))
    change(here, "P04", claimed_at=TEN_DAYS)
    change(here, "P05", declined_at=NOW)
    change(here, "P06", consented_at=NOW)
    stages = watched(here).people["stage"].tolist()[1:]
    assert stages == ["overdue", "withdrawn", "arrived", "declined", "agreed"]
    assert set(stages) <= set(watching.STAGES)


def test_pace_counts_the_answers_of_the_last_seven_times_24_hours(here):
    moments = [TEN_DAYS - timedelta(days=9)] * 2 + [TEN_DAYS - timedelta(days=6, hours=1)] * 3
    answered(here, "P01", [*moments, *[TEN_DAYS - timedelta(minutes=5)] * 4])
    seen = watched(here)
    row = seen.people.iloc[0]
    assert row["per_day"] == pytest.approx(7 / 7)
    left = row["total"] - row["answered"]
    assert row["finish_at"] == pd.Timestamp(TEN_DAYS) + pd.Timedelta(days=left / (7 / 7))
    assert row["finish_low"] < row["finish_at"]
    assert (seen.outlook.answered, seen.outlook.unknown, seen.outlook.unfinished) == (9, 5, 6)
    assert seen.outlook.expected > 9


def test_the_chart_counts_the_days_of_the_viewers_zone(here):
    late = NOW.replace(hour=23, minute=30)
    answered(here, "P01", [NOW, late, late + timedelta(days=2)])
    with here.session() as session:
        utc = watching.answers_per_day(session, 1, NOW + timedelta(days=3))
        east = watching.answers_per_day(session, 1, NOW + timedelta(days=3), timezone(timedelta(hours=2)))
    assert utc["answers"].tolist() == [2, 0, 1, 0]
    assert east["answers"].tolist() == [1, 1, 0, 1]
    with here.session() as session:
        assert watching.answers_per_day(session, 1, NOW, longest=90)["answers"].sum() == 1


def test_a_replaced_participant_counts_with_what_they_answered_alone(here):
    answered(here, "P01", [NOW] * 4)
    with here.begin() as session:
        person = session.scalar(select(Participant).where(Participant.code == "P01"))
        replacement.replace(session, person.id, now=NOW, rng=np.random.default_rng(1))
    people = watched(here).people.set_index("participant")
    assert people.loc["P01", ["stage", "answered", "total"]].tolist() == ["replaced", 4, 4]
    assert people.loc["P07", "replaces"] == "P01"
    with here.session() as session:
        assert watching.losses(session, 1)["what"].tolist() == ["replaced"]


def test_losses_are_those_of_this_study_newest_first(here):
    with here.begin() as session:
        for at, subject in enumerate(("ring/P01", "other/P01", "ring/P02")):
            detail = {"answers": at, "pairs": [], "precision": []}
            note(session, None, Act.PARTICIPANT_ERASED, subject, detail, now=NOW)
    with here.session() as session:
        assert watching.losses(session, 1)["participant"].tolist() == ["P02", "P01"]


def test_a_study_nobody_has_answered_is_watched_too(here):
    seen = watched(here)
    assert seen.people["finish_at"].isna().all()
    assert seen.outlook.last_finish is None
    with here.session() as session:
        assert watching.answers_per_day(session, 1, NOW).empty
        assert (hints.hints(session, dict.fromkeys(range(1, 7), 0), 1)["hints"] == "").all()


def test_hints_stand_with_the_numbers_behind_them(tmp_path):
    design = DESIGN.changed(participants=2, images_per_emotion=3, overlap_design="none")
    with ring_study(tmp_path, design=design) as (_, database, _study):
        answered(database, "P01", [NOW] * 100, rt_ms=120.0, press="left")
        answered(database, "P02", [NOW] * 100)
        with database.begin() as session:
            marked = update(Question).where(Question.position.in_((5, 9, 13, 17)))
            session.execute(marked.values(kind="attention", experiment=2, foil_image_id=1))
        with database.session() as session:
            many = dict(session.execute(select(Answer.participant_id, Answer.position)).all())
            found = hints.hints(session, many, 1)
    hasty, calm = found.iloc[0], found.iloc[1]
    for name in ("fast", "straight-lining", "side bias"):
        assert name in hasty["hints"]
    assert (hasty["fast"], hasty["left"], hasty["median_ms"]) == (1.0, 1.0, 120.0)
    assert hasty["longest_run"] == hasty["looked_at"] > hasty["longest_expected"]
    assert hasty["checks"] == 4
    assert not {"fast", "straight-lining"} & set(calm["hints"].split(", "))


def test_a_paused_study_without_deadline_has_no_outlook(here):
    with here.begin() as session:
        session.get_one(Study, 1).deadline = None
    assert watched(here).outlook is None


def test_the_forecast_is_told_from_the_first_pace_on(here):
    assert watching.outlook_words(watched(here)).startswith("No answer of ")
    answered(here, "P01", [*[TEN_DAYS - timedelta(hours=5)] * 3, TEN_DAYS])
    assert "No forecast: it takes" in watching.outlook_words(watched(here))
    later = watched(here, TEN_DAYS + timedelta(hours=23))
    assert "4 of" in watching.outlook_words(later)
    said = watching.outlook_words(later)
    assert "there will be" in said
    assert "if all go on so" in said
    # Who has no pace is counted apart, with the questions that they have left.
    look = watched(here, TEN_DAYS + timedelta(hours=23)).outlook
    assert said.endswith(f"nothing more: {look.unknown}, who have {look.unknown_left:,} questions left.")
