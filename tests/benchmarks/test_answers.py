import asyncio

import pytest

from benchmarks.answers import WARM_UP, Level, free_port, run_ours, running_server, seed
from benchmarks.keepalive import Connection
from db.settings import Settings


def test_the_benchmark_runs_through_the_real_server_and_finds_its_answers_stored():
    (level,) = run_ours([3], 60, None)
    assert (level.participants, len(level.waits)) == (3, 60)
    assert level.line("FaceValue").startswith("FaceValue     3 at once:")


def test_a_line_tells_rate_and_waits():
    line = Level(20, 2.0, [0.010] * 95 + [0.030] * 5).line("X")
    assert "50 answers/s, median   10.0 ms" in line
    assert "worst   30.0 ms" in line


def test_answers_are_there_after_the_server_was_killed(tmp_path):
    """Durability: what was answered with 200 survives a kill that gives no chance to tidy up."""
    names = {"DATA_DIR": str(tmp_path), "PORT": str(free_port())}
    settings = Settings.from_environment(names)
    ((token,),) = seed(settings, [1], [WARM_UP + 20])
    with running_server(settings) as server:
        asyncio.run(_answer_some(settings.port, token, 12))
        server.kill()
        server.wait(10)
    with running_server(settings):
        progress = asyncio.run(_answer_some(settings.port, token, 0))
    assert progress["answered"] == 12


async def _answer_some(port, token, count):
    connection = Connection("127.0.0.1", port)
    await connection.request("GET", f"/join/{token}")
    state = await connection.get_json("/api/trial/state")
    questions = state["questions"]
    for number in range(count):
        post = {"key": f"key-{number:08}", "question": questions[number]["id"], "choice": "left"}
        post |= {"rt_ms": 400, "hidden_ms": 0, "shown_at": None, "input": "key", "have": len(questions)}
        status, reply = await connection.post_json("/api/trial/answers", post)
        assert status == 200, reply
        questions += reply["questions"]
    await connection.close()
    return state["progress"]


def test_a_server_that_cannot_start_is_told(tmp_path):
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path), "PORT": str(free_port())})
    with pytest.raises(RuntimeError, match="the server ended"), running_server(settings):
        pass
    assert "python -m db upgrade" in (tmp_path / "server.log").read_text()
