"""Demographics: what a study asks people about themselves, of which every item may be skipped."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.tables import Participant, Study
from study.design.demographics import MAX_LENGTH, Demographic, read_demographics
from study.errors import StudyError
from study.trial.standing import standing


def items(session: Session, study_id: int) -> tuple[Demographic, ...]:
    """What the study asks."""
    return read_demographics(session.get_one(Study, study_id).design.get("demographics", ()))


def keep(session: Session, participant_id: int, given: Mapping[str, Any], now: datetime) -> None:
    """Keep what was answered; what is None or blank was skipped. Once kept, another time changes nothing.

    Raises:
        NotFoundError: there is no such participant.
        StudyError: an answer to what was not asked, or of another kind.
    """
    where = standing(session, participant_id, lock=True)
    if where.step(now) != "demographics":
        return
    asked = {item.key: item for item in items(session, where.study_id)}
    unknown = sorted(set(given) - set(asked))
    if unknown:
        raise StudyError(f"demographics: {unknown[0]!r} is not asked in this study")
    read = {key: _read(asked[key], value) for key, value in given.items()}
    kept = {key: value for key, value in read.items() if value is not None}
    session.execute(update(Participant).where(Participant.id == participant_id).values(demographics=kept))


def _read(item: Demographic, value: Any) -> str | float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if item.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise StudyError(f"demographics: {item.key} = {value!r} must be a number")
        return value
    if not isinstance(value, str):
        raise StudyError(f"demographics: {item.key} = {value!r} must be a text")
    if item.kind == "choice" and value not in item.options:
        raise StudyError(f"demographics: {item.key} = {value!r} is none of its options")
    return value.strip()[:MAX_LENGTH]
