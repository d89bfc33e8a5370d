"""Potato (PyPI potato-annotation) given the like of our questions, for comparison.

It runs as a program of its own, from an environment of its own, and is spoken to over HTTP alone. A task of
soft-versus-hard questions is written for it; a participant signs in, answers, and asks for the next.
"""

import asyncio
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.keepalive import Connection

_TASK = {
    "annotation_task_name": "soft-or-hard",
    "task_dir": ".",
    "data_files": ["data/questions.jsonl"],
    "item_properties": {"id_key": "id", "text_key": "text"},
    "output_annotation_dir": "answers",
    "output_annotation_format": "jsonl",
    "user_config": {"allow_all_users": True},
    "require_password": False,
    "secret_key": "only-for-this-measurement",
    "max_annotations_per_item": -1,
    "max_annotations_per_user": 100_000,
    "assignment_strategy": "random",
    "annotation_schemes": [
        {
            "annotation_type": "radio",
            "name": "better",
            "description": "Which label describes this face better?",
            "labels": ["soft", "hard", "both", "none"],
            "label_requirement": {"required": True},
        }
    ],
}


_INSTANCE = re.compile(rb'name="instance_id"[^>]*value="([^"]+)"')


@contextmanager
def running_potato(environment: Path, port: int, questions: int) -> Iterator[None]:
    """Potato's own server with a task of so many questions, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="potato-benchmark-") as name:
        folder = Path(name)
        (folder / "data").mkdir()
        items = [json.dumps({"id": f"q{n:05d}", "text": "happy 0.6, neutral 0.3"}) for n in range(questions)]
        (folder / "data" / "questions.jsonl").write_text("\n".join(items) + "\n")
        # JSON is YAML, which is what Potato reads.
        (folder / "config.yaml").write_text(json.dumps(_TASK))
        command = [str(environment / "bin" / "potato"), "start", "config.yaml"]
        options = ["-p", str(port), "--host", "127.0.0.1"]
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen([*command, *options], cwd=folder, stdout=log, stderr=log)
            try:
                asyncio.run(_until_up(port, server, folder / "server.log"))
                yield
            finally:
                server.terminate()
                server.wait(20)


async def _until_up(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"Potato ended with status {server.returncode}: {log.read_text()[-2000:]}")
        try:
            connection = Connection("127.0.0.1", port)
            await connection.request("GET", "/")
            await connection.close()
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError("Potato gave no answer within a minute")


async def take_part_in_potato(
    port: int, user: str, answers: int, warm_up: int, start: asyncio.Barrier, waits: list[float]
) -> None:
    """One participant of Potato; appends the seconds from sending an answer to having the next question."""
    connection = Connection("127.0.0.1", port)
    form = f"email={user}&pass=".encode()
    await connection.request("POST", "/auth", form, "application/x-www-form-urlencoded")
    question = _question((await connection.request("GET", "/annotate"))[1])
    for number in range(answers + warm_up):
        if number == warm_up:
            await start.wait()
        chosen = {"instance_id": question, "annotations": {"better:soft": "soft"}, "span_annotations": []}
        sent = time.perf_counter()
        status, reply = await connection.post_json("/updateinstance", chosen)
        assert status == 200, (status, reply)
        assert reply.get("status") == "success", reply
        onward = json.dumps({"action": "next_instance", "instance_id": question}).encode()
        following = _question((await connection.request("POST", "/annotate", onward))[1])
        took = time.perf_counter() - sent
        assert following != question, "Potato did not go on to the next question"
        question = following
        if number >= warm_up:
            waits.append(took)
    await connection.close()


def _question(page: bytes) -> str:
    """The id of the question that a page of Potato asks."""
    found = _INSTANCE.search(page)
    if found is None:
        raise RuntimeError("Potato's page asks no question")
    return found[1].decode()
