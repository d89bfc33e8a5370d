"""People and Your account: owners let others in; everybody has a password of their own."""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from app.identity import RESEARCHER_COOKIE, unsigned
from db.tables import Researcher
from study.access.researchers import session_researcher

GOOD = "correct horse battery staple"


def draw(room: str) -> AppTest:
    script = (
        f"from app.researcher import account, people\ndict(account=account, people=people)[{room!r}].page()"
    )
    return AppTest.from_string(script, default_timeout=20).run()


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
