"""What the agreement dashboard shows of one study: the paper's Fig. 6 from the answers so far."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Answer, Participant
from study.findings.agreement import InterAgreement, inter_agreement
from study.findings.consistency import SelfAgreement, self_agreement
from study.findings.discrimination import Discrimination, discrimination
from study.findings.preference import Preference, preference
from study.trial.trials import trials


@dataclass(frozen=True)
class Dashboard:
    """Fig. 6-a, 6-b and 6-c of the answers so far; `answers` counts them all, repeats included.

    `participants` counts those who have answered anything.
    """

    answers: int
    participants: int
    preference: Preference
    discrimination: Discrimination
    self_agreement: SelfAgreement
    inter_agreement: InterAgreement


def version(session: Session, study_id: int) -> tuple[int, int]:
    """Two numbers that change with every answer and every undo of a study: how many answers, the last id."""
    query = select(func.count(Answer.id), func.max(Answer.id)).join(Participant)
    count, last = session.execute(query.where(Participant.study_id == study_id)).one()
    return int(count), int(last or 0)


def dashboard(session: Session, study_id: int) -> Dashboard:
    """Compute the figures of a study; pairs are drawn of all participants, also of those yet to answer.

    Raises:
        NotFoundError: there is no such study.
    """
    answered = trials(session, study_id)
    return dashboard_of(answered, _codes(session, study_id))


def dashboard_of(answered: pd.DataFrame, participants: list[str]) -> Dashboard:
    """Compute the figures of a trials table."""
    return Dashboard(
        answers=len(answered),
        participants=answered["participant"].nunique(),
        preference=preference(answered),
        discrimination=discrimination(answered),
        self_agreement=self_agreement(answered),
        inter_agreement=inter_agreement(answered, participants),
    )


def _codes(session: Session, study_id: int) -> list[str]:
    query = select(Participant.code).where(Participant.study_id == study_id).order_by(Participant.code)
    return list(session.scalars(query))
