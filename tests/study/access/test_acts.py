"""The audit log is complete: each act is done by its real function or route, and its row is found.

An act that is added to the enumeration fails here until a case does it; so does a command.
"""

import ast
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from app import identity
from app.gate import Gate, own_app
from app.installation import Installation
from app.researcher.taking import File, hand_over
from app.routes import routes
from db.session import Database, open_database
from db.settings import Settings
from db.tables import Participant, Researcher, Study
from db.writer import Writer
from engine.cli import main
from study import commands, drafts
from study.access import invitations, open_links, passwords, people, places, researchers, sharing
from study.access.acts import UNSIGNED, Act
from study.access.audit import audit_log
from study.annotation.publishing import publish
from study.design.design import Design
from study.errors import StudyError
from study.field import doors, replacement
from study.images import bringing, removal, selections
from study.images.places import move_dataset
from study.jobs import queue
from study.jobs.queue import JOB
from study.preregistration.freezing import freeze
from study.simulation.dry_run import prepare_dry_run
from study.simulation.rehearsals import delete_rehearsal
from study.simulation.respondents import PAPER
from study.stages import withdrawal
from study.stages.loss import lost
from tests.annotation_task import small_task, task_design
from tests.small_study import NOW, SECRET, SmallStudy, small_labels, small_manifest, small_study

DESIGN = Design(
    name="mine", images_per_emotion=2, participants=2, overlap_design="complete", overlap=0.2, min_lag=2
)
GOOD = "correct horse battery staple"
ORIGIN = {"Origin": "http://testserver"}
BY, OWNER = {"by": 1, "now": NOW}, {"researcher_id": 1, "now": NOW}


@dataclass(frozen=True)
class Lab:
    """A small study, its owner (researcher 1), and a way to do things."""

    here: SmallStudy
    folder: Path

    def do(self, act, *given, **more):
        """Do something in a transaction of its own."""
        with self.here.database.begin() as session:
            return act(session, *given, **more)

    def draft(self):
        return self.do(drafts.create_draft, DESIGN, 1, **OWNER).id

    def place(self):
        return Installation(self.here.settings, self.here.database, SECRET, Writer(self.here.database))

    def browser(self):
        place = self.place()
        return TestClient(Gate(own_app([]), routes(lambda: place)), follow_redirects=False)

    def sign_in(self, browser):
        token = self.do(people.new_link, 1, by=1, now=datetime.now(UTC))
        browser.post(f"/signin/{token}", headers=ORIGIN)
        return token

    def second(self):
        return self.do(people.invite_person, "Second", "reader", **BY)

    def take(self, act, shared=None):
        """Take a file along from a page of the owner, or of a reader who came by a share link."""
        if shared is None:
            name, token = identity.RESEARCHER_COOKIE, self.do(researchers.new_session, 1, NOW)
        else:
            name, token = identity.READER_COOKIE, self.do(sharing.share, shared, 1, secret=SECRET, now=NOW)
        cookies = {name: identity.signed(SECRET, name, token)}
        hand_over(self.place(), cookies, File(lambda: b"data", act, "small", shared=shared), NOW)

    def job(self):
        return self.do(queue.add_job, "train", "Train", [["engine", "x"]], **BY).id

    def files(self):
        folder = self.folder / "faces"
        small_manifest(folder).drop(columns="landmarks_68").to_parquet(folder / "images.parquet")
        small_labels().to_parquet(folder / "images.labels.parquet")
        votes = {"image": ["face-00", "face-01"], "annotator": ["a", "b"], "label": ["Happy", "Fear"]}
        pd.DataFrame(votes).to_parquet(folder / "images.annotations.parquet")
        return folder

    def bring(self):
        manifest = self.files() / "images.parquet"
        self.do(bringing.bring_in, self.here.settings, "faces", manifest=manifest, beside=True, **BY)


CASES: dict[Act, tuple[str, str, Callable[[Any], Any]]] = {}
"""By act: the subject, who is said to have done it, and what does it."""


def does(act, subject, who="Owner"):
    """Register what does an act, and of what its row must be."""

    def register(work):
        CASES[act] = (subject, who, work)
        return work

    return register


def simply(act, subject, function, *given, **more):
    """Register an act that one call does."""

    @does(act, subject)
    def _(lab):
        lab.do(function, *given, **more)


simply(Act.STUDY_CREATED, "mine", drafts.create_draft, DESIGN, 1, **OWNER)
simply(Act.STUDY_COPIED, "small-2", drafts.copy_study, 1, **OWNER)
simply(Act.STUDY_PAUSED, "small", doors.pause_door, 1, **BY)
simply(Act.STUDY_CLOSED, "small", doors.close_door, 1, **BY)
simply(Act.STUDY_DEADLINE_SET, "small", doors.extend_study, 1, NOW + timedelta(days=30), **BY)
simply(Act.LINKS_MADE, "small/P01", invitations.invite_one, 1, secret=SECRET, **BY)
simply(Act.LINK_RENEWED, "small/P01", invitations.renew, 1, secret=SECRET, **BY)
simply(Act.LINK_REVOKED, "small/P01", invitations.revoke_all, 1, **BY)
simply(Act.OPEN_LINK_MADE, "small", open_links.create_open_link, 1, 2, secret=SECRET, **BY)
simply(Act.SHARE_LINK_MADE, "small", sharing.share, 1, 1, secret=SECRET, now=NOW)
simply(Act.SELECTION_SAVED, "some", selections.save_selection, "some", 1, [1, 2], **OWNER)
simply(Act.RESEARCHER_INVITED, "Second", people.invite_person, "Second", "reader", **BY)
simply(
    *(Act.PARTICIPANT_DEADLINE_SET, "small/P01", doors.extend_participant, 1, NOW + timedelta(days=1)), **BY
)
for taken in (Act.STUDY_EXPORTED, Act.STUDY_REPORTED, Act.PARTICIPANTS_TAKEN, Act.LINKS_TAKEN):
    does(taken, "small")(lambda lab, act=taken: lab.take(act))
for taken in (Act.ANNOTATIONS_TAKEN, Act.LOG_TAKEN):
    does(taken, "small")(lambda lab, act=taken: lab.take(act))
for brought in (Act.DATASET_IMPORTED, Act.ANNOTATIONS_IMPORTED, Act.LABEL_SET_IMPORTED):
    does(brought, "faces")(lambda lab: lab.bring())
for removed in (Act.DATASET_REMOVED, Act.LABEL_SET_REMOVED):
    does(removed, "faces")(
        lambda lab: (lab.bring(), lab.do(removal.remove_dataset, lab.here.settings, "faces", **BY))
    )
ON_SECOND = {
    Act.RESEARCHER_LINK_MADE: people.new_link,
    Act.RESEARCHER_SHUT_OUT: people.shut_out,
    Act.RESEARCHER_LET_IN: people.let_in_again,
    Act.RESEARCHER_SIGNED_OUT_EVERYWHERE: people.sign_out_everywhere,
    Act.RESEARCHER_PASSWORD_REMOVED: people.remove_password,
}
for done, function in ON_SECOND.items():
    does(done, "Second")(lambda lab, function=function: (lab.second(), lab.do(function, 2, **BY)))


@does(Act.STUDY_CHANGED, "mine")
def _(lab):
    lab.do(drafts.change_draft, lab.draft(), DESIGN, 1, **OWNER)


@does(Act.STUDY_DELETED, "mine")
def _(lab):
    lab.do(drafts.delete_draft, lab.draft(), **OWNER)


@does(Act.STUDY_FROZEN, "mine")
def _(lab):
    rng = np.random.default_rng(1)
    freeze(lab.here.database, lab.here.settings.data_dir, lab.draft(), rng=rng, **OWNER)


@does(Act.STUDY_OPENED, "small")
def _(lab):
    lab.do(lambda session: setattr(session.get_one(Study, 1), "state", "draft"))
    lab.do(lambda session: setattr(session.get_one(Study, 1), "frozen_at", NOW))
    lab.do(doors.open_door, 1, **BY)


@does(Act.STUDY_RESUMED, "small")
def _(lab):
    lab.do(doors.pause_door, 1, **BY)
    lab.do(doors.open_door, 1, **BY)


@does(Act.STUDY_REOPENED, "small")
def _(lab):
    lab.do(doors.close_door, 1, **BY)
    lab.do(doors.open_door, 1, **BY)


@does(Act.STUDY_SIMULATED, "mine", "the command line")
def _(lab):
    rng = np.random.default_rng(1)
    prepare_dry_run(lab.here.database, lab.draft(), PAPER, secret=SECRET, rng=rng, now=NOW)


@does(Act.REHEARSAL_DELETED, "mine-dry-run")
def _(lab):
    rng, database = np.random.default_rng(1), lab.here.database
    made = prepare_dry_run(database, lab.draft(), PAPER, secret=SECRET, rng=rng, now=NOW)
    delete_rehearsal(database, made.study_id, **BY)


@does(Act.PARTICIPANT_REPLACED, "small/P01")
def _(lab):
    lab.do(replacement.replace, 1, rng=np.random.default_rng(1), **BY)


@does(Act.PARTICIPANT_WITHDRAWN, "small/P01", "a participant")
def _(lab):
    lab.do(withdrawal.withdraw, 1, NOW)


@does(Act.PARTICIPANT_ERASED, "small/P01", "a participant")
def _(lab):
    with lab.here.database.session() as session:
        loss = lost(session, 1)
    lab.do(withdrawal.erase, 1, loss, NOW)


@does(Act.PLACE_LAPSED, "small/P01", "the program")
def _(lab):
    def come(session, key, now):
        places.claim(session, token, places.Arrival(key), shared, now=now)

    for person in (1, 2):
        lab.do(invitations.revoke_all, person, **BY)
    token = lab.do(open_links.create_open_link, 1, 1, secret=SECRET, **BY)
    shared = lab.do(places.shared_questions, 1)
    lab.do(come, "first", NOW)
    lab.do(come, "second", NOW + timedelta(hours=2))


@does(Act.OPEN_LINK_REVOKED, "small")
def _(lab):
    lab.do(open_links.create_open_link, 1, 2, secret=SECRET, **BY)
    lab.do(open_links.revoke_open_link, 1, study_id=1, **BY)


@does(Act.SHARE_LINK_REPORTED, "small", "a reader with a share link")
def _(lab):
    lab.take(Act.STUDY_REPORTED, shared=1)


@does(Act.SHARE_LINK_REVOKED, "small")
def _(lab):
    lab.do(sharing.share, 1, 1, secret=SECRET, now=NOW)
    lab.do(sharing.unshare, 1, 1, now=NOW)


@does(Act.DATASET_MOVED, "small")
def _(lab):
    data = lab.here.settings.data_dir
    lab.do(move_dataset, lab.here.settings, 1, (data / "datasets" / "small").rename(data / "moved"), **OWNER)


@does(Act.SELECTION_DELETED, "some")
def _(lab):
    lab.do(selections.save_selection, "some", 1, [1, 2], **OWNER)
    lab.do(selections.delete_selection, "some", **OWNER)


@does(Act.ANNOTATIONS_PUBLISHED, "faces")
def _(lab):
    task = small_task(lab.folder / "task")
    task.agree("P01")
    task.answer("P01", lambda _number: {"label": "Happy"})
    with task.database.begin() as session:
        researchers.owner(session, now=NOW)
        publish(session, session.get_one(Study, task.study_id), **BY)
    return task.database


@does(Act.JOB_STARTED, "Train")
def _(lab):
    lab.job()


@does(Act.JOB_STOPPED, "Train")
def _(lab):
    lab.do(queue.stop_job, lab.job(), **BY)


@does(Act.JOB_RESTARTED, "Train")
def _(lab):
    job = lab.job()
    lab.do(queue.stop_job, job, **BY)
    lab.do(queue.again, job, **BY)


@does(Act.RESEARCHER_ROLE_CHANGED, "Second")
def _(lab):
    lab.second()
    lab.do(people.change_role, 2, "researcher", **BY)


@does(Act.RESEARCHER_ADDRESS_SET, "Second")
def _(lab):
    lab.second()
    lab.do(people.set_subject, 2, "somebody@lab.example", **BY)


@does(Act.RESEARCHER_VOUCHED_FOR, "Owner")
def _(lab):
    lab.do(people.set_subject, 1, "somebody@lab.example", **BY)
    lab.do(people.vouched_for, "Somebody@lab.example", now=NOW)


@does(Act.RESEARCHER_PASSWORD_SET, "Owner")
@does(Act.RESEARCHER_SIGNED_IN, "Owner")
def _(lab):
    lab.do(lambda session: passwords.set_password(session, session.get_one(Researcher, 1), GOOD, now=NOW))
    lab.browser().post("/signin", data={"name": "Owner", "password": GOOD}, headers=ORIGIN)


@does(Act.RESEARCHER_SIGNED_OUT, "Owner")
def _(lab):
    browser = lab.browser()
    lab.sign_in(browser)
    browser.get("/signout")


@does(Act.RESEARCHER_REFUSED, "Owner", "somebody not signed in")
def _(lab):
    lab.browser().post("/signin", data={"name": "Owner", "password": GOOD}, headers=ORIGIN)


@does(Act.RESEARCHER_LINK_REFUSED, "Owner", "somebody not signed in")
def _(lab):
    used = lab.sign_in(lab.browser())
    lab.browser().get(f"/signin/{used}")


@pytest.fixture
def lab(tmp_path):
    here = small_study(tmp_path / "data")
    with here.database.begin() as session:
        researchers.owner(session, now=NOW)
    return Lab(here, tmp_path)


def test_every_act_has_a_case_and_words_of_its_own():
    assert set(CASES) == set(Act)
    assert len({act.words for act in Act}) == len(Act)
    assert {act.unsigned for act in Act} == set(UNSIGNED)


@pytest.mark.parametrize("act", sorted(CASES), ids=str)
def test_an_act_is_in_the_log_with_who_what_and_when(lab, act):
    subject, who, work = CASES[act]
    other = work(lab)
    database = other if isinstance(other, Database) else lab.here.database
    with database.session() as session:
        log = audit_log(session, action=act.value)
    rows = log[(log["action"] == act.value) & (log["subject"] == subject)]
    assert list(rows["who"]) == [who], log
    assert rows["at"].iloc[0] in (NOW, NOW + timedelta(hours=2)) or rows["at"].iloc[0] > NOW
    assert GOOD not in json.dumps(log["detail"].tolist())


COMMANDS = {
    "annotate": ("annotate {files}/task.toml", Act.STUDY_CREATED),
    "annotations": ("annotations faces --out {files}/said.csv", Act.ANNOTATIONS_TAKEN),
    "close": ("close small", Act.STUDY_CLOSED),
    "create": ("create --preset quick_pilot --name mine", Act.STUDY_CREATED),
    "create --copy": ("create --copy small", Act.STUDY_COPIED),
    "export": ("export small --out {files}/export", Act.STUDY_EXPORTED),
    "extend": ("extend small 30d", Act.STUDY_DEADLINE_SET),
    "extend --participant": ("extend small 1d --participant P01", Act.PARTICIPANT_DEADLINE_SET),
    "freeze": ("freeze mine", Act.STUDY_FROZEN),
    "import": ("import faces --manifest {files}/images.parquet", Act.DATASET_IMPORTED),
    "links --csv": ("links small --csv {files}/links.csv", Act.LINKS_TAKEN),
    "links --make": ("links small --make", Act.LINKS_MADE),
    "links --open": ("links small --open 2", Act.OPEN_LINK_MADE),
    "links --renew": ("links small --renew P01", Act.LINK_RENEWED),
    "links --revoke": ("links small --revoke P01", Act.LINK_REVOKED),
    "links --revoke-open": ("links small --revoke-open 1", Act.OPEN_LINK_REVOKED),
    "move": ("move small --to {data}/moved", Act.DATASET_MOVED),
    "pause": ("pause small", Act.STUDY_PAUSED),
    "publish": ("publish faces", Act.ANNOTATIONS_PUBLISHED),
    "remove": ("remove faces --yes", Act.DATASET_REMOVED),
    "replace": ("replace small P01", Act.PARTICIPANT_REPLACED),
    "report": ("report small --json {files}/report.json", Act.STUDY_REPORTED),
    "resume": ("resume small", Act.STUDY_RESUMED),
    "status": ("status small --csv {files}/status.csv", Act.PARTICIPANTS_TAKEN),
}
CHANGE_NOTHING = {"agreement", "job", "manifest", "plan", "power", "studies", "verify", "words"}
"""`job` runs other commands in the name of whoever started it."""
ELSEWHERE = {"simulate"}
"""Walks through a server; that its beginning is logged is above."""


def prepared(lab, command):
    """Do what must have been before a command; returns the data folder that it works in."""
    if command in ("annotations", "publish"):
        task = small_task(lab.folder / "task")
        task.agree("P01")
        task.answer("P01", lambda _number: {"label": "Happy"})
        return task.settings.data_dir
    if command == "freeze":
        lab.draft()
    elif command == "links --make":
        lab.do(invitations.revoke_all, 1, **BY)
    elif command == "links --revoke-open":
        lab.do(open_links.create_open_link, 1, 2, secret=SECRET, **BY)
    elif command == "resume":
        lab.do(doors.pause_door, 1, **BY)
    elif command == "move":
        data = lab.here.settings.data_dir
        (data / "datasets" / "small").rename(data / "moved")
    elif command == "remove":
        lab.bring()
    elif command == "annotate":
        (lab.files() / "task.toml").write_text(task_design().to_toml())
    return lab.here.settings.data_dir


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_changes_something_is_logged_as_from_the_command_line(lab, command, monkeypatch):
    lab.do(lambda session: setattr(session.get_one(Study, 1), "deadline", None))
    lab.do(lambda session: session.execute(update(Participant).values(due_at=None)))
    monkeypatch.setenv("DATA_DIR", str(prepared(lab, command)))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    line, act = COMMANDS[command]
    words = line.format(files=lab.files(), data=lab.here.settings.data_dir).split()
    assert main("study", commands, (StudyError,), words) == 0
    opened = open_database(Settings.from_environment())
    with opened.session() as session:
        log = audit_log(session, action=act.value)
    opened.dispose()
    assert "the command line" in set(log["who"])


def test_every_command_has_a_case():
    known = {module.name for module in pkgutil.iter_modules(commands.__path__)}
    named = {command.partition(" ")[0] for command in COMMANDS}
    assert {name.rstrip("_") for name in known} == named | CHANGE_NOTHING | ELSEWHERE


def test_a_jobs_import_is_the_act_of_whoever_started_the_job(lab, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(lab.here.settings.data_dir))
    monkeypatch.setenv(JOB, str(lab.job()))
    manifest = str(lab.files() / "images.parquet")
    assert main("study", commands, (StudyError,), ["import", "faces", "--manifest", manifest]) == 0
    with lab.here.database.session() as session:
        log = audit_log(session, action="dataset.imported")
    assert list(log["who"]) == ["Owner"]


PAGES = Path(__file__).parents[3] / "app"


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.py")), ids=lambda page: page.stem)
def test_no_page_leaves_out_who_acts(page):
    """Else an act from a page would be logged as the command line's."""
    if page.name in ("demo.py", "__main__.py"):
        return
    tree = ast.parse(page.read_text())
    modules = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module
        for alias in node.names
        if node.module.startswith("study")
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        function = called(call.func, modules)
        if function is None:
            continue
        signature = inspect.signature(function)
        actor = {"by", "researcher_id"} & set(signature.parameters)
        named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        given = signature.bind_partial(*call.args, **named).arguments
        assert actor <= set(given), f"{page.name}:{call.lineno} does not say who acts"


def called(function, modules):
    """The function of `study` that a call in a page means; None for any other."""
    if isinstance(function, ast.Name) and function.id in modules:
        module, _, name = modules[function.id].rpartition(".")
    elif isinstance(function, ast.Attribute) and getattr(function.value, "id", None) in modules:
        module, name = modules[function.value.id], function.attr
    else:
        return None
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
    return found if inspect.isfunction(found) else None
