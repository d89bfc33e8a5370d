"""Rehearsing from the pages Design and Annotation: the button, what it shows, and who may."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import func, select
from streamlit.testing.v1 import AppTest

from app.researcher import rehearsal_findings
from db.tables import Job, Study
from study.annotation.drafts import create_draft
from study.jobs import queue
from study.jobs.kinds import rehearsing
from study.simulation.dry_run import SECONDS, prepare_dry_run
from study.simulation.outcome import Outcome, Recovered
from study.simulation.rehearsals import delete_rehearsal
from study.simulation.respondents import PAPER
from tests.annotation_task import freeze, task_design
from tests.app.test_annotation import draw as draw_task
from tests.app.test_design_page import button, draft, draw, field
from tests.app.test_researcher_pages import text

LABEL = "Rehearse with simulated participants…"
SOFT = Recovered("preference.soft", 0.65, 0.1, 0.6, True)
FOUND = Outcome(0, "none", 4, 4, 100, 100, (SOFT, Recovered(SECONDS, 5.0, 0.5, 5.1, True)))
BAD = replace(FOUND, findings=(SOFT, Recovered("self_agreement.percent", 0.8, 0.1, 0.5, False)))


def started(program, study_id, found=None, state=None) -> int:
    """A rehearsal in the queue, or ended with this result."""
    now = datetime.now(UTC)
    with program.database.begin() as session:
        work = rehearsing(session.get_one(Study, study_id), 4, 1)
        job = queue.add_job(session, work.kind, work.title, work.commands, by=None, now=now, needs=work.needs)
        if found is not None:
            job.arguments = {**job.arguments, queue.RESULT: found.to_dict()}
        job.state = state or ("queued" if found is None else "done")
        return job.id


def labels(test: AppTest) -> list[str]:
    return [one.label for one in test.button]


def test_a_saved_draft_is_rehearsed_and_one_that_is_changed_is_not(program, visit_as):
    visit_as(program.researcher_cookies())
    assert LABEL not in labels(draw())
    test = draw(study=str(draft(program)))
    assert not button(test, LABEL).disabled
    field(test, "title").input("Another").run()
    assert button(test, LABEL).disabled
    assert "rehearsed and frozen once it is saved" in text(test)


def test_before_it_starts_it_says_how_many_answers_and_how_long(program, visit_as):
    visit_as(program.researcher_cookies())
    with program.database.session() as session:
        demo = session.scalar(select(Study).where(Study.name == "demo"))
    test = draw(study=str(demo.id))
    button(test, LABEL).click().run()
    assert not test.exception
    assert "**208 answers**, in less than a minute" in text(test)
    assert "is open: its participants’ answers may take a moment longer" in text(test)
    test = draw(study=str(draft(program)))
    button(test, LABEL).click().run()
    assert "About **96 answers**" in text(test)
    button(test, "Freeze…").click().run()
    assert "It was not rehearsed as it stands" in text(test)
    with program.database.session() as session:
        assert session.scalar(select(func.count(Job.id))) == 0


def test_a_rehearsal_that_goes_on_shows_how_far_it_is_and_can_be_stopped(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id = draft(program)
    job_id = started(program, study_id)
    test = draw(study=str(study_id))
    assert LABEL not in labels(test)
    button(test, "Stop").click().run()
    with program.database.session() as session:
        assert session.get_one(Job, job_id).state == "stopped"
    test = draw(study=str(study_id))
    assert "was stopped; nothing of it was kept" in text(test)
    assert LABEL in labels(test)


def test_its_table_stays_and_says_when_it_is_of_another_design(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id = draft(program)
    started(program, study_id, FOUND)
    test = draw(study=str(study_id))
    assert "all 2 findings came out as planted" in test.success[0].value
    shown = next(one.value for one in test.table if "Recovered?" in one.value.columns)
    assert list(shown.loc["The soft-label is preferred"]) == [
        "65.0\u00a0±\u00a010.0\u00a0%",
        "60.0\u00a0%",
        "yes",
    ]
    assert shown.loc["Response time, median", "Found"] == "5.10\u00a0s"
    assert "The simulated study was deleted" in text(test)
    button(test, "Freeze…").click().run()
    assert "Its rehearsal found what was planted" in text(test)
    field(test, "title").input("Another").run()
    button(test, "Save draft").click().run()
    test = draw(study=str(study_id))
    assert "The design was changed since its last rehearsal" in text(test)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (BAD, "**1 of 2 findings did not come out as planted:** Self-agreement."),
        (replace(FOUND, stored=90), "**90 of 100 planned answers were stored.**"),
        (replace(FOUND, findings=()), "nothing could be compared"),
    ],
)
def test_what_failed_says_what_it_means_and_what_to_do(program, visit_as, found, words):
    visit_as(program.researcher_cookies())
    study_id = draft(program)
    started(program, study_id, found)
    test = draw(study=str(study_id))
    assert not test.success
    assert any(words in one.value for one in test.warning)


def test_of_many_findings_those_that_failed_stand_before_the_rest(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id = draft(program)
    started(program, study_id, replace(FOUND, findings=(SOFT,) * 20 + BAD.findings))
    test = draw(study=str(study_id))
    shown = [one.value for one in test.table if "Recovered?" in one.value.columns]
    assert [len(one) for one in shown] == [1, 22]
    assert "All 22 findings: planted, found, recovered?" in [one.label for one in test.expander]


def test_one_that_ended_without_a_result_shows_why_and_its_log(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id = draft(program)
    with program.database.begin() as session:
        session.get_one(Job, started(program, study_id, state="failed")).message = "error: no foil"
    test = draw(study=str(study_id))
    assert test.error[0].value == "Not rehearsed. no foil"
    assert "What it said" in [one.label for one in test.toggle]


def test_what_a_rehearsal_made_says_so_and_only_that_can_be_deleted(program, visit_as):
    visit_as(program.researcher_cookies())
    study_id, now = draft(program), datetime.now(UTC)
    made = prepare_dry_run(
        program.database,
        study_id,
        PAPER,
        secret=program.secret,
        rng=np.random.default_rng(1),
        replace=True,
        now=now,
    )
    started(program, study_id, replace(FOUND, study_id=made.study_id, name=made.name))
    assert "Delete this rehearsal…" in labels(draw(study=str(study_id)))
    test = draw(study=str(made.study_id))
    assert "A dry run made this study" in test.info[-1].value
    assert "Delete this rehearsal…" in labels(test)
    assert LABEL not in labels(test)
    with program.database.session() as session:
        demo = session.scalar(select(Study.id).where(Study.name == "demo-simulated"))
    assert "Delete this rehearsal…" not in labels(draw(study=str(demo)))
    delete_rehearsal(program.database, made.study_id, now=now)
    assert "Delete this rehearsal…" not in labels(draw(study=str(study_id)))


def test_a_task_is_rehearsed_from_its_page_by_those_who_may_change_something(program, visit_as):
    now = datetime.now(UTC)
    with program.database.begin() as session:
        task_id = create_draft(session, task_design(sample=24), 1, now=now).id
    visit_as(program.researcher_cookies())
    assert not button(draw_task("annotation", study=str(task_id)), LABEL).disabled
    with program.database.begin() as session:
        freeze(session, task_id, now)
    test = draw_task("annotation", study=str(task_id))
    button(test, LABEL).click().run()
    assert "**60 answers**" in text(test)
    started(program, task_id, BAD)
    assert draw_task("annotation", study=str(task_id)).warning
    visit_as(program.researcher_cookies("reader"))
    test = draw_task("annotation", study=str(task_id))
    assert not test.exception
    assert LABEL not in labels(test)
    assert "Rehearsal" not in [one.value for one in test.subheader]


def test_a_reader_cannot_start_or_delete_one_even_from_a_page_that_was_drawn_before(program, visit_as):
    study_id = draft(program)
    made = prepare_dry_run(
        program.database,
        study_id,
        PAPER,
        secret=program.secret,
        rng=np.random.default_rng(1),
        now=datetime.now(UTC),
    )
    visit_as(program.researcher_cookies("reader"))
    for act in (
        "jobs.start(rehearsing(session.get_one(Study, {}), 4, 1))",
        "delete_rehearsal(database(), {}, now=datetime.now(UTC))",
    ):
        of = study_id if "jobs" in act else made.study_id
        script = f"""
from datetime import UTC, datetime
from app.installation import installation
from app.researcher import jobs
from app.researcher.access import database
from db.tables import Study
from study.jobs.kinds import rehearsing
from study.simulation.rehearsals import delete_rehearsal
with installation().database.session() as session:
    {act.format(of)}
"""
        test = AppTest.from_string(script, default_timeout=60).run()
        assert "you may not do this" in test.warning[0].value
    with program.database.session() as session:
        assert session.get(Study, made.study_id) is not None
        assert session.scalar(select(func.count(Job.id))) == 0


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        ("soft_fear alpha", "Fear: alpha"),
        ("valence less planted", "Valence: people’s mean less what shows"),
        ("said Non-Face", "Share that says Non-Face"),
        ("P03, poor, less than the others", "P03, poor on purpose, stays behind by"),
    ],
)
def test_every_finding_of_a_task_has_words(finding, said):
    assert rehearsal_findings.name(finding) == said
