from datetime import timedelta

import pytest

from app import identity
from app.installation import Installation
from db.errors import DatabaseError
from db.settings import Settings
from db.writer import Writer
from study.access import invitations, researchers
from study.errors import StudyError
from tests.small_study import NOW, SECRET, small_study


@pytest.fixture
def place(tmp_path):
    here = small_study(tmp_path)
    place = Installation(here.settings, here.database, SECRET, Writer(here.database))
    yield place
    place.close()


def _session(place):
    with place.database.begin() as session:
        owner = researchers.owner(session, now=NOW)
        return researchers.sign_in(session, researchers.create_sign_in_token(session, owner, NOW), NOW)


def test_nobody_is_here_without_cookies(place):
    assert identity.identify(place, {}, NOW) == identity.Here(None, None)


def test_one_browser_may_hold_a_participant_and_a_researcher(place):
    token = _session(place)
    cookies = {
        identity.PARTICIPANT_COOKIE: identity.signed(SECRET, identity.PARTICIPANT_COOKIE, "1"),
        identity.RESEARCHER_COOKIE: identity.signed(SECRET, identity.RESEARCHER_COOKIE, token),
    }
    here = identity.identify(place, cookies, NOW)
    assert here.participant_id == 1
    assert here.researcher.role == "owner"


def test_a_cookie_of_one_kind_is_none_of_the_other(place):
    token = _session(place)
    swapped = {
        identity.PARTICIPANT_COOKIE: identity.signed(SECRET, identity.RESEARCHER_COOKIE, "1"),
        identity.RESEARCHER_COOKIE: identity.signed(SECRET, identity.PARTICIPANT_COOKIE, token),
    }
    assert identity.identify(place, swapped, NOW) == identity.Here(None, None)


@pytest.mark.parametrize("value", ["", ".", "1", "1.", "é.é", "1.%00", "\x00", "٣.sig"])
def test_a_cookie_that_we_did_not_sign_is_nobodys(place, value):
    assert identity.participant_of(place, {identity.PARTICIPANT_COOKIE: value}) is None


@pytest.mark.parametrize("value", ["", "-1", "one", "1e3", "٣", "1-", "1-x", "1-1-1", "1" * 19])
def test_a_signed_cookie_that_holds_no_number_is_nobodys(place, value):
    cookie = identity.signed(SECRET, identity.PARTICIPANT_COOKIE, value)
    assert identity.participant_of(place, {identity.PARTICIPANT_COOKIE: cookie}) is None


def test_a_participants_browser_is_out_once_the_link_is_taken_back_or_renewed(place):
    def cookies(invitation_id):
        value = f"1-{invitation_id}"
        return {identity.PARTICIPANT_COOKIE: identity.signed(SECRET, identity.PARTICIPANT_COOKIE, value)}

    assert identity.participant_of(place, cookies(1)) == 1
    with place.database.begin() as session:
        token = invitations.renew(session, 1, secret=SECRET, now=NOW)
        second = invitations.invitation_of(session, token)
    assert identity.participant_of(place, cookies(1)) is None
    assert identity.participant_of(place, cookies(second)) == 1
    with place.database.begin() as session:
        invitations.revoke_all(session, 1, now=NOW)
    assert identity.participant_of(place, cookies(second)) is None
    assert identity.participant_of(place, cookies(999)) is None


def test_a_researchers_session_ends(place):
    token = _session(place)
    cookies = {identity.RESEARCHER_COOKIE: identity.signed(SECRET, identity.RESEARCHER_COOKIE, token)}
    assert identity.researcher_of(place, cookies, NOW) is not None
    assert identity.researcher_of(place, cookies, NOW + timedelta(days=31)) is None
    with place.database.begin() as session:
        researchers.sign_out(session, token, NOW)
    assert identity.researcher_of(place, cookies, NOW) is None


def test_an_installation_opens_only_on_the_newest_schema(tmp_path):
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path)})
    with pytest.raises(DatabaseError, match="python -m db upgrade"):
        Installation.open(settings)


def test_an_installation_with_a_damaged_secret_is_refused(tmp_path):
    small_study(tmp_path).database.dispose()
    (tmp_path / "secret").write_text("abcd")
    with pytest.raises(StudyError, match="has 2 bytes, not 32"):
        Installation.open(Settings.from_environment({"DATA_DIR": str(tmp_path)}))
