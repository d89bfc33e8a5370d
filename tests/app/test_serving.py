"""Starting and stopping: the port, the two links, and what is said when it cannot be done."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from app.__main__ import _notes, main
from app.serving import ServingError, require_free_port
from db.session import open_database
from db.settings import Settings
from study.studies import list_studies

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def settings(port: int, folder: Path) -> Settings:
    return Settings.from_environment({"PORT": str(port), "DATA_DIR": str(folder)})


def test_a_port_in_use_is_refused_with_another_to_take(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ServingError, match=rf"port {port} .*make run PORT={port + 1}"):
            require_free_port(settings(port, tmp_path))


def test_a_free_port_is_taken_and_left_free(tmp_path):
    port = free_port()
    require_free_port(settings(port, tmp_path))
    require_free_port(settings(port, tmp_path))
    assert settings(port, tmp_path).own_url == f"http://127.0.0.1:{port}"


def test_a_port_in_use_ends_the_command_before_anything_is_made(tmp_path, monkeypatch, capsys):
    with closing(socket.create_server(("127.0.0.1", 0))) as holder:
        monkeypatch.setenv("PORT", str(holder.getsockname()[1]))
        monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
        assert main(["serve"]) == 2
    assert "error: port" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("port", ["many", "0", "70000"])
def test_a_port_that_is_none_is_told(tmp_path, monkeypatch, capsys, port):
    monkeypatch.setenv("PORT", port)
    assert main(["serve"]) == 2
    assert "give a number from 1 to 65535" in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    assert main(["serve"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: the data folder")
    assert "set DATA_DIR" in told


def test_links_prints_a_fresh_sign_in_link_and_an_invitation(program, monkeypatch, capsys):
    monkeypatch.setenv("PORT", "8599")
    assert main(["links"]) == 0
    assert main(["links"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["Researcher", "Participant"] * 2
    assert lines[0] != lines[2]
    assert lines[1] == lines[3] == f"Participant: http://127.0.0.1:8599/join/{program.invitations()[0]}"


def test_serve_prints_two_lines_answers_and_stops_on_sigterm(program):
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(program.settings.data_dir)}
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        researcher, participant = server.stdout.readline(), server.stdout.readline()
        assert re.fullmatch(rf"Researcher: http://127.0.0.1:{port}/signin/\S+\n", researcher)
        assert re.fullmatch(rf"Participant: http://127.0.0.1:{port}/join/\S+\n", participant)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
            assert answer.status == 200
    finally:
        server.send_signal(signal.SIGTERM)
        rest, errors = server.communicate(timeout=60)
    assert server.returncode == 0, errors
    assert rest == ""
    assert errors == "stopped\n"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60)


def test_without_the_demo_an_installation_begins_empty_and_a_log_keeps_no_link(tmp_path):
    port = free_port()
    values = {"PORT": str(port), "DATA_DIR": str(tmp_path / "data"), "PUBLIC_URL": "https://lab.example/"}
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--no-demo", "--no-links"],
        cwd=ROOT,
        env={**os.environ, **values, "DATABASE_URL": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "Serving: https://lab.example\n"
    finally:
        server.send_signal(signal.SIGTERM)
        rest, errors = server.communicate(timeout=60)
    assert (server.returncode, rest, errors) == (0, "", "stopped\n")
    with open_database(Settings.from_environment(values)).session() as session:
        assert list_studies(session).empty


def test_links_begin_with_the_address_that_people_open(program, monkeypatch, capsys):
    monkeypatch.setenv("PUBLIC_URL", "https://lab.example")
    assert main(["links"]) == 0
    researcher, participant = capsys.readouterr().out.splitlines()
    assert researcher.startswith("Researcher: https://lab.example/signin/")
    assert participant.startswith("Participant: https://lab.example/join/")
    monkeypatch.setenv("PUBLIC_URL", "lab.example")
    assert main(["links"]) == 2
    assert "such as https://lab.example" in capsys.readouterr().err


def test_a_start_that_lets_more_people_in_than_need_be_says_so(tmp_path):
    tmp_path.chmod(0o700)
    values = {"DATA_DIR": str(tmp_path)}
    assert list(_notes(Settings.from_environment(values))) == []
    tmp_path.chmod(0o755)
    readable, reachable = _notes(Settings.from_environment({**values, "HOST": "0.0.0.0"}))
    assert "chmod 700" in readable
    assert "unencrypted" in reachable
