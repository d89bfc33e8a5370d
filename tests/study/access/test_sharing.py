from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from db.tables import ShareLink
from study.access import researchers
from study.access.audit import audit_log
from study.access.sharing import share, share_links, shared_study, unshare
from study.errors import ExpiredLinkError, NotFoundError, RevokedLinkError, UnknownLinkError
from tests.small_study import SECRET, small_study

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


def made(here, **options):
    with here.database.begin() as session:
        owner = researchers.owner(session, now=NOW)
        return share(session, here.study_id, owner.id, secret=SECRET, now=NOW, **options)


def opens(here, token, now=NOW):
    with here.database.session() as session:
        return shared_study(session, token, now).id


def test_a_link_opens_its_study_and_only_its_hash_is_kept(here):
    token = made(here)
    assert opens(here, token) == here.study_id
    with here.database.session() as session:
        link = session.scalars(select(ShareLink)).one()
        assert token not in (link.token_hash, link.nonce)
        shown = share_links(session, here.study_id, SECRET, NOW)
        assert shown["token"].tolist() == [token]
        assert share_links(session, here.study_id, b"x" * 32, NOW)["token"].tolist() != [token]


def test_unknown_expired_and_revoked_links_are_told_apart(here):
    token = made(here, expires_at=NOW + timedelta(days=1))
    with pytest.raises(UnknownLinkError):
        opens(here, token[:-1])
    with pytest.raises(ExpiredLinkError):
        opens(here, token, NOW + timedelta(days=1))
    with here.database.begin() as session:
        unshare(session, 1, None, now=NOW)
    with pytest.raises(RevokedLinkError):
        opens(here, token)


def test_links_are_listed_with_their_state_and_without_the_tokens_of_dead_ones(here):
    made(here, expires_at=NOW + timedelta(days=1))
    made(here)
    with here.database.begin() as session:
        unshare(session, 2, None, now=NOW)
        later = share_links(session, here.study_id, SECRET, NOW + timedelta(days=2))
    assert later["state"].tolist() == ["revoked", "expired"]
    assert later["token"].tolist() == [None, None]
    assert later["made_by"].tolist() == ["Owner", "Owner"]


def test_making_and_taking_back_are_in_the_audit_log_once(here):
    made(here)
    with here.database.begin() as session:
        unshare(session, 1, None, now=NOW)
        unshare(session, 1, None, now=NOW)
        log = audit_log(session, action="share_link")
    assert log["action"].tolist() == ["share_link.revoked", "share_link.made"]


def test_unknown_studies_and_links_are_refused(here):
    with here.database.begin() as session:
        with pytest.raises(NotFoundError, match="no study 9"):
            share(session, 9, None, secret=SECRET, now=NOW)
        with pytest.raises(NotFoundError, match="no share link 9"):
            unshare(session, 9, None, now=NOW)
