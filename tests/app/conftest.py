"""A built program for the tests of pages: `program` is a fresh copy, `empty_program` has no data yet."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy

from app.installation import installation
from app.researcher import following
from tests import program as programs
from tests.program import Program

Visit = Callable[[Mapping[str, str]], None]


@pytest.fixture
def program(built_program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    programs.copy(built_program, tmp_path / "data")
    yield from _opened(tmp_path / "data", monkeypatch)


@pytest.fixture
def empty_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    yield from _opened(tmp_path / "data", monkeypatch)


@pytest.fixture
def visit_as(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Let the pages that are drawn next see these cookies."""

    def visit(cookies: Mapping[str, str]) -> None:
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _self: dict(cookies)))

    return visit


def _opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    # AppTest draws a page once: it waits for what a browser's page would look for again.
    monkeypatch.setattr(following, "PATIENCE", 60.0)
    installation.cache_clear()
    with programs.opened(folder) as opened:
        yield opened
    if installation.cache_info().currsize:
        installation().close()
    installation.cache_clear()
