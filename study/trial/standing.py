"""Where a participant stands: the database decides which step is theirs, never the page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from db.tables import Answer, Participant, Question, Study
from study.errors import NotFoundError

Step = Literal[
    "consent",
    "declined",
    "demographics",
    "training",
    "qualification",
    "asking",
    "done",
    "closed",
    "withdrawn",
    "erased",
    "replaced",
    "disqualified",
]
End = Literal["withdrawn", "erased", "replaced", "disqualified"]
"""The ends that are a participant's own, whatever becomes of the study."""
Stage = Literal["declined", "consent", "demographics", "training", "qualification", "asking"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A participant and the state of the study, as far as their steps and answers depend on them."""

    participant_id: int
    code: str
    study_id: int
    title: str
    label_set_id: int | None
    form: str | None
    """What an annotation task asks for; None for experiments."""
    state: str
    study_deadline: datetime | None
    own_deadline: datetime | None
    ended: End | None
    stage: Stage
    """The first stage of the study's design that this participant has not left behind."""
    answered: int
    total: int

    @property
    def deadline(self) -> datetime | None:
        """When the door closes: the study's deadline or the participant's own, whichever comes first."""
        known = [at for at in (self.study_deadline, self.own_deadline) if at is not None]
        return min(known, default=None)

    def is_open(self, now: datetime) -> bool:
        """Whether the study takes anything from this participant now."""
        return self.state == "open" and (self.deadline is None or now < self.deadline)

    def step(self, now: datetime) -> Step:
        """What comes next: a finished participant is done even where the study has closed."""
        if self.ended is not None:
            return self.ended
        if self.answered >= self.total:
            return "done"
        return self.stage if self.is_open(now) else "closed"


_ENDED = case(
    (Participant.erased_at.is_not(None), "erased"),
    (Participant.withdrawn_at.is_not(None), "withdrawn"),
    (Participant.replaced_at.is_not(None), "replaced"),
    (Participant.disqualified_at.is_not(None), "disqualified"),
)
_STAGE = case(
    (Participant.consented_at.is_(None) & Participant.declined_at.is_not(None), "declined"),
    (Participant.consented_at.is_(None), "consent"),
    (
        Participant.demographics.is_(None) & (func.json_array_length(Study.design["demographics"]) > 0),
        "demographics",
    ),
    (Participant.trained_at.is_(None) & Study.design["training"].as_boolean(), "training"),
    (
        Participant.qualified_at.is_(None) & (Study.design["qualification_images"].as_integer() > 0),
        "qualification",
    ),
    else_="asking",
)


def _greatest(table: type[Answer] | type[Question]) -> Any:
    own = select(func.max(table.position)).where(table.participant_id == Participant.id)
    return func.coalesce(own.correlate(Participant).scalar_subquery(), 0)


# Answers are given in the order of the questions (tables.Answer), so the greatest answered position is
# how many are answered, and the question after it is the next.
_STANDING = (
    select(
        Participant.id,
        Participant.code,
        Participant.study_id,
        Study.title,
        Study.label_set_id,
        Study.design["form"].as_string(),
        Study.state,
        Study.deadline,
        Participant.due_at,
        _ENDED,
        _STAGE,
        _greatest(Answer),
        _greatest(Question),
    )
    .join(Study, Study.id == Participant.study_id)
    .where(Participant.id == bindparam("participant"))
)
_LOCK = select(Participant.id).where(Participant.id == bindparam("participant")).with_for_update()


def standing(session: Session, participant_id: int, *, lock: bool = False) -> Standing:
    """Where a participant stands; `lock` makes others who write for the same participant wait.

    Raises:
        NotFoundError: there is no such participant.
    """
    connection = session.connection()
    if lock and connection.dialect.name != "sqlite":  # there, BEGIN IMMEDIATE has locked already
        connection.execute(_LOCK, {"participant": participant_id})
    row = connection.execute(_STANDING, {"participant": participant_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    return Standing(*row)


def step(session: Session, participant_id: int, now: datetime) -> Step:
    """What a participant does now."""
    return standing(session, participant_id).step(now)
