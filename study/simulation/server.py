"""A server of the participants' routes for a dry run, as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from db.settings import Settings
from study.errors import StudyError

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0


@contextmanager
def trial_server(settings: Settings, url: str | None = None) -> Iterator[str]:
    """The address of a server that answers: the one given, or one started until the block ends.

    Raises:
        StudyError: it gives no answer.
    """
    if url is not None:
        _wait(url.rstrip("/"), None)
        yield url.rstrip("/")
        return
    port = _free_port()
    # Named, not imported: the study knows nothing of the app.
    command = [sys.executable, "-m", "uvicorn", "app.trial_server:app", "--port", str(port)]
    environment = {**os.environ, "DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url}
    child = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--log-level", "error"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, child)
        yield address
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(url: str, child: "subprocess.Popen[bytes] | None") -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if child is not None and child.poll() is not None:
            raise StudyError(f"the server of the dry run ended with status {child.returncode}")
        try:
            if httpx.get(f"{url}/health", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            if child is None:
                raise StudyError(f"no server answers at {url}: start one, or leave --url out") from None
        time.sleep(0.1)
    raise StudyError(f"the server at {url} gave no answer for {_START_SECONDS:.0f} seconds")


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])
