from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError as RefusedError

from study.access.acts import Act
from study.access.audit import audit_log, note
from study.access.researchers import owner
from tests.small_study import empty_database

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    return empty_database(tmp_path)[1]


def test_acts_are_read_newest_first_with_their_actor(database):
    with database.begin() as session:
        person = owner(session, now=NOW)
        note(session, person.id, Act.STUDY_FROZEN, "pilot", {"questions": 40}, now=NOW)
        note(session, None, Act.PARTICIPANT_ERASED, "pilot/P01", now=NOW + timedelta(hours=1))
    with database.session() as session:
        found = audit_log(session)
        assert list(found["action"]) == ["participant.erased", "study.frozen", "researcher.invited"]
        assert found["who"].iloc[1] == "Owner"
        assert found["detail"].iloc[1] == {"questions": 40}
        assert list(audit_log(session, action="study")["subject"]) == ["pilot"]
        assert list(audit_log(session, subject="pilot/P01")["action"]) == ["participant.erased"]
        assert len(audit_log(session, limit=1, skip=1)) == 1


@pytest.mark.parametrize("change", ["UPDATE audit_event SET subject = 'x'", "DELETE FROM audit_event"])
def test_the_log_can_neither_be_changed_nor_shortened(database, change):
    with database.begin() as session:
        note(session, None, Act.STUDY_OPENED, "pilot", now=NOW)
    with pytest.raises(RefusedError, match="append-only"), database.begin() as session:
        session.execute(text(change))
