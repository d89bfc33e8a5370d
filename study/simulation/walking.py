"""Simulated participants who walk through the real routes, as a participant's browser does."""

import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx

from study.annotation.responses import Response
from study.errors import StudyError
from study.simulation.copying import SimulatedStudy

_PATIENCE = 60.0


def walk_all(url: str, run: SimulatedStudy, answered: Callable[[], object] = lambda: None) -> int:
    """Let every participant of a dry run answer at the same time; returns how many answers were stored.

    Raises:
        StudyError: the server refused a link or an answer, or answers no more; the message has its words.
    """
    over = Event()
    with ThreadPoolExecutor(max_workers=min(32, len(run.tokens))) as walkers:
        walks = [
            walkers.submit(walk, url, token, run.presses(code), answered, over)
            for code, token in run.tokens.items()
        ]
        try:
            return sum(one.result() for one in walks)
        except httpx.TransportError as problem:
            raise StudyError(f"the server at {url} answers no more: {problem}") from problem
        finally:
            # Where one has failed, or Ctrl-C was pressed, the others need not go on.
            over.set()


def walk(
    url: str,
    token: str,
    presses: Mapping[str, tuple[str | Response, float]],
    answered: Callable[[], object] = lambda: None,
    over: Event | None = None,
) -> int:
    """One participant: join by the link, and answer until nothing is left to say; returns how many answers.

    `presses` gives, by question, what is pressed (or said of a face) and after how many milliseconds; a
    question that it lacks is where the participant drops out. Once `over` is set, they stop.
    """
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=_PATIENCE, trust_env=False) as browser:
        joined = browser.get(f"/join/{token}")
        if joined.status_code != 303:
            raise StudyError(f"the link was refused with status {joined.status_code}")
        waiting = dict(_read(browser.get("/api/trial/state")))
        count, have = 0, max(waiting, default=0)
        while waiting and not (over is not None and over.is_set()):
            number = min(waiting)
            question = waiting.pop(number)
            if question not in presses:
                break
            pressed, rt_ms = presses[question]
            sent = browser.post("/api/trial/answers", json=_post(question, pressed, rt_ms, have))
            waiting |= dict(_read(sent))
            have = max([have, *waiting])
            count += 1
            answered()
    return count


def _post(question: str, pressed: str | Response, rt_ms: float, have: int) -> dict[str, object]:
    what = "choice" if isinstance(pressed, str) else "response"
    return {
        "key": str(uuid.uuid4()),
        "question": question,
        what: pressed,
        "rt_ms": rt_ms,
        "hidden_ms": 0,
        "shown_at": time.time() * 1000,
        "input": "key",
        "have": have,
    }


def _read(response: httpx.Response) -> list[tuple[int, str]]:
    """The number and the name of each question that a reply brings."""
    if response.status_code != 200:
        raise StudyError(f"the server refused with status {response.status_code}: {response.text[:300]}")
    return [(int(one["number"]), str(one["id"])) for one in response.json()["questions"]]
