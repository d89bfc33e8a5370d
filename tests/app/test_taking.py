"""Files that people take along: handed over to whoever may have them at the click, and in the audit log."""

from datetime import UTC, datetime, timedelta

import pytest

from app.identity import READER_COOKIE, RESEARCHER_COOKIE, signed
from app.installation import Installation
from app.researcher.taking import File, NotAllowedError, hand_over
from db.tables import Researcher
from db.writer import Writer
from study.access import people, researchers, sharing
from study.access.acts import Act
from study.access.audit import audit_log
from tests.small_study import NOW, SECRET, small_study

FILE = File(lambda: b"answers", Act.STUDY_EXPORTED, "small", {"rows": 3})
REPORT = File(lambda: b"report", Act.STUDY_REPORTED, "small", roles=("owner", "reader"), shared=1)


@pytest.fixture
def place(tmp_path):
    here = small_study(tmp_path)
    installation = Installation(here.settings, here.database, SECRET, Writer(here.database))
    yield installation
    installation.close()


def signed_in(place, role):
    with place.database.begin() as session:
        person = researchers.add_researcher(session, f"A {role}", role, now=NOW)
        token = researchers.new_session(session, person.id, NOW)
    return {RESEARCHER_COOKIE: signed(SECRET, RESEARCHER_COOKIE, token)}, person.id


def log(place):
    with place.database.session() as session:
        return audit_log(session)[["who", "action", "subject", "detail"]].values.tolist()


def test_a_file_is_handed_over_with_its_row_in_the_log(place):
    cookies, _ = signed_in(place, "researcher")
    assert hand_over(place, cookies, FILE, NOW) == b"answers"
    assert log(place)[:1] == [["A researcher", "study.exported", "small", {"rows": 3}]]


@pytest.mark.parametrize("change", ["signed out", "shut out", "made a reader"])
def test_an_open_page_hands_nothing_over_to_whom_the_door_was_closed(place, change):
    signed_in(place, "owner")
    cookies, me = signed_in(place, "researcher")
    with place.database.begin() as session:
        if change == "signed out":
            people.sign_out_everywhere(session, me, by=1, now=NOW)
        elif change == "shut out":
            people.shut_out(session, me, by=1, now=NOW)
        else:
            session.get_one(Researcher, me).role = "reader"
    with pytest.raises(NotAllowedError):
        hand_over(place, cookies, FILE, NOW)
    assert "study.exported" not in [row[1] for row in log(place)]


def test_a_stranger_gets_nothing(place):
    for cookies in ({}, {RESEARCHER_COOKIE: "x.y"}, {READER_COOKIE: signed(SECRET, READER_COOKIE, "x")}):
        for file in (FILE, REPORT):
            with pytest.raises(NotAllowedError):
                hand_over(place, cookies, file, NOW)
    assert [row[1] for row in log(place)] == ["links.made"]


def test_a_share_link_gives_its_own_report_alone_and_only_while_it_lasts(place):
    with place.database.begin() as session:
        token = sharing.share(session, 1, None, secret=SECRET, now=NOW, expires_at=NOW + timedelta(days=1))
    cookies = {READER_COOKIE: signed(SECRET, READER_COOKIE, token)}
    assert hand_over(place, cookies, REPORT, NOW) == b"report"
    assert log(place)[0] == ["a reader with a share link", "share_link.reported", "small", None]
    other = File(REPORT.make, REPORT.act, "other", roles=("owner",), shared=2)
    for file in (FILE, other):
        with pytest.raises(NotAllowedError):
            hand_over(place, cookies, file, NOW)
    with pytest.raises(NotAllowedError, match="is over"):
        hand_over(place, cookies, REPORT, datetime(2027, 1, 1, tzinfo=UTC))
