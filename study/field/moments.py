"""Moments as people write them: 2026-12-01, 2026-12-01T18:00, or a span from now such as 3d or 12h."""

import re
from datetime import UTC, datetime, timedelta

from study.errors import StudyError

_SPAN = re.compile(r"\+?(\d{1,4})\s*([dh])")


def read_moment(text: str, now: datetime) -> datetime:
    """The moment that a text names: a day means its end, and a time without a zone is UTC.

    Raises:
        StudyError: it is none of these.
    """
    span = _SPAN.fullmatch(text.strip().lower())
    if span is not None:
        return now + (timedelta(days=int(span[1])) if span[2] == "d" else timedelta(hours=int(span[1])))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise StudyError(
            f"{text!r} is no moment: write a day (2026-12-01), a time (2026-12-01T18:00) or a span (3d, 12h)"
        ) from problem
    if len(text.strip()) <= 10:
        moment += timedelta(days=1) - timedelta(seconds=1)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
