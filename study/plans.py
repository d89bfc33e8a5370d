"""Whose plan is whole: what a freezing has stored so far of a draft is part of no study yet."""

from sqlalchemy import ScalarSelect, select

from db.tables import Study


def frozen(study_id: int) -> ScalarSelect[int]:
    """The study's id where it is frozen, else nothing: what a participant's study must be.

    A large plan is stored in many transactions (`study.trial.storing`). Until the last of them, and after a
    freezing that was killed, a draft's participants and questions must be seen by nobody.
    """
    return select(Study.id).where(Study.id == study_id, Study.frozen_at.is_not(None)).scalar_subquery()
