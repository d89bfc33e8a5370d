from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from db.tables import AuditEvent, Participant, Question
from study import studies
from study.access import invitations, open_links, places
from study.access.places import Arrival
from study.errors import (
    ExpiredLinkError,
    NamelessArrivalError,
    NoPlaceError,
    RevokedLinkError,
    StudyClosedError,
    StudyError,
    UnknownLinkError,
)
from tests.arrivals import ring_study
from tests.small_study import NOW, SECRET

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def here(tmp_path):
    with ring_study(tmp_path) as (_, database, study_id):
        yield Door(database, study_id)


class Door:
    def __init__(self, database, study_id):
        self.database, self.study_id = database, study_id

    def link(self, capacity=6, **more):
        with self.database.begin() as session:
            return open_links.create_open_link(
                session, self.study_id, capacity, secret=SECRET, now=NOW, **more
            )

    def come(self, token, key, now=NOW, external_id=None):
        with self.database.begin() as session:
            shared = places.shared_questions(session, self.study_id)
            arrival = Arrival(key, external_id)
            taken = places.claim(session, token, arrival, shared, now=now)
            return taken, session.get_one(Participant, taken).code

    def set(self, participant_id, **values):
        with self.database.begin() as session:
            session.execute(update(Participant).where(Participant.id == participant_id).values(**values))

    def study(self, move, **more):
        with self.database.begin() as session:
            move(session, self.study_id, **more)


def test_every_newcomer_but_the_first_shares_questions_with_somebody_who_is_in(here):
    token = here.link()
    codes = [here.come(token, f"visit-{number}")[1] for number in range(6)]
    assert sorted(codes) == [f"P0{number}" for number in range(1, 7)]
    for at, code in enumerate(codes[1:], 1):
        number = int(code[1:])
        neighbours = {f"P0{(number - 2) % 6 + 1}", f"P0{number % 6 + 1}"}
        assert neighbours & set(codes[:at]), codes
    with pytest.raises(NoPlaceError, match="no place left for you"):
        here.come(token, "visit-7")


def test_one_visit_sent_twice_takes_one_place(here):
    token = here.link()
    assert here.come(token, "same") == here.come(token, "same")
    assert here.come(token, "other")[1] != here.come(token, "same")[1]


def test_a_person_of_a_recruiting_service_comes_back_to_their_place_on_any_browser(here):
    token = here.link(source="prolific", completion_code="C123")
    first = here.come(token, "a", external_id="5f00aa")
    assert here.come(token, "b", external_id="5f00aa") == first
    assert here.come(token, "c", external_id="5f00bb") != first
    with pytest.raises(NamelessArrivalError, match="from your Prolific page"):
        here.come(token, "d")


def test_a_place_without_consent_lapses_after_an_hour_and_the_earlier_person_opens_it_no_more(here):
    token = here.link(capacity=1)
    first, code = here.come(token, "a")
    with pytest.raises(NoPlaceError):
        here.come(token, "b", NOW + timedelta(minutes=59))
    second, again = here.come(token, "b", LATER)
    assert (again, second != first) == (code, True)
    with here.database.session() as session:
        assert session.get(Participant, first) is None
        assert session.scalar(select(func.count()).where(Question.participant_id == second)) == 12
        acts = session.execute(select(AuditEvent.action, AuditEvent.subject)).all()
    assert ("place.lapsed", f"ring/{code}") in [tuple(act) for act in acts]


def test_a_lapsed_place_is_still_its_persons_until_somebody_else_takes_it(here):
    token = here.link()
    first = here.come(token, "a")
    assert here.come(token, "b", LATER)[1] != first[1]
    assert here.come(token, "a", LATER) == first


def test_a_link_never_lets_in_more_than_its_capacity_even_where_lapsed_people_come_back(here):
    token = here.link(capacity=2)
    first, second = here.come(token, "a")[0], here.come(token, "b")[0]
    third = here.come(token, "c", LATER)[0]
    with here.database.session() as session:
        left = session.get(Participant, first) is None, session.get(Participant, second) is None
    assert sorted(left) == [False, True]
    here.set(third, consented_at=LATER)
    here.set(second if left[0] else first, consented_at=LATER)
    with pytest.raises(NoPlaceError):
        here.come(token, "d", LATER + timedelta(days=1))


def test_a_declined_place_is_free_at_once_and_a_consented_one_never(here):
    token = here.link(capacity=1)
    first = here.come(token, "a")[0]
    here.set(first, declined_at=NOW)
    second = here.come(token, "b")[0]
    here.set(second, consented_at=NOW)
    with pytest.raises(NoPlaceError):
        here.come(token, "c", NOW + timedelta(days=9))


def test_a_personal_link_promises_its_place(here):
    with here.database.begin() as session:
        for participant_id in (1, 2, 3, 4):
            invitations.invite(session, participant_id, secret=SECRET, now=NOW)
    token = here.link()
    assert {here.come(token, key)[1] for key in ("a", "b")} == {"P05", "P06"}
    with pytest.raises(NoPlaceError):
        here.come(token, "c")
    with here.database.begin() as session:
        invitations.revoke_all(session, 2, now=NOW)
    assert here.come(token, "c")[1] == "P02"


def test_each_open_link_that_lets_nobody_in_says_why(here):
    with pytest.raises(UnknownLinkError):
        here.come("made-up", "a")
    token = here.link(expires_at=LATER)
    with pytest.raises(ExpiredLinkError):
        here.come(token, "a", LATER)
    here.study(studies.pause_study)
    with pytest.raises(StudyClosedError, match="has a break"):
        here.come(token, "a")
    here.study(studies.open_study, now=NOW)
    with here.database.begin() as session:
        open_links.revoke_open_link(session, 1, study_id=here.study_id, now=NOW)
    with pytest.raises(RevokedLinkError):
        here.come(token, "a")
    other = here.link()
    here.study(studies.close_study)
    with pytest.raises(StudyClosedError, match="has ended"):
        here.come(other, "a")


@pytest.mark.parametrize(
    ("capacity", "more", "said"),
    [
        (0, {}, "capacity of 1 to 100,000"),
        (3, {"source": "panel"}, "open or prolific"),
        (3, {"completion_code": "two words"}, "completion code"),
        (3, {"completion_url": "javascript:alert(1)"}, "completion address"),
        (3, {"expires_at": NOW}, "over already"),
    ],
)
def test_a_link_that_cannot_be_is_refused_and_not_stored(here, capacity, more, said):
    with pytest.raises(StudyError, match=said):
        here.link(capacity, **more)
    with here.database.session() as session:
        assert open_links.open_links(session, here.study_id, SECRET, now=NOW).empty


def test_open_links_are_listed_with_what_became_of_their_places(here):
    token = here.link(3, source="prolific", completion_code="C1")
    taken = [here.come(token, key, external_id=key)[0] for key in ("a", "b", "c")]
    here.set(taken[0], consented_at=NOW, finished_at=NOW)
    here.set(taken[1], declined_at=NOW)
    with here.database.session() as session:
        listed = open_links.open_links(session, here.study_id, SECRET, now=NOW).iloc[0]
    assert (listed["token"], listed["completion_url"][-5:]) == (token, "cc=C1")
    assert listed[["capacity", "taken", "consented", "finished"]].tolist() == [3, 2, 1, 1]
