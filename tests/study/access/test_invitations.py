from datetime import timedelta

import pytest
from sqlalchemy import select

from db.tables import Invitation
from study import studies
from study.access import invitations as registration
from study.access.tokens import token_hash
from study.errors import (
    ExpiredLinkError,
    NotFoundError,
    RevokedLinkError,
    StudyClosedError,
    UnknownLinkError,
)
from tests.small_study import NOW, SECRET, small_study


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


def _accept(here, token, now=NOW):
    with here.database.session() as session:
        return registration.accept(session, token, now=now).code


def test_a_link_lets_its_participant_in_again_and_again(here):
    assert [_accept(here, here.tokens["P02"]) for _ in range(3)] == ["P02"] * 3


def test_the_database_holds_no_token(here):
    with here.database.session() as session:
        kept = [(row.token_hash, row.nonce) for row in session.scalars(select(Invitation))]
    assert {hashed for hashed, _ in kept} == {token_hash(token) for token in here.tokens.values()}
    assert not set(here.tokens.values()) & {value for pair in kept for value in pair}


def test_links_can_be_shown_again_with_the_secret_alone(here):
    with here.database.session() as session:
        again = registration.invitation_links(session, here.study_id, SECRET)
        other = registration.invitation_links(session, here.study_id, b"another secret")
    assert dict(zip(again["participant"], again["token"], strict=True)) == here.tokens
    assert not set(other["token"]) & set(again["token"])


def test_inviting_all_again_makes_no_new_links(here):
    with here.database.begin() as session:
        links = registration.invite_all(session, here.study_id, secret=SECRET, now=NOW)
    assert len(links) == 2


def test_each_link_that_lets_nobody_in_says_why(here):
    with here.database.begin() as session:
        soon = NOW + timedelta(hours=1)
        token = registration.invite(session, 1, secret=SECRET, now=NOW, expires_at=soon)
        registration.revoke_all(session, here.participants["P02"], now=NOW)
    assert _accept(here, token) == "P01"
    with pytest.raises(ExpiredLinkError, match="ask the researchers"):
        _accept(here, token, now=soon)
    with pytest.raises(RevokedLinkError):
        _accept(here, here.tokens["P02"])
    for unknown in ("", "x", here.tokens["P01"] + "x", here.tokens["P01"].swapcase()):
        with pytest.raises(UnknownLinkError):
            _accept(here, unknown)
    with pytest.raises(StudyClosedError, match="has ended"):
        _accept(here, here.tokens["P01"], now=NOW + timedelta(days=7))
    with here.database.begin() as session:
        studies.close_study(session, here.study_id)
    with pytest.raises(StudyClosedError, match="has ended"):
        _accept(here, here.tokens["P01"])


def test_a_paused_study_still_knows_its_participants(here):
    with here.database.begin() as session:
        studies.pause_study(session, here.study_id)
    assert _accept(here, here.tokens["P01"]) == "P01"


def test_nobody_cannot_be_invited_and_no_link_revoked(here):
    with here.database.begin() as session:
        with pytest.raises(NotFoundError, match="no participant 99"):
            registration.invite(session, 99, secret=SECRET, now=NOW)
        with pytest.raises(NotFoundError, match="no participant 99"):
            registration.revoke_all(session, 99, now=NOW)
