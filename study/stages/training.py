"""The training: how far a participant is in it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.tables import Participant
from study.stages.lessons import STEPS
from study.trial.standing import standing


def steps_done(session: Session, participant_id: int) -> int:
    """How many steps of the training a participant has done."""
    return session.scalar(select(Participant.training_step).where(Participant.id == participant_id)) or 0


def reach(session: Session, participant_id: int, step: int, now: datetime) -> int:
    """Keep that so many steps are done, which never goes back; with the last one the training is done.

    Returns the steps that are done now. Outside the training it changes nothing.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = standing(session, participant_id, lock=True)
    done = steps_done(session, participant_id)
    if where.step(now) != "training" or step <= done:
        return done
    reached = min(step, STEPS)
    values = {"training_step": reached} | ({"trained_at": now} if reached == STEPS else {})
    session.execute(update(Participant).where(Participant.id == participant_id).values(**values))
    return reached
