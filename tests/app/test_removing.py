"""Taking a dataset or a label set out again from a page: what is told, and the job that does it."""

import pytest
from streamlit.testing.v1 import AppTest

from app.researcher import jobs
from db.tables import Job
from study.images.catalog import import_label_set
from study.jobs.runner import run_job
from tests.app.test_researcher_pages import draw, text
from tests.small_study import NOW, small_labels


@pytest.fixture
def launched(monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "launch", lambda _settings, job_id: started.append(job_id))
    return started


@pytest.fixture
def second(program):
    """A label set that no study asks about."""
    with program.database.begin() as session:
        dataset = session.connection().exec_driver_sql("SELECT name FROM dataset").scalar_one()
        names = session.connection().exec_driver_sql("SELECT name FROM image ORDER BY id LIMIT 24").scalars()
        labels = small_labels().assign(image=list(names))
        import_label_set(session, dataset, "second", labels, now=NOW)
    return dataset


def press(test, label):
    next(one for one in test.button if one.label == label).click().run()
    assert not test.exception
    return test


def test_a_label_set_is_removed_by_a_job_once_it_is_confirmed(program, second, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = press(draw("label_sets"), "Remove this label set…")
    said = text(test)
    assert "24 labels" in said
    assert "label sets: second" in said
    # AppTest runs the page anew for a dialog's button: the dialog alone is asked.
    script = """
import streamlit as st
from app.researcher import removing
from app.shell import ROOMS
st.navigation([one.page() for one in ROOMS])
removing.confirm("second", label_set=True)
"""
    press(AppTest.from_string(script, default_timeout=90).run(), "Remove")
    with program.database.session() as session:
        job = session.query(Job).one()
    assert (launched, job.kind) == ([job.id], "remove")
    (program.settings.data_dir / "jobs").mkdir()
    assert run_job(program.settings, program.database, job.id) == 0
    assert "second" not in text(draw("label_sets"))


def test_what_a_study_asks_about_cannot_be_removed(program, second, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = draw("importing")
    next(one for one in test.selectbox if one.key == "remove-dataset").select(second).run()
    press(test, "Remove…")
    assert "asks about its images" in test.error[0].value
    assert "Remove" not in [one.label for one in test.button]
    assert launched == []


def test_a_reader_removes_nothing(program, second, visit_as):
    visit_as(program.researcher_cookies("reader"))
    assert "Remove this label set…" not in [one.label for one in draw("label_sets").button]
