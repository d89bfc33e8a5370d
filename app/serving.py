"""Starting the server: the port, the child process, the two links, and a clean stop."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from db.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90.0
STOP_SECONDS = 10.0


class ServingError(RuntimeError):
    """The server cannot be started: the message says why and what to do."""


def require_free_port(settings: Settings) -> None:
    """Refuse a port that another program holds, before any work is done.

    Raises:
        ServingError: the port is in use, or this user may not listen on it.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise ServingError(
                f"port {settings.port} on {settings.host} cannot be used ({reason}): "
                f"stop what runs there, or choose another: make run PORT={_another(settings.port)}"
            ) from problem


@contextmanager
def running_server(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """Run Streamlit as a child from `/health` answering until the block ends, and stop it then.

    Raises:
        ServingError: it ended, or gave no answer within `START_SECONDS`.
    """
    # A session of its own: Ctrl-C reaches this process alone, which then stops the server in order.
    child = subprocess.Popen(
        _command(settings),
        cwd=ROOT,
        env=_environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_healthy(settings, child)
        yield child
    finally:
        _stop(child)


@contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that children are stopped and files are whole."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _command(settings: Settings) -> list[str]:
    return [
        *(sys.executable, "-m", "streamlit", "run", "app/main.py"),
        f"--server.port={settings.port}",
        f"--server.address={settings.host}",
        "--server.headless=true",
        *_secrets(settings),
    ]


def _secrets(settings: Settings) -> list[str]:
    """The file that names an OpenID provider, where the data folder has one (docs/people.md)."""
    file = settings.data_dir / "secrets.toml"
    return [f"--secrets.files={file}"] if file.is_file() else []


def _environment(settings: Settings) -> dict[str, str]:
    # Absolute, because the child runs in the repository's root wherever this command was given.
    return {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "PORT": str(settings.port),
        "HOST": settings.host,
    }


def _wait_until_healthy(settings: Settings, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ServingError(f"the server ended with status {child.returncode} before it could answer")
        if _healthy(settings):
            return
        time.sleep(0.1)
    raise ServingError(f"the server gave no answer at {settings.own_url}/health in {START_SECONDS:.0f} s")


def _healthy(settings: Settings) -> bool:
    # No proxy of the environment may stand between this process and its child.
    connection = http.client.HTTPConnection(urlsplit(settings.own_url).netloc, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _another(port: int) -> int:
    return port + 1 if port < 65535 else 8501
