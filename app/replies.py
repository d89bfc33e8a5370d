"""What routes reply with: JSON, JSON errors, and small pages of plain HTML."""

import html
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from study.trial.answers import Outcome
from study.trial.flow import Progress, ShownLabel, ShownQuestion
from study.trial.tasks import TASKS

NOT_STORED = {"Cache-Control": "no-store"}
LARGEST_BODY = 16_384

_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }}
h1 {{ font-size: 1.5rem; line-height: 1.25 }}
button {{ font: inherit; font-weight: 600; min-height: 3rem; padding: 0 1.75rem; border: 0;
  border-radius: .5rem; background: #3A4FA3; color: #fff; cursor: pointer }}
button:focus-visible {{ outline: 3px solid #E69F00; outline-offset: 3px }}
small {{ opacity: .8 }}
</style>
</head>
<body><main><h1>{title}</h1><p>{text}</p>{more}</main></body>
</html>
"""


class ReplyError(Exception):
    """A request that is refused with this status and JSON error."""

    def __init__(self, status: int, code: str, message: str, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}, **(more or {})}


def reply(body: Mapping[str, Any], status: int = 200) -> Response:
    """JSON that no cache keeps."""
    text = json.dumps(body, separators=(",", ":"), allow_nan=False)
    return Response(text, status, NOT_STORED, "application/json")


def refused(_request: Request, problem: Exception) -> Response:
    """The reply to a `ReplyError`."""
    if not isinstance(problem, ReplyError):
        raise problem
    return reply(problem.body, problem.status)


def page(
    title: str, text: str, status: int, more: str = "", language: str = "en", direction: str = "ltr"
) -> Response:
    """A small page that says what happened and what to do; `more` is HTML of our own, such as a form."""
    body = _PAGE.format(
        title=html.escape(title),
        text=html.escape(text),
        more=more,
        language=html.escape(language),
        direction=direction,
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'"
    return HTMLResponse(body, status, {**NOT_STORED, "Content-Security-Policy": policy})


async def read_json(request: Request) -> Any:
    """The JSON body of a post that came from one of our own pages.

    Raises:
        ReplyError: 403 a foreign Origin, 415 not JSON, 413 too large, 422 unreadable.
    """
    headers = request.headers
    # Browsers send Origin with every post, and its host is the one the page came from.
    if headers.get("origin", "").partition("://")[2] != headers.get("host"):
        raise ReplyError(403, "foreign_origin", "The post does not come from this site.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ReplyError(415, "not_json", "The post must be application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ReplyError(413, "too_large", f"The post is larger than {LARGEST_BODY} bytes.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise ReplyError(422, "invalid", "The post is not readable JSON.") from problem


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Where the participant is after a post, and the next questions."""
    return {
        "progress": progress_json(outcome.progress),
        "questions": [question_json(question) for question in outcome.questions],
        "undoable": outcome.progress.undoable,
    }


def progress_json(progress: Progress) -> dict[str, int]:
    """How many are answered, of how many."""
    return {"answered": progress.answered, "total": progress.total}


def question_json(question: ShownQuestion) -> dict[str, Any]:
    """A question as the page draws it."""
    shown = {
        "id": question.id,
        "number": question.number,
        "total": question.total,
        "experiment": question.experiment,
        "image": f"/api/trial/questions/{question.id}/image",
    }
    if question.experiment is None or question.left is None or question.right is None:
        return shown
    labels = {"left": _label_json(question.left), "right": _label_json(question.right)}
    return {**shown, **labels, "options": TASKS[question.experiment].options}


def _label_json(label: ShownLabel) -> dict[str, Any]:
    if label.scores is None:
        return {"form": "hard", "emotion": label.emotion}
    return {"form": "soft", "scores": label.scores}
