"""Answers a second, and how long one takes, at 1, 20 and 100 participants at once.

Each participant answers one question after another as fast as the server lets them, over a kept connection
to the real server (`python -m streamlit run app/main.py`) on a database with the real durability. An answer
counts when it is stored and the next question has arrived. The load runs on the same machine. With `--potato
ENV` (an environment in which potato-annotation is installed) Potato answers the like in the same run.

    python -m benchmarks.answers [--participants 1 20 100] [--answers 4000] [--potato ENV]
"""

import argparse
import asyncio
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import uvloop
from PIL import Image
from sqlalchemy import func, select
from tqdm import tqdm

from benchmarks.keepalive import Connection
from benchmarks.potato import running_potato, take_part_in_potato
from db import schema
from db.session import Database, open_database
from db.settings import Settings
from db.tables import Answer
from engine.emfacs import EMOTIONS
from study import studies
from study.access import invitations as registration
from study.access.secret import installation_secret
from study.design.design import Design
from study.images.catalog import import_dataset, import_label_set
from study.stages import consent

ROOT = Path(__file__).resolve().parent.parent
IMAGES = 400
WARM_UP = 5


@dataclass(frozen=True)
class Level:
    """What was measured with so many participants at once."""

    participants: int
    seconds: float
    waits: list[float]

    def line(self, name: str) -> str:
        """The figures on one line."""
        cuts = statistics.quantiles(self.waits, n=100)
        rate = len(self.waits) / self.seconds
        median, p95, worst = (1000 * value for value in (cuts[49], cuts[94], max(self.waits)))
        return (
            f"{name:10} {self.participants:4d} at once: {rate:6.0f} answers/s, median {median:6.1f} ms, "
            f"p95 {p95:6.1f} ms, worst {worst:6.1f} ms  ({len(self.waits)} answers in {self.seconds:.1f} s)"
        )


def seed(settings: Settings, levels: list[int], each: list[int]) -> list[list[str]]:
    """Make the database with one open study per level; returns each level's invitation tokens."""
    rng = np.random.default_rng(11)
    now = datetime.now(UTC)
    root = settings.data_dir / "datasets" / "benchmark"
    root.mkdir(parents=True)
    Image.new("RGB", (64, 64), "grey").save(root / "face.png")
    names = [f"image-{number:04d}" for number in range(IMAGES)]
    labels = pd.DataFrame({"image": names, "hard_label": [EMOTIONS[n % 8] for n in range(IMAGES)]})
    manifest = labels.assign(path="face.png", split="validation")
    for emotion, scores in zip(EMOTIONS, rng.random((8, IMAGES)), strict=True):
        labels[f"soft_{emotion.lower()}"] = scores
    labels = labels.assign(rank=1, margin=0.1, subset="Easy", bundle="benchmark")
    secret = installation_secret(settings)
    database = open_database(settings)
    schema.upgrade(database)
    tokens = []
    with database.begin() as session:
        import_dataset(session, "benchmark", root, manifest, data_dir=settings.data_dir, now=now)
        label_set = import_label_set(session, "benchmark", "benchmark", labels, now=now)
        for participants, questions in zip(levels, each, strict=True):
            plan = _plan(names, participants, questions, rng)
            design = Design(
                name=f"benchmark-{participants}", demographics=(), training=False, break_every=1_000_000
            )
            study = studies.create_study(session, design, label_set.id, plan, now=now, rng=rng)
            studies.open_study(session, study.id, now=now)
            links = registration.invite_all(session, study.id, secret=secret, now=now)["token"].tolist()
            for token in links:
                person = registration.accept(session, token, now=now)
                consent.agree(session, person.id, "benchmark", now)
            tokens.append(links)
    database.dispose()
    return tokens


def _plan(names: list[str], participants: int, questions: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for person in range(participants):
        for position in range(1, questions + 1):
            image, foil = rng.choice(len(names), 2, replace=False)
            experiment = 1 + position % 2
            rows.append(
                {
                    "question": f"q{person}-{position}",
                    "participant": f"P{person + 1:03d}",
                    "position": position,
                    "experiment": experiment,
                    "image": names[image],
                    "foil": names[foil] if experiment == 2 else None,
                    "foil_distance": 0.5 if experiment == 2 else None,
                    "side": "left" if rng.random() < 0.5 else "right",
                    "kind": "first",
                    "repeats": None,
                }
            )
    return pd.DataFrame(rows)


@contextmanager
def running_server(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """The real server on the settings' port, from its first healthy answer to the end of the block."""
    environment = {**os.environ, "DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url}
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", f"--server.port={settings.port}"]
    log = (settings.data_dir / "server.log").open("wb")
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        asyncio.run(_until_healthy(settings.port, server))
        yield server
    finally:
        server.terminate()
        server.wait(20)
        log.close()


async def _until_healthy(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with status {server.returncode}")
        try:
            connection = Connection("127.0.0.1", port)
            status, _body = await connection.request("GET", "/health")
            await connection.close()
            if status == 200:
                return
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError("the server gave no answer within a minute")


async def take_part(port: int, token: str, answers: int, start: asyncio.Barrier, waits: list[float]) -> None:
    """One participant: join, wait for the others, answer; appends the seconds that each answer took."""
    connection = Connection("127.0.0.1", port)
    status, _body = await connection.request("GET", f"/join/{token}")
    assert status == 303, status
    state = await connection.get_json("/api/trial/state")
    waiting = {question["number"]: question for question in state["questions"]}
    highest = max(waiting)
    for number in range(1, answers + WARM_UP + 1):
        if number == WARM_UP + 1:
            await start.wait()
        post = {
            "key": str(uuid.uuid4()),
            "question": waiting.pop(number)["id"],
            "choice": "left",
            "rt_ms": 812.4,
            "hidden_ms": 0,
            "shown_at": time.time() * 1000,
            "input": "key",
            "have": highest,
        }
        sent = time.perf_counter()
        status, reply = await connection.post_json("/api/trial/answers", post)
        took = time.perf_counter() - sent
        assert status == 200, (status, reply)
        assert reply["status"] == "stored", reply
        waiting |= {question["number"]: question for question in reply["questions"]}
        highest = max(waiting, default=number)
        if number > WARM_UP:
            waits.append(took)
    await connection.close()


async def measure(
    participants: list[str],
    answers: int,
    take: Callable[[str, asyncio.Barrier, list[float]], Coroutine[Any, Any, None]],
) -> Level:
    """Let all participants answer at once, and measure from the moment when all have warmed up."""
    start = asyncio.Barrier(len(participants) + 1)
    waits: list[float] = []
    async with asyncio.TaskGroup() as group:
        for who in participants:
            group.create_task(take(who, start, waits))
        await start.wait()
        began = time.perf_counter()
    return Level(len(participants), time.perf_counter() - began, waits)


def check_stored(database: Database, expected: int) -> None:
    """Refuse figures of a run whose answers are not all in the database."""
    with database.session() as session:
        stored = session.scalar(select(func.count()).select_from(Answer))
    wrong = schema.problems(database)
    if stored != expected or wrong:
        raise RuntimeError(f"{stored} answers are stored, not {expected}; {wrong}")


def free_port() -> int:
    """A port that nobody holds."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def run_ours(levels: list[int], total: int, database_url: str | None) -> list[Level]:
    """Measure FaceValue at each level, on a new database in a temporary folder."""
    each = [max(20, total // participants) for participants in levels]
    with tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as folder:
        names = {"DATA_DIR": folder, "PORT": str(free_port()), "DATABASE_URL": database_url or ""}
        settings = Settings.from_environment(names)
        tokens = seed(settings, levels, [answers + WARM_UP + 1 for answers in each])
        measured = []
        with running_server(settings), tqdm(total=len(levels), desc="FaceValue", file=sys.stderr) as bar:
            for links, answers in zip(tokens, each, strict=True):

                def take(
                    token: str, start: asyncio.Barrier, waits: list[float], answers: int = answers
                ) -> Coroutine[Any, Any, None]:
                    return take_part(settings.port, token, answers, start, waits)

                measured.append(uvloop.run(measure(links, answers, take)))
                bar.update()
        database = open_database(settings)
        check_stored(database, sum(n * (a + WARM_UP) for n, a in zip(levels, each, strict=True)))
        database.dispose()
    return measured


def run_potato(environment: Path, levels: list[int], answers: int) -> list[Level]:
    """Measure Potato at each level; each participant gives `answers` answers."""
    measured = []
    port = free_port()
    with running_potato(environment, port, answers + WARM_UP + 5):
        for participants in tqdm(levels, desc="Potato", file=sys.stderr):
            people = [f"user-{uuid.uuid4().hex[:12]}" for _ in range(participants)]

            def take(user: str, start: asyncio.Barrier, waits: list[float]) -> Coroutine[Any, Any, None]:
                return take_part_in_potato(port, user, answers, WARM_UP, start, waits)

            measured.append(uvloop.run(measure(people, answers, take)))
    return measured


def main() -> int:
    """Measure, and print one line a level."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--participants", type=int, nargs="+", default=[1, 20, 100], help="levels to measure")
    parser.add_argument("--answers", type=int, default=4000, help="answers per level, shared by all")
    parser.add_argument("--database-url", help="another database, such as postgresql+psycopg://… (empty)")
    parser.add_argument("--potato", type=Path, metavar="ENV", help="environment with potato-annotation")
    parser.add_argument("--potato-answers", type=int, default=15, help="answers per participant of Potato")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}")
    for level in run_ours(arguments.participants, arguments.answers, arguments.database_url):
        print(level.line("FaceValue"))
    if arguments.potato is not None:
        for level in run_potato(arguments.potato, arguments.participants, arguments.potato_answers):
            print(level.line("Potato"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
