"""The simulated copy of a study that a dry run fills: its name, its open door, its agreed participants."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Participant, Study
from study import studies
from study.access.acts import Act
from study.access.audit import note
from study.access.invitations import invite_all
from study.annotation.responses import Response
from study.stages.consent import agree

CONSENT = "simulated"
Presses = dict[str, tuple[str | Response, float]]


@dataclass(frozen=True)
class SimulatedStudy(ABC):
    """A simulated study that waits for its answers, with the token of each participant's link.

    `planned` is what the simulated participants will answer, a row a question; `questions` are all.
    """

    study_id: int
    name: str
    tokens: dict[str, str]
    planned: pd.DataFrame
    questions: pd.DataFrame

    @abstractmethod
    def presses(self, participant: str) -> Presses:
        """What a participant answers to each question, and the response time in milliseconds."""

    @property
    def finishing(self) -> int:
        """How many participants will answer to the end."""
        given = self.planned.groupby("participant").size()
        return int((given == self.questions.groupby("participant").size().reindex(given.index)).sum())


def free_name(session: Session, name: str) -> str:
    """A name for the dry run of a study, which no study has."""
    taken = set(session.scalars(select(Study.name)))
    stem, number = f"{name[:50].rstrip('-')}-dry-run", 1
    while (free := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return free


def let_in(
    session: Session,
    study: Study,
    made: Study,
    *,
    secret: bytes,
    now: datetime,
    by: int | None = None,
    replaced: bool = False,
) -> dict[str, str]:
    """Open the copy `made` of a study, invite its participants, let them agree; each one's link's token.

    `replaced`: the next such dry run of the study takes its place (`study.simulation.rehearsals`).
    """
    studies.open_study(session, made.id, now=now)
    links = invite_all(session, made.id, secret=secret, now=now)
    people = session.scalars(select(Participant.id).where(Participant.study_id == made.id)).all()
    for person in people:
        agree(session, person, CONSENT, now)
    detail: dict[str, Any] = {"as": made.name, "participants": len(people)}
    if replaced:
        detail |= {"study": study.id, "copy": made.id}
    note(session, by, Act.STUDY_SIMULATED, study.name, detail, now=now)
    return dict(zip(links["participant"], links["token"], strict=True))
