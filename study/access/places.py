"""Places: which share of a study a newcomer gets, safely where many arrive at once.

Each share of the plan is one person's, so what is balanced is which shares are answered at all: the first
newcomer gets the first free share, and every other the free one that has most questions in common with the
shares of those who are in, since only questions that two people answer tell how far people agree.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from db.tables import Invitation, OpenLink, Participant, Question, Study
from study.access.acts import Act
from study.access.audit import note
from study.access.lapse import free, held
from study.access.open_links import find_open_link
from study.access.tokens import token_hash
from study.errors import NamelessArrivalError, NoPlaceError, StudyClosedError

FULL = (
    "Thank you for your interest. As many people as this study needs are taking part already, so there is no "
    "place left for you. Sometimes a place becomes free: you may try again in an hour or two."
)
PAUSED = "This study has a break, and lets nobody new in at present. Please try again later."
Shared = Mapping[int, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody at the door of an open link.

    `key` is the visit's own, so that a request that is sent twice takes one place. `external_id` is the
    person's code at a recruiting service, `external` what else its address said (STUDY_ID, SESSION_ID).
    """

    key: str
    external_id: str | None = None
    external: Mapping[str, str] = field(default_factory=dict)


class Partners:
    """Who has questions in common with whom, read once for each study and each set of its participants."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Shared] = {}

    def of(self, session: Session, study_id: int) -> Shared:
        """Questions in common, by participant and participant."""
        newest = select(func.max(Participant.id)).where(Participant.study_id == study_id)
        key = (study_id, int(session.scalar(newest) or 0))
        if key not in self._known:
            self._known = {one: found for one, found in self._known.items() if one[0] != study_id}
            self._known[key] = shared_questions(session, study_id)
        return self._known[key]


def shared_questions(session: Session, study_id: int) -> Shared:
    """How many overlap questions each two participants have in common, by participant and participant.

    Participants who answer the same original have it in common with each other too, and who replaces
    somebody has what that one had.
    """
    replaced = select(Participant.replaces_id, Participant.id).where(
        Participant.study_id == study_id, Participant.replaces_id.is_not(None)
    )
    heirs = {int(old or 0): new for old, new in session.execute(replaced)}
    original = aliased(Question)
    query = (
        select(original.id, original.participant_id, Question.participant_id)
        .join(original, original.id == Question.repeats_id)
        .where(Question.study_id == study_id, Question.kind == "overlap")
    )
    answerers: dict[int, set[int]] = defaultdict(set)
    for question, owner, receiver in session.execute(query):
        for person in (owner, receiver):
            answerers[question] |= {person, *_line(person, heirs)}
    shared: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for people in answerers.values():
        for one in people:
            for other in people - {one}:
                shared[one][other] += 1
    return shared


def _line(person: int, heirs: Mapping[int, int]) -> Iterator[int]:
    """Those who replace a participant, one after the other."""
    while person in heirs:
        person = heirs[person]
        yield person


def held_by(session: Session, token: str, participant_id: int | None, arrival: Arrival) -> int | None:
    """The participant whose place this browser (`participant_id`) or this person has in the link's study.

    None where neither has one, or the link is not ours; whoever has a place keeps it, whatever became of the
    link since.
    """
    link = session.execute(
        select(OpenLink.id, OpenLink.study_id).where(OpenLink.token_hash == token_hash(token))
    ).one_or_none()
    if link is None:
        return None
    if participant_id is not None:
        own = select(Participant.id).where(
            Participant.id == participant_id, Participant.study_id == link.study_id
        )
        if session.scalar(own) is not None:
            return participant_id
    return _known(session, link.id, link.study_id, arrival)


def claim(session: Session, token: str, arrival: Arrival, partners: Shared, *, now: datetime) -> int:
    """Take a place for a newcomer, or find the one that they have; returns the participant.

    Arrivals of one study are served one after the other (a write transaction on SQLite, a lock on the study
    on PostgreSQL), so that no place is given twice and no capacity is overstepped.

    Raises:
        UnknownLinkError, RevokedLinkError, ExpiredLinkError, StudyClosedError: nobody comes in.
        NamelessArrivalError: the link is a recruiting service's, and the person's code is missing.
        NoPlaceError: all places are taken.
    """
    link, study = find_open_link(session, token, now=now)
    # Others who arrive wait here, and read what was committed before; NO KEY leaves answers alone.
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update(key_share=True))
    known = _known(session, link.id, study.id, arrival)
    if known is not None:
        return known
    _refuse(link, study, arrival)
    place = _best_place(session, link, partners, now)
    if place is None:
        raise NoPlaceError(FULL)
    return _take(session, place, link, study, arrival, now)


def refuse_newcomer(
    session: Session, link: OpenLink, study: Study, arrival: Arrival, *, now: datetime
) -> None:
    """Raise what `claim` would at this moment; nothing is kept for anybody."""
    _refuse(link, study, arrival)
    if session.scalar(_open_to(session, link, now).limit(1)) is None:
        raise NoPlaceError(FULL)


def _refuse(link: OpenLink, study: Study, arrival: Arrival) -> None:
    if link.source == "prolific" and arrival.external_id is None:
        raise NamelessArrivalError(
            "Prolific did not say who you are. Please open this study from your Prolific page."
        )
    if study.state == "paused":
        raise StudyClosedError(PAUSED)


def _known(session: Session, link_id: int, study_id: int, arrival: Arrival) -> int | None:
    """The place that this person has already, or that this visit has just taken."""
    if arrival.external_id is not None:
        query = select(Participant.id).where(
            Participant.study_id == study_id, Participant.external_id == arrival.external_id
        )
    else:
        query = select(Participant.id).where(
            Participant.open_link_id == link_id,
            Participant.external["arrival"].as_string() == arrival.key,
        )
    found: int | None = session.scalar(query)
    return found


def _open_to(session: Session, link: OpenLink, now: datetime) -> Select[int]:
    """The places that a newcomer of this link may have, those first that nobody ever took.

    Who let a place lapse may still come back to it, so a link that has given out its capacity hands on its
    own lapsed places alone: more than its capacity are never in.
    """
    given = select(func.count(Participant.id)).where(
        Participant.open_link_id == link.id, Participant.replaced_at.is_(None)
    )
    places = select(Participant.id).where(Participant.study_id == link.study_id, free(now))
    if (session.scalar(given) or 0) >= link.capacity:
        places = places.where(Participant.open_link_id == link.id)
    return places.order_by(Participant.claimed_at.is_not(None), Participant.code)


def _best_place(session: Session, link: OpenLink, partners: Shared, now: datetime) -> int | None:
    people = select(Participant.id).where(Participant.study_id == link.study_id)
    inside = set(session.scalars(people.where(held(now))))

    def in_common(place: int) -> int:
        return sum(many for other, many in partners.get(place, {}).items() if other in inside)

    places = session.scalars(_open_to(session, link, now)).all()
    for place in sorted(places, key=in_common, reverse=True):  # stable: ties stay in order
        if session.scalar(_locked(place, now)) is not None:
            return place
    return None


def _locked(place: int, now: datetime) -> Select[int]:
    """The place if it is still free; one that is just being consented to is passed over."""
    still = select(Participant.id).where(Participant.id == place, free(now))
    return still.with_for_update(skip_locked=True, of=Participant)


def _take(session: Session, place: int, link: OpenLink, study: Study, arrival: Arrival, now: datetime) -> int:
    before = session.execute(
        select(Participant.code, Participant.claimed_at, Participant.declined_at).where(
            Participant.id == place
        )
    ).one()
    if before.claimed_at is not None or before.declined_at is not None:
        place = _hand_on(session, place)
        why = "declined" if before.declined_at is not None else "not consented to within the hour"
        note(session, None, Act.PLACE_LAPSED, f"{study.name}/{before.code}", {"why": why}, now=now)
    external = {**arrival.external, "arrival": arrival.key}
    taken = {"claimed_at": now, "open_link_id": link.id, "external": external}
    session.execute(
        update(Participant).where(Participant.id == place).values(**taken, external_id=arrival.external_id)
    )
    return place


_MOVED = ("study_id", "code", "simulated", "due_at", "replaces_id")


def _hand_on(session: Session, place: int) -> int:
    """Give a lapsed place a new participant of the same code, so that the old one's cookie opens it no more.

    Ids only grow (SQLite gives the greatest anew once its row is gone), so the new row comes before the old
    one goes.
    """
    old = session.execute(
        select(*(getattr(Participant, name) for name in _MOVED)).where(Participant.id == place)
    ).one()
    kept = dict(zip(_MOVED, old, strict=True))
    new = Participant(**{**kept, "code": f"{place} handed on"[:20]})
    session.add(new)
    session.flush()
    for table in (Question, Invitation):
        moved = update(table).where(table.participant_id == place).values(participant_id=new.id)
        session.execute(moved.execution_options(synchronize_session=False))
    replaced = update(Participant).where(Participant.replaces_id == place).values(replaces_id=new.id)
    session.execute(replaced.execution_options(synchronize_session=False))
    session.execute(delete(Participant).where(Participant.id == place))
    session.execute(
        update(Participant).where(Participant.id == bindparam("new")).values(code=kept["code"]),
        {"new": new.id},
    )
    return new.id
