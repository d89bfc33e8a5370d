"""Nobody who was sent away goes on in a page that is still open: its parts ask anew who is here."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest

from db.tables import AuditEvent, Job, Researcher, Study
from study.jobs import queue

PAGES = Path(__file__).parents[2] / "app" / "researcher"
GUARDS = {"researchers_only", "editors_only", "owners_only"}


def draw(script, **query):
    test = AppTest.from_string(script, default_timeout=90)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def demote(program, role="reader"):
    with program.database.begin() as session:
        session.execute(update(Researcher).values(role=role))


def acts(program):
    with program.database.session() as session:
        return set(session.scalars(select(AuditEvent.action)))


def test_a_job_is_not_stopped_by_somebody_who_has_become_a_reader(empty_program, visit_as):
    visit_as(empty_program.researcher_cookies("researcher"))
    with empty_program.database.begin() as session:
        now = datetime.now(UTC)
        queue.add_job(session, "train", "Train", [["engine", "tables"]], by=None, now=now)
    test = draw("from app.researcher import jobs\njobs._listed(('train',))")
    demote(empty_program)
    test.button(key="stop-1").click().run()
    with empty_program.database.session() as session:
        assert session.scalar(select(Job.state)) == "queued"
    assert "Nothing was changed" in test.warning[0].value


@pytest.mark.parametrize("role", ["reader", None])
def test_an_open_dialog_deletes_nothing_for_somebody_who_may_not_any_more(program, visit_as, role):
    visit_as(program.researcher_cookies("researcher"))
    with program.database.begin() as session:
        study = session.scalars(select(Study)).first()
        session.add(
            Study(
                name="mine",
                title="Mine",
                state="draft",
                simulated=False,
                seed=1,
                created_at=datetime.now(UTC),
                design=study.design,
                label_set_id=study.label_set_id,
                consent_text="",
            )
        )
    script = """
from sqlalchemy import select
from app.researcher import access, design_freezing
from db.tables import Study
with access.database().session() as session:
    design_freezing.confirm_delete(session.scalar(select(Study).where(Study.name == "mine")))
"""
    test = draw(script)
    if role is None:
        with program.database.begin() as session:
            session.execute(update(Researcher).values(disabled_at=datetime.now(UTC)))
    else:
        demote(program, role)
    next(button for button in test.button if button.label == "Delete").click().run()
    with program.database.session() as session:
        assert session.scalar(select(Study.id).where(Study.name == "mine")) is not None
    assert "study.deleted" not in acts(program)


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.py")), ids=lambda page: page.stem)
def test_what_runs_alone_asks_who_is_here(page):
    """A fragment runs again without its page, whose guard has been passed long ago."""
    tree = ast.parse(page.read_text())
    functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
        if ast.unparse(call.func) == "st.fragment" and call.args:
            alone = functions[ast.unparse(call.args[0])]
            guards = {ast.unparse(one) for one in alone.decorator_list} & GUARDS
            assert guards or "may()" in ast.unparse(alone), f"{page.name}: {alone.name} asks nobody"


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.py")), ids=lambda page: page.stem)
def test_pages_write_through_the_guarded_database(page):
    if page.stem == "provider":  # before anybody is signed in
        return
    assert "installation().database.begin" not in page.read_text()
