"""Findings beside the pages: once however many ask, in a process of their own for many answers."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from app import computing as module
from app.computing import Computing, ComputingError, experiments
from app.researcher import findings_report, following
from study import dashboard
from study.dashboard import Filters
from study.reporting import numbers
from tests.app.test_researcher_pages import draw

ALL = Filters()
STUDY = 2


@pytest.fixture
def apart():
    """A `Computing` to which every answer is one of many."""
    made = Computing(few_answers=0)
    yield made
    made.close()


def seen_in(program):
    with program.database.session() as session:
        return dashboard.version(session, STUDY)


def directly(program, filters=ALL):
    with program.database.session() as session:
        return dashboard.report(dashboard.answers(session, STUDY), filters)


def test_a_thread_and_a_process_compute_what_the_dashboard_computes(program, apart):
    seen = seen_in(program)
    for place in (Computing(), apart):
        for filters in (ALL, Filters(experiments=(1,))):
            found = place.ask(program.settings, STUDY, seen, filters, experiments).result(60).found
            assert numbers.as_json(found) == numbers.as_json(directly(program, filters))


def test_what_several_ask_for_is_computed_once(program):
    asked, let_go = [], threading.Event()

    def slow(*given):
        asked.append(given)
        let_go.wait(30)
        return "computed"

    place, seen = Computing(), seen_in(program)
    first = place.ask(program.settings, STUDY, seen, ALL, slow)
    assert first.result(0.01) is None
    assert first.older is None
    second = place.ask(program.settings, STUDY, seen, ALL, slow)
    let_go.set()
    assert first.result(30) == second.result(30) == "computed"
    assert place.ask(program.settings, STUDY, seen, ALL, slow).result(0) == "computed"
    assert len(asked) == 1


def test_newer_answers_take_the_place_of_a_request_that_has_not_begun(program):
    let_go, versions = threading.Event(), []

    def slow(_settings, _study, seen, _filters):
        versions.append(seen)
        let_go.wait(30)
        return seen

    place = Computing()
    running, waiting, newest = (place.ask(program.settings, STUDY, (n, 0, 0), ALL, slow) for n in (1, 2, 3))
    let_go.set()
    assert newest.result(30) == (3, 0, 0)
    assert waiting.result(0) is None
    assert running.result(30) == (1, 0, 0)
    assert versions == [(1, 0, 0), (3, 0, 0)]
    assert place.ask(program.settings, STUDY, (4, 0, 0), ALL, slow).result(30) == (4, 0, 0)
    assert place.ask(program.settings, STUDY, (5, 0, 0), ALL, slow).older in ((3, 0, 0), (4, 0, 0))


def test_what_failed_is_tried_again(program):
    answers = iter([ValueError("once"), "computed"])

    def fails_first(*_given):
        said = next(answers)
        if isinstance(said, Exception):
            raise said
        return said

    place, seen = Computing(), seen_in(program)
    with pytest.raises(ValueError, match="once"):
        place.ask(program.settings, STUDY, seen, ALL, fails_first).result(30)
    assert place.ask(program.settings, STUDY, seen, ALL, fails_first).result(30) == "computed"


def test_a_failure_that_nobody_was_told_of_is_told_before_it_is_tried_again(program):
    tries = []

    def fails(*_given):
        tries.append(1)
        raise ValueError(f"try {len(tries)}")

    place, seen = Computing(), seen_in(program)
    asked = place.ask(program.settings, STUDY, seen, ALL, fails)
    with pytest.raises(ValueError, match="try 1"):
        asked.future.result(30)
    # A page that followed looks anew: it is told of this failure, and no second try has begun.
    with pytest.raises(ValueError, match="try 1"):
        place.ask(program.settings, STUDY, seen, ALL, fails).result(30)
    with pytest.raises(ValueError, match="try 2"):
        place.ask(program.settings, STUDY, seen, ALL, fails).result(30)


def test_a_process_that_the_system_ended_is_told_of_and_begun_anew(program, apart):
    assert isinstance(apart.ask(program.settings, STUDY, seen_in(program), ALL, experiments).future, Future)
    worker = apart.run(1, os.getpid)
    assert worker != os.getpid()
    with pytest.raises(ComputingError, match="the system ended the process"):
        apart.run(1, signal.raise_signal, signal.SIGKILL)
    assert apart.run(1, os.getpid) not in (worker, os.getpid())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_the_process_ends_with_a_server_that_was_killed(tmp_path):
    script = (
        "import os, time\nfrom app.computing import Computing\n"
        "if __name__ == '__main__':\n"
        "    print(Computing(0).run(1, os.getpid), flush=True)\n    time.sleep(60)\n"
    )
    (tmp_path / "server.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, str(tmp_path / "server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as server:
        worker = int(server.stdout.readline())
        os.kill(worker, 0)
        server.kill()
    deadline = time.monotonic() + 120
    while _lives(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(worker)


def test_a_page_is_drawn_before_its_findings_and_says_so(program, visit_as, monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(following, "PATIENCE", 0.0)
    monkeypatch.setattr(findings_report, "experiments", lambda *_given: let_go.wait(60))
    module.computing.cache_clear()
    visit_as(program.researcher_cookies())
    test = draw("agreement", study=str(STUDY))
    assert not test.exception
    assert not test.get("plotly_chart")
    assert "Computing the findings of" in test.get("progress")[0].proto.text
    assert len(test.get("download_button")) == 2
    let_go.set()
    module.computing.cache_clear()


def test_older_findings_stay_until_the_newer_are_there(program, visit_as, monkeypatch):
    visit_as(program.researcher_cookies())
    module.computing.cache_clear()
    test = draw("agreement", study=str(STUDY))
    charts = len(test.get("plotly_chart"))
    assert charts
    assert not test.get("progress")
    newer, let_go = (10_000, 0, 0), threading.Event()
    monkeypatch.setattr(dashboard, "version", lambda *_given: newer)
    monkeypatch.setattr(findings_report, "experiments", lambda *_given: let_go.wait(60))
    monkeypatch.setattr(following, "PATIENCE", 0.0)
    test.run()
    assert len(test.get("plotly_chart")) == charts
    assert any("Below are those of" in caption.value for caption in test.caption)
    let_go.set()
    module.computing.cache_clear()


def _lives(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent to notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
