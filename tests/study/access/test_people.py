import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from db.tables import Researcher
from study.access import passwords, people, researchers
from study.access.audit import audit_log
from study.access.passwords import right_password, set_password, sign_in_by_password
from study.errors import PasswordError, PeopleError, RevokedLinkError, TooManyAttemptsError, UsedLinkError
from tests.small_study import NOW, SECRET, empty_database

GOOD = "correct horse battery staple"


@pytest.fixture
def database(tmp_path):
    database = empty_database(tmp_path)[1]
    with database.begin() as session:
        researchers.owner(session, now=NOW)
    return database


def _invite(database, name="Second", role="researcher"):
    with database.begin() as session:
        return people.invite_person(session, name, role, by=1, now=NOW)


def _password(database, researcher_id=1, password=GOOD):
    with database.begin() as session:
        set_password(session, session.get_one(Researcher, researcher_id), password, now=NOW)


def _try(database, name, password, now=NOW):
    return sign_in_by_password(database, name, password, secret=SECRET, now=now)


def test_an_invited_person_comes_in_by_the_link_and_has_their_role(database):
    token = _invite(database, role="reader")
    with database.begin() as session:
        web = researchers.sign_in(session, token, NOW)
        assert researchers.session_researcher(session, web, NOW).role == "reader"
        listed = people.people(session, NOW)
    assert list(listed["name"]) == ["Owner", "Second"]
    assert list(listed["browsers"]) == [0, 1]


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [("", "reader", "1 to 80"), ("Owner", "reader", "already"), ("New", "king", "is none of owner")],
)
def test_a_person_who_cannot_be_invited_is_refused_in_words(database, name, role, said):
    with pytest.raises(PeopleError, match=said):
        _invite(database, name, role)


def test_a_password_is_kept_as_an_argon2_hash_and_opens_a_session(database):
    _password(database)
    with database.session() as session:
        owner = session.get_one(Researcher, 1)
        assert owner.password_hash.startswith("$argon2id$")
        assert GOOD not in owner.password_hash
        assert right_password(owner, GOOD)
        assert not right_password(owner, GOOD + "!")
    token = _try(database, "Owner", GOOD)
    with database.session() as session:
        assert researchers.session_researcher(session, token, NOW).name == "Owner"


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "my name is owner!"])
def test_a_weak_password_is_refused(database, password):
    with pytest.raises(PasswordError):
        _password(database, password=password)


def test_a_password_typed_on_another_system_is_the_same(database):
    _password(database, password="caf\u00e9 au lait, s'il te pla\u00eet")
    assert _try(database, "Owner", "cafe\u0301 au lait, s'il te plai\u0302t")


def test_wrong_names_and_passwords_are_refused_alike_and_logged_without_the_name_typed(database):
    _password(database)
    assert _try(database, "Owner", "wrong password") is None
    assert _try(database, GOOD, "typed into the wrong box") is None
    with database.session() as session:
        refused = audit_log(session, action="researcher.refused")
    assert list(refused["who"]) == ["somebody not signed in"] * 2
    assert refused["subject"].iloc[0].startswith("a name that nobody has (")
    assert refused["subject"].iloc[1] == "Owner"
    assert GOOD not in refused.to_string()


@pytest.mark.parametrize("name", ["Owner", "nobody at all"])
def test_a_name_that_nobody_has_waits_like_one_that_somebody_has(database, name):
    """So that waiting does not tell which names exist; another unknown name need not wait."""
    _password(database)
    for _ in range(10):
        assert _try(database, name, "wrong password") is None
    with pytest.raises(TooManyAttemptsError):
        _try(database, name, "wrong password")
    assert _try(database, "another name", "wrong password") is None


def test_guessing_many_passwords_at_once_is_no_way_around_the_wait(database):
    _password(database)

    def guess(number):
        try:
            return _try(database, "Owner", f"wrong password {number}")
        except TooManyAttemptsError:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(16)))
    assert (said.count(None), said.count("refused")) == (10, 6)


def test_checking_a_password_keeps_no_writer_waiting(database, monkeypatch):
    """The hash takes a tenth of a second: within a write, a stranger's guesses would hold up all answers."""
    _password(database)
    free = []

    def slow(kept, password):
        with closing(sqlite3.connect(database.engine.url.database, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
            free.append(True)
        return False

    monkeypatch.setattr(passwords, "_verified", slow)
    assert _try(database, "Owner", GOOD) is None
    assert free


def test_a_forgotten_password_is_taken_away_by_an_owner_and_set_anew_by_a_link(database):
    _password(database)
    with database.begin() as session:
        people.remove_password(session, 1, by=1, now=NOW)
    assert _try(database, "Owner", GOOD) is None
    _password(database, password="another horse, another battery")
    assert _try(database, "Owner", "another horse, another battery")


def test_signing_out_everywhere_ends_links_that_wait_too(database):
    with database.begin() as session:
        waiting = people.new_link(session, 1, by=1, now=NOW)
        people.sign_out_everywhere(session, 1, by=1, now=NOW)
        with pytest.raises(UsedLinkError):
            researchers.sign_in(session, waiting, NOW)


def test_after_ten_wrong_passwords_a_name_waits_a_quarter_of_an_hour(database):
    _password(database)
    for _ in range(10):
        _try(database, "Owner", "wrong password")
    with pytest.raises(TooManyAttemptsError, match="quarter of an hour"):
        _try(database, "Owner", GOOD)
    assert _try(database, "Owner", GOOD, NOW + timedelta(minutes=16))


def test_somebody_without_a_password_cannot_come_in_by_one(database):
    assert _try(database, "Owner", "") is None


def test_whoever_is_shut_out_is_signed_out_and_no_link_opens(database):
    token, unused = _invite(database), None
    with database.begin() as session:
        web = researchers.sign_in(session, token, NOW)
        unused = people.new_link(session, 2, by=1, now=NOW)
        people.shut_out(session, 2, by=1, now=NOW)
    with database.begin() as session:
        assert researchers.session_researcher(session, web, NOW) is None
        with pytest.raises(RevokedLinkError):
            researchers.sign_in(session, unused, NOW)
        with pytest.raises(PeopleError, match="shut out"):
            people.new_link(session, 2, by=1, now=NOW)
        people.let_in_again(session, 2, by=1, now=NOW)
        assert people.new_link(session, 2, by=1, now=NOW)


@pytest.mark.parametrize(
    "act",
    [
        lambda session: people.change_role(session, 1, "reader", by=1, now=NOW),
        lambda session: people.shut_out(session, 1, by=1, now=NOW),
    ],
)
def test_the_only_owner_stays_until_there_is_another(database, act):
    with pytest.raises(PeopleError, match="the only owner"), database.begin() as session:
        act(session)
    _invite(database, role="owner")
    with database.begin() as session:
        act(session)


def test_signing_out_everywhere_ends_every_browser(database):
    tokens = []
    for _ in range(3):
        with database.begin() as session:
            link = people.new_link(session, 1, by=1, now=NOW)
            tokens.append(researchers.sign_in(session, link, NOW))
    with database.begin() as session:
        assert people.sign_out_everywhere(session, 1, by=1, now=NOW) == 3
        assert [researchers.session_researcher(session, token, NOW) for token in tokens] == [None] * 3


def test_the_provider_knows_a_person_by_one_address(database):
    _invite(database)
    with database.begin() as session:
        people.set_subject(session, 2, "Second@Example.org ", by=1, now=NOW)
        assert people.known_to_provider(session, "second@example.ORG").id == 2
        with pytest.raises(PeopleError, match="belongs to Second"):
            people.set_subject(session, 1, "second@example.org", by=1, now=NOW)
        with pytest.raises(PeopleError, match="no e-mail"):
            people.set_subject(session, 1, "nobody", by=1, now=NOW)
        people.shut_out(session, 2, by=1, now=NOW)
        assert people.known_to_provider(session, "second@example.org") is None


def test_every_act_is_in_the_log_with_who_did_it(database):
    _invite(database)
    with database.begin() as session:
        people.change_role(session, 2, "reader", by=1, now=NOW)
        log = audit_log(session)
    assert list(log["action"]) == ["researcher.role_changed", "researcher.invited", "researcher.invited"]
    assert list(log["who"]) == ["Owner", "Owner", "the command line"]
    assert log["detail"].iloc[0] == {"from": "researcher", "to": "reader"}
