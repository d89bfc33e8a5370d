import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.tables import SignInToken, WebSession
from study.access import researchers
from study.errors import ExpiredLinkError, UnknownLinkError, UsedLinkError
from tests.small_study import NOW, empty_database


@pytest.fixture
def database(tmp_path):
    return empty_database(tmp_path)[1]


def _token(database):
    with database.begin() as session:
        return researchers.create_sign_in_token(session, researchers.owner(session, now=NOW), NOW)


def _sign_in(database, token, now=NOW):
    with database.begin() as session:
        return researchers.sign_in(session, token, now)


def test_there_is_one_owner(database):
    for _ in range(2):
        with database.begin() as session:
            assert researchers.owner(session, now=NOW).id == 1


def test_a_sign_in_link_opens_a_session_that_can_be_ended(database):
    web = _sign_in(database, _token(database))
    with database.begin() as session:
        assert researchers.session_researcher(session, web, NOW).role == "owner"
        assert researchers.session_researcher(session, web, NOW + timedelta(days=30)) is None
        assert researchers.session_researcher(session, "other", NOW) is None
        researchers.sign_out(session, web, NOW)
        assert researchers.session_researcher(session, web, NOW) is None


def test_a_sign_in_link_works_once(database):
    token = _token(database)
    _sign_in(database, token)
    with pytest.raises(UsedLinkError):
        _sign_in(database, token)
    with pytest.raises(UsedLinkError):
        _sign_in(database, token, now=NOW + timedelta(days=2))


def test_an_expired_or_unknown_link_signs_nobody_in(database):
    token = _token(database)
    with pytest.raises(ExpiredLinkError, match=r"An owner .* can make a new one on the page People"):
        _sign_in(database, token, now=NOW + timedelta(days=1))
    with pytest.raises(UnknownLinkError):
        _sign_in(database, token + "x")
    with database.session() as session:
        assert session.scalars(select(WebSession)).all() == []


def test_of_browsers_that_race_for_one_link_one_gets_in(database):
    token, outcomes = _token(database), []

    def race():
        try:
            outcomes.append(bool(_sign_in(database, token)))
        except UsedLinkError:
            outcomes.append(False)

    threads = [threading.Thread(target=race) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 11 + [True]


def test_the_database_holds_no_token(database):
    token = _token(database)
    web = _sign_in(database, token)
    with database.session() as session:
        kept = [
            *session.scalars(select(SignInToken.token_hash)),
            *session.scalars(select(WebSession.token_hash)),
        ]
    assert not {token, web} & set(kept)
