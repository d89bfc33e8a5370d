"""People and Your account: owners let others in; everybody has a password of their own."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from app.identity import RESEARCHER_COOKIE, unsigned
from db.tables import Researcher
from study.access.acts import Act
from study.access.audit import audit_log, note
from study.access.researchers import session_researcher

GOOD = "correct horse battery staple"


def draw(room: str) -> AppTest:
    script = (
        f"from app.researcher import account, people\ndict(account=account, people=people)[{room!r}].page()"
    )
    return AppTest.from_string(script, default_timeout=90).run()


def written(test: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "success", "warning", "error", "code")
    return "\n".join(str(element.value) for kind in kinds for element in test.get(kind))


@pytest.fixture
def as_role(empty_program, visit_as):
    def visit(role: str) -> Researcher:
        cookies = empty_program.researcher_cookies(role)
        visit_as(cookies)
        token = unsigned(empty_program.secret, RESEARCHER_COOKIE, cookies[RESEARCHER_COOKIE])
        with empty_program.database.session() as session:
            return session_researcher(session, token, datetime.now(UTC))

    return visit


@pytest.mark.parametrize("role", ["researcher", "reader"])
def test_only_owners_see_the_people(as_role, role):
    as_role(role)
    test = draw("people")
    assert f"you are a {role}" in written(test)
    assert not test.button


def test_an_owner_invites_somebody_and_is_shown_the_link_once(empty_program, as_role):
    as_role("owner")
    test = draw("people")
    name = next(field for field in test.text_input if field.label == "Name")
    name.set_value("Second")
    next(button for button in test.button if button.label == "Make the invitation").click()
    test.run()
    assert not test.exception
    assert "/signin/" in test.code[0].value
    assert "**Second**" in written(test)
    test.run()
    assert not test.code


def test_a_name_that_is_taken_is_refused_in_words(as_role):
    me = as_role("owner")
    test = draw("people")
    next(field for field in test.text_input if field.label == "Name").set_value(me.name)
    next(button for button in test.button if button.label == "Make the invitation").click()
    test.run()
    assert "already: give this person another name" in test.error[0].value


def test_the_only_owner_cannot_be_shut_out_and_the_page_says_why(as_role):
    as_role("owner")
    test = draw("people")
    next(button for button in test.button if button.label == "Shut out").click().run()
    assert "an owner first" in test.error[0].value


def test_a_password_is_set_and_the_two_must_agree(empty_program, as_role):
    as_role("reader")
    test = draw("account")
    new, again = (field for field in test.text_input if "ew" in field.label or "again" in field.label)
    new.set_value(GOOD)
    again.set_value(GOOD + "!")
    test.button[0].click().run()
    assert "not the same" in written(test)
    new, again = (field for field in test.text_input if "ew" in field.label or "again" in field.label)
    new.set_value(GOOD)
    again.set_value(GOOD)
    test.button[0].click().run()
    assert "Your password is set." in written(test)
    assert test.button[0].label == "Change the password"


def test_signing_out_everywhere_signs_this_browser_out_too(as_role):
    as_role("reader")
    test = draw("account")
    next(button for button in test.button if button.label == "Sign out everywhere").click().run()
    assert "signed-in researchers" in written(test)


def role_of(database, researcher_id, **values):
    with database.begin() as session:
        session.execute(update(Researcher).where(Researcher.id == researcher_id).values(**values))


LOST = [{"role": "reader"}, {"role": "researcher"}, {"disabled_at": datetime(2026, 1, 1, tzinfo=UTC)}]


@pytest.mark.parametrize("lost", LOST, ids=["made a reader", "made a researcher", "shut out"])
@pytest.mark.parametrize("button", ["Shut out", "Make a sign-in link", "Sign out everywhere"])
def test_a_page_that_was_drawn_for_an_owner_does_nothing_for_one_who_is_none_any_more(
    empty_program, as_role, lost, button
):
    """A button's callback runs before the page asks who is here."""
    other, me = as_role("owner"), as_role("owner")
    test = draw("people")
    role_of(empty_program.database, me.id, **lost)
    pressed = [one for one in test.button if one.label == button]
    pressed[0].click().run()
    assert not test.exception
    assert "/signin/" not in written(test)
    assert not test.dataframe
    with empty_program.database.session() as session:
        assert session.get(Researcher, other.id).disabled_at is None
        by_me = audit_log(session, who=me.id)
    assert list(by_me["action"]) == ["researcher.signed_in"]


def test_the_log_is_filtered_by_who_what_when_and_about_what(empty_program, as_role):
    me = as_role("owner")
    now = datetime.now(UTC)
    with empty_program.database.begin() as session:
        note(session, me.id, Act.STUDY_OPENED, "pilot", now=now - timedelta(days=9))
        note(session, None, Act.PARTICIPANT_ERASED, "pilot/P01", now=now)
        note(session, me.id, Act.LINKS_MADE, "other", {"links": 6}, now=now)
    test = draw("people")

    def acts():
        return list(test.dataframe[0].value["what"])

    assert acts()[:3] == ["made personal links", "withdrew, and had the answers erased", "opened a study"]
    assert "links 6" in test.dataframe[0].value["more"].iloc[0]
    test.selectbox(key="log-who").set_value("a participant").run()
    assert acts() == ["withdrew, and had the answers erased"]
    test.selectbox(key="log-who").set_value(me.id).run()
    assert set(test.dataframe[0].value["who"]) == {me.name}
    test.selectbox(key="log-what").set_value("link").run()
    assert acts() == ["made personal links"]
    test.selectbox(key="log-what").set_value("study.opened").run()
    assert acts() == ["opened a study"]
    test.text_input(key="log-about").set_value("PIL").run()
    assert acts() == ["opened a study"]
    test.text_input(key="log-about").set_value("%").run()
    assert "No act is all of that." in written(test)
    test.text_input(key="log-about").set_value("").run()
    today = now.date()
    test.date_input(key="log-when").set_value((today - timedelta(days=1), today)).run()
    assert "No act is all of that." in written(test)
    test.date_input(key="log-when").set_value((today - timedelta(days=10), today)).run()
    assert acts() == ["opened a study"]
