"""Which places of a study are taken, and which are free for a newcomer.

A place that was taken and not consented to goes back after an hour, or at once where its person declined:
who closes the page before agreeing would otherwise keep a share of the study from being answered, and
nobody would see it. Until somebody else takes it, the person who had it can still come back to it.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_

from db.tables import AnswerEvent, Invitation, Participant

KEPT_FOR = timedelta(hours=1)
"""How long a place waits for the consent of who took it: long enough to read and think, and not a day."""


def held(now: datetime) -> ColumnElement[bool]:
    """The condition of a participant whose place somebody has: consented to, or taken within the hour."""
    waiting = and_(
        Participant.claimed_at.is_not(None),  # so that the negation of the whole is never unknown
        Participant.claimed_at > now - KEPT_FOR,
        Participant.declined_at.is_(None),
    )
    return and_(Participant.replaced_at.is_(None), or_(consented(), waiting))


def consented() -> ColumnElement[bool]:
    """The condition of a participant who agreed to take part, also of one who withdrew or was erased."""
    return or_(
        Participant.consented_at.is_not(None),
        Participant.withdrawn_at.is_not(None),
        Participant.erased_at.is_not(None),
    )


def free(now: datetime) -> ColumnElement[bool]:
    """The condition of a participant whose place a newcomer may have: nobody's, and promised to nobody.

    A personal link promises its place until it is taken back or expires.
    """
    promised = exists().where(
        Invitation.participant_id == Participant.id,
        Invitation.revoked_at.is_(None),
        or_(Invitation.expires_at.is_(None), Invitation.expires_at > now),
    )
    # The events of a person stay with the person, so a place with any is never handed on.
    used = exists().where(AnswerEvent.participant_id == Participant.id)
    return and_(~held(now), ~consented(), Participant.replaced_at.is_(None), ~promised, ~used)
