import zipfile
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, text

from db.tables import Answer, Participant, Question, Study
from study import drafts
from study.design.design import Design
from study.errors import FrozenError, PreregistrationError, StudyError
from study.field import doors, replacement
from study.planning.audit import audit
from study.preregistration.bundle import read_bundle
from study.preregistration.freezing import freeze, prepare, seal
from study.preregistration.verification import verify
from study.simulation.storing import simulate_into
from study.stages.consent import agree, consent_version
from study.stages.loss import lost
from study.stages.withdrawal import erase
from study.trial.questions import check_plan
from tests.small_study import NOW, small_labels, small_study

DESIGN = Design(
    name="mine", images_per_emotion=2, participants=2, overlap_design="complete", overlap=0.2, min_lag=2
)
AFTER = NOW + timedelta(hours=1)


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


@pytest.fixture
def study_id(here):
    """A frozen and open study of two participants."""
    with here.database.begin() as session:
        made = drafts.create_draft(session, DESIGN, here.label_set_id, now=NOW).id
    freeze(here.database, here.settings.data_dir, made, now=NOW, rng=np.random.default_rng(1))
    with here.database.begin() as session:
        doors.open_door(session, made, now=NOW)
    return made


def verified(here):
    bundle = read_bundle(here.settings.data_dir / "preregistrations" / "mine.zip")
    with here.database.session() as session:
        return verify(session, bundle)


def person(session, study_id, code="P01"):
    query = select(Participant).where(Participant.study_id == study_id, Participant.code == code)
    return session.scalars(query).one()


def answer(here, study_id, count, code="P01"):
    """Agree, and answer the first questions, one a minute."""
    with here.database.begin() as session:
        participant_id = person(session, study_id, code).id
        agree(session, participant_id, consent_version(DESIGN.texts.consent), AFTER)
        rows = session.scalars(
            select(Question).where(Question.participant_id == participant_id).order_by(Question.position)
        ).all()
    for place, row in enumerate(rows[:count], 1):
        with here.database.begin() as session:
            session.add(
                Answer(
                    question_id=row.id,
                    participant_id=participant_id,
                    position=row.position,
                    choice="soft" if row.experiment == 1 else "own",
                    correct=None if row.experiment == 1 else True,
                    rt_ms=900.0,
                    hidden_ms=0.0,
                    answered_at=AFTER + timedelta(minutes=place),
                    key=f"{code}-{place}",
                )
            )


def test_a_frozen_study_agrees_with_its_preregistration(here, study_id):
    answer(here, study_id, 5)
    found = verified(here)
    assert found.differences == ()
    assert (found.ok, found.answers) == (True, 5)


def test_the_plan_in_the_bundle_passes_its_audit_and_names_the_label_set(here, study_id):
    bundle = read_bundle(here.settings.data_dir / "preregistrations" / "mine.zip")
    assert audit(bundle.questions, bundle.design, small_labels()).passed
    check_plan(bundle.questions)
    with here.database.session() as session:
        assert session.get_one(Study, study_id).preregistration == bundle.sha256
    assert bundle.facts["label_set"]["name"] == "small"


def test_equal_drafts_give_equal_bytes_and_hold_no_time(here, study_id):
    with here.database.begin() as session:
        again = drafts.copy_study(session, study_id, "again", now=AFTER).id
    with here.database.session() as session:
        one, other = prepare(session, again), prepare(session, again)
    assert one.data == other.data
    assert one.sha256 != verified_sha(here)


def verified_sha(here):
    return read_bundle(here.settings.data_dir / "preregistrations" / "mine.zip").sha256


def test_the_findings_table_is_that_of_simulated_participants(here, study_id):
    with zipfile.ZipFile(here.settings.data_dir / "preregistrations" / "mine.zip") as archive:
        table = pd.read_csv(archive.open("findings.csv")).set_index("finding")
    assert table.loc["preference.soft", "n"] == 16
    assert 0.2 < table.loc["preference.soft", "estimate"] < 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE question SET side = CASE side WHEN 'left' THEN 'right' ELSE 'left' END WHERE id = :first",
            "question 1 of P01: side was",
        ),
        ("UPDATE question SET image_id = image_id % 20 + 1 WHERE id = :first", "image was"),
        (
            "UPDATE study SET design = json_set(design, '$.participants', 3) WHERE id = :study",
            "design: participants was 2 and is 3",
        ),
        ("UPDATE study SET preregistration = 'x' WHERE id = :study", "another preregistration"),
        ("UPDATE study SET consent_text = 'Yes?' WHERE id = :study", "consent text is not the registered"),
        ("UPDATE label SET soft_happy = 0.5 WHERE id = 3", "labels of 'small' were changed"),
        ("UPDATE label_set SET fingerprint = 'x'", "fingerprint is x"),
        ("UPDATE participant SET code = 'P09' WHERE id = :person", "P01 is planned and not in the study"),
        (
            "UPDATE participant SET consented_at = '2020-01-01 00:00:00+00:00' WHERE id = :person",
            "before the freezing",
        ),
        ("UPDATE participant SET consented_at = NULL WHERE id = :person", "without having agreed"),
        ("UPDATE participant SET consent_version = 'x' WHERE id = :person", "another consent text"),
        ("UPDATE answer SET correct = 0 WHERE choice = 'own'", "right or wrong against their choice"),
        ("UPDATE answer SET choice = 'soft'", "no answer of their experiment"),
        ("UPDATE answer SET position = position + 1 WHERE position = 3", "not theirs at that place"),
        ("UPDATE answer SET answered_at = '2030-01-01 00:00:00+00:00' WHERE position = 1", "answered before"),
        ("DELETE FROM answer WHERE position = 2", "not those of questions 1 to 2 in order"),
    ],
)
def test_whatever_was_tampered_with_is_told(here, study_id, statement, words):
    answer(here, study_id, 3)
    with here.database.begin() as session:
        for trigger in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {trigger}"))
        someone = person(session, study_id).id
        query = select(Question.id).where(Question.participant_id == someone, Question.position == 1)
        names = {"first": session.scalar(query), "study": study_id, "person": someone}
        used = {name: value for name, value in names.items() if f":{name}" in statement}
        session.execute(text(statement), used)
    found = verified(here)
    assert not found.ok
    assert any(words in difference for difference in found.differences), found.differences


def test_an_erased_participant_is_no_difference(here, study_id):
    answer(here, study_id, 4)
    with here.database.begin() as session:
        participant_id = person(session, study_id).id
        erase(session, participant_id, lost(session, participant_id), AFTER + timedelta(hours=1))
    found = verified(here)
    assert found.differences == ()
    assert any("P01 withdrew and was erased" in remark for remark in found.remarks)


def test_a_replacement_is_told_and_no_difference(here, study_id):
    answer(here, study_id, 4)
    with here.database.begin() as session:
        gone = person(session, study_id).id
        replacement.replace(session, gone, now=AFTER + timedelta(hours=1), rng=np.random.default_rng(2))
    found = verified(here)
    assert found.differences == ()
    assert any("P03 answers what P01 left unanswered" in remark for remark in found.remarks)


def test_a_draft_that_changes_while_it_is_planned_is_not_frozen(here):
    with here.database.begin() as session:
        made = drafts.create_draft(session, DESIGN, here.label_set_id, now=NOW).id
    with here.database.session() as session:
        prepared = prepare(session, made)
    with here.database.begin() as session:
        drafts.change_draft(session, made, DESIGN.changed(seed=5), here.label_set_id, now=NOW)
    folder = here.settings.data_dir
    with (
        here.database.begin() as session,
        pytest.raises(StudyError, match="was changed while it was planned"),
    ):
        seal(session, prepared, folder, now=NOW, rng=np.random.default_rng(0))
    assert not (folder / "preregistrations").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"images_per_emotion": 9}, "asks for 9 of Neutral and the label set has 3"),
        ({"qualification_images": 40}, "more than the 24 images of the label set"),
        ({"min_lag": 500, "lag_rule": "strict"}, "longer than the study allows"),
        ({"attention_checks": 9}, "more than one in five"),
    ],
)
def test_a_design_that_cannot_be_met_is_not_frozen_and_leaves_nothing(here, changes, words):
    with here.database.begin() as session:
        made = drafts.create_draft(session, DESIGN.changed(**changes), here.label_set_id, now=NOW).id
    with pytest.raises(StudyError, match=words):
        freeze(here.database, here.settings.data_dir, made, now=NOW, rng=np.random.default_rng(1))
    with here.database.session() as session:
        assert session.get_one(Study, made).frozen_at is None
    assert not (here.settings.data_dir / "preregistrations").exists()


def test_freezing_twice_is_refused(here, study_id):
    with pytest.raises(FrozenError, match="frozen already"):
        freeze(here.database, here.settings.data_dir, study_id, now=NOW, rng=np.random.default_rng(1))


def test_a_simulated_study_is_not_judged_by_its_made_up_times(here):
    with here.database.begin() as session:
        made = drafts.create_draft(session, DESIGN, here.label_set_id, simulated=True, now=NOW).id
    freeze(here.database, here.settings.data_dir, made, now=NOW, rng=np.random.default_rng(1))
    with here.database.begin() as session:
        simulate_into(session, made, rng=np.random.default_rng(3), now=NOW)
    found = verified(here)
    assert found.differences == ()
    assert any("simulated" in remark for remark in found.remarks)


@pytest.mark.parametrize("what", ["no zip", "no design", "changed", "absent"])
def test_a_bundle_that_is_none_is_refused(here, study_id, what):
    path = here.settings.data_dir / "preregistrations" / "mine.zip"
    other = here.settings.data_dir / "other.zip"
    if what == "no zip":
        other.write_text("hello")
    elif what != "absent":
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                if what == "changed" and name == "questions.csv":
                    data = data.replace(b"left", b"right", 1)
                if what != "no design" or name != "design.toml":
                    target.writestr(name, data)
    with pytest.raises(PreregistrationError):
        read_bundle(other)
