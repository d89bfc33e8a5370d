"""The page Design: a study from a preset to a frozen plan, and what it says on the way."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from db.tables import AuditEvent, Job, Researcher, Study
from study import drafts, studies
from study.design.design import Design, preset
from study.jobs import queue
from study.jobs.kinds import freezing
from study.jobs.runner import run_job
from tests.app.test_researcher_pages import text
from tests.small_study import NOW


def draw(**query: str) -> AppTest:
    script = """
import streamlit as st
from app.researcher import design
from app.shell import ROOMS
st.navigation([one.page() for one in ROOMS])
design.page()
"""
    test = AppTest.from_string(script, default_timeout=90)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def button(test: AppTest, label: str):
    return next(one for one in test.button if one.label == label)


def field(test: AppTest, name: str):
    """The widget of a design's field, whatever its kind."""
    kinds = ("text_input", "number_input", "selectbox", "toggle", "text_area")
    found = [one for kind in kinds for one in test.get(kind) if str(one.key).endswith(f"_{name}")]
    return found[0]


def stored(program, name: str) -> Study:
    with program.database.session() as session:
        listed = studies.list_studies(session).set_index("name")
        return session.get(Study, int(listed.loc[name, "study_id"]))


def draft(program, **changes) -> int:
    design = preset("quick_pilot").changed(**{"images_per_emotion": 4, "name": "mine", **changes})
    with program.database.begin() as session:
        return drafts.create_draft(session, design, 1, now=NOW).id


def started(program, study_id: int) -> int:
    """The job that the dialog's button, which AppTest cannot press, puts into the queue."""
    (program.settings.data_dir / "jobs").mkdir()
    with program.database.begin() as session:
        work = freezing(session.get_one(Study, study_id))
        by, now = session.scalars(select(Researcher.id)).first(), datetime.now(UTC)
        return queue.add_job(
            session, work.kind, work.title, work.commands, by=by, now=now, needs=work.needs
        ).id


def test_a_new_design_says_what_it_costs_and_is_kept_as_a_draft(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw()
    assert not test.exception
    assert {one.label: one.value for one in test.metric}["Pairs compared"] == "6 of 6"
    field(test, "name").input("first-try").run()
    field(test, "participants").set_value(5).run()
    assert {one.label: one.value for one in test.metric}["Pairs compared"] == "10 of 10"
    button(test, "Save draft").click().run()
    kept = stored(program, "first-try")
    assert (kept.design["participants"], kept.state, kept.frozen_at) == (5, "draft", None)


def test_a_design_that_cannot_be_is_told_beside_its_field_and_not_kept(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw()
    field(test, "name").input("Not a name").run()
    assert "must be 1 to 64 lower-case letters" in test.error[0].value
    assert button(test, "Save draft").disabled
    field(test, "name").input("many").run()
    field(test, "images_per_emotion").set_value(400).run()
    assert "too few images for 400 of each: Neutral has" in test.error[0].value
    assert test.warning[-1].value == "1 thing to mend: “Images of each emotion”."
    assert button(test, "Freeze…").disabled


def test_attention_checks_without_room_are_told_before_freezing(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw(study=str(draft(program)))
    field(test, "attention_checks").set_value(2).run()
    assert not test.error
    field(test, "attention_checks").set_value(40).run()
    assert "attention_checks = 40 is more than one in five" in test.error[0].value
    assert button(test, "Freeze…").disabled


def test_more_participants_than_questions_are_told_while_designing(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw(study=str(draft(program, overlap_design="none")))
    field(test, "participants").set_value(900).run()
    assert "participants = 900 is more than the" in test.error[0].value
    assert button(test, "Freeze…").disabled


def test_a_script_in_a_text_is_refused(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw()
    field(test, "text_consent").input("Hello <script>alert(1)</script>").run()
    assert "texts.consent holds HTML or a script" in test.error[0].value
    assert button(test, "Save draft").disabled


def test_freezing_is_confirmed_first_and_a_frozen_design_can_only_be_copied(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id = draft(program)
    test = draw(study=str(study_id))
    button(test, "Freeze…").click().run()
    assert stored(program, "mine").frozen_at is None
    job_id = started(program, study_id)
    test = draw(study=str(study_id))
    assert "It is being frozen" in [one.value for one in test.subheader]
    assert [one.label for one in test.button] == ["Stop"]
    assert run_job(program.settings, program.database, job_id) == 0
    frozen = stored(program, "mine")
    with program.database.session() as session:
        act = session.scalars(select(AuditEvent).where(AuditEvent.action == "study.frozen")).all()[-1]
        assert (act.subject, act.researcher_id) == ("mine", session.get(Job, job_id).started_by)
    test = draw(study=str(study_id))
    assert not test.exception
    assert frozen.preregistration in text(test)
    assert not [one for one in test.button if one.label.startswith("Save")]
    button(test, "Copy as a new draft").click().run()
    assert stored(program, "mine-2").frozen_at is None


def test_a_draft_that_cannot_be_frozen_says_why_until_it_is_changed(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id = draft(program, min_foil_difference=0.99)
    assert run_job(program.settings, program.database, started(program, study_id)) == 2
    test = draw(study=str(study_id))
    assert "Not frozen. " in test.error[0].value
    assert "has no foil" in test.error[0].value
    assert stored(program, "mine").frozen_at is None
    field(test, "title").input("Another").run()
    button(test, "Save draft").click().run()
    # The job's word is of the draft as it was; that the changed one cannot be frozen stands beside its field.
    (told,) = draw(study=str(study_id)).error
    assert "has no foil" in told.value
    assert "Not frozen" not in told.value


def test_a_reader_designs_nothing(program, visit_as):
    visit_as(program.researcher_cookies("reader"))
    test = draw()
    assert "owners and researchers" in test.warning[0].value
    assert not test.button


def test_without_labels_the_page_says_what_to_do_first(empty_program, visit_as):
    visit_as(empty_program.researcher_cookies())
    test = draw()
    assert test.subheader[0].value == "No label set yet"


def test_the_page_begins_with_the_stored_design(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw(study=str(draft(program, participants=7, overlap=0.3, title="Seven people")))
    assert test.title[0].value == "Design · Seven people"
    assert field(test, "participants").value == 7
    assert field(test, "overlap").value == pytest.approx(30)
    assert button(test, "Save draft").disabled
    assert not button(test, "Freeze…").disabled


def test_every_field_of_a_design_has_a_widget(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id = draft(
        program,
        overlap_design="balanced_incomplete_block",
        foil_policy="distance_bins",
        qualification_images=8,
    )
    test = draw(study=str(study_id))
    kinds = ("text_input", "number_input", "selectbox", "toggle", "text_area", "slider", "radio", "pills")
    drawn = [str(one.key) for kind in kinds for one in test.get(kind)] + [
        str(one.key) for one in test.get("button_group")
    ]
    keys = {
        key.split("_", 2)[2] for key in drawn if key.startswith("design_") and key.split("_")[1].isdigit()
    }
    aside = {"texts", "images", "demographics"}
    assert set(Design().to_dict()) - aside <= keys
    assert {"text_consent", "text_welcome", "text_instructions", "text_thanks", "how"} <= keys


def test_the_preset_that_is_shown_is_the_one_that_the_design_begins_with(program, visit_as):
    visit_as(program.researcher_cookies())
    chosen = next(box for box in draw().selectbox if box.label == "Preset")
    assert chosen.value == "quick_pilot"
    kept = draw(study=str(draft(program)))
    assert next(box for box in kept.selectbox if box.label == "Preset").value is None
