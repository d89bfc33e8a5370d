"""The participant's pages: each step of the way, told kindly, and nothing stored that was not agreed to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from app.identity import PARTICIPANT_COOKIE, signed
from app.participant.consent import duration
from app.trial.markdown import safe_html
from app.trial.mount import script
from db.tables import OpenLink, Participant, Study
from study.participation import consent_version
from study.stages import consent, training
from study.stages.lessons import STEPS
from study.studies import close_study, pause_study
from study.wording.wording import wording


def take() -> AppTest:
    return AppTest.from_string("from app.participant import take\ntake.page()", default_timeout=90).run()


def text(test: AppTest) -> str:
    return "\n".join(str(one.value) for kind in ("title", "markdown", "error") for one in test.get(kind))


def component(test: AppTest) -> str:
    """The name of the one component on the page."""
    (shown,) = test.get("bidi_component")
    return shown.proto.component_name.rpartition(".")[2]


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label == label).click().run()


def person(program) -> Participant:
    """The first participant of the open study, as the database has it now."""
    with program.database.session() as session:
        query = select(Participant).where(Participant.code == "P01", Participant.simulated.is_(False))
        return session.scalars(query).one()


def agree(program) -> None:
    with program.database.begin() as session:
        consent.agree(session, person(program).id, "1", datetime.now(UTC))


def test_a_browser_without_a_cookie_is_told_how_to_come_in(program, visit_as):
    visit_as({})
    test = take()
    assert not test.exception
    assert test.title[0].value == "Please open your personal link"


def test_a_cookie_of_a_participant_who_is_no_more_is_told_the_same(program, visit_as):
    visit_as({PARTICIPANT_COOKIE: signed(program.secret, PARTICIPANT_COOKIE, "999999")})
    assert take().title[0].value == "Please open your personal link"


def test_consent_says_what_is_asked_how_long_and_what_is_kept(program, visit_as):
    visit_as(program.participant_cookies())
    test = take()
    assert not test.exception
    said = text(test)
    for words in (
        "describes it better",
        "belongs to it",
        "52 questions",
        "7 minutes",
        "P01",
        "stop at any time",
    ):
        assert words in said
    assert "Taking part is voluntary" in said
    assert [button.label for button in test.button] == ["I agree and take part", "No, thank you"]


def test_agreeing_keeps_the_version_and_leads_through_the_stages_to_the_questions(program, visit_as):
    visit_as(program.participant_cookies())
    test = press(take(), "I agree and take part")
    assert not test.exception
    assert test.title[0].value == "A few words about you"
    test = press(test, "Skip all of this")
    assert person(program).demographics == {}
    assert component(test) == "facevalue_training"
    with program.database.begin() as session:
        training.reach(session, person(program).id, STEPS, datetime.now(UTC))
    assert component(take()) == "facevalue_trial"
    agreed = person(program)
    with program.database.session() as session:
        shown = session.get_one(Study, agreed.study_id).consent_text
    assert agreed.consented_at is not None
    assert agreed.consent_version == consent_version(shown)


def test_declining_stores_nothing_and_can_be_thought_over(program, visit_as):
    visit_as(program.participant_cookies())
    test = press(take(), "No, thank you")
    assert test.title[0].value == "That is quite all right"
    assert person(program).consented_at is None
    test = press(test, "Read the consent again")
    assert "I agree and take part" in [button.label for button in test.button]


def test_agreeing_after_the_study_has_closed_stores_nothing(program, visit_as):
    visit_as(program.participant_cookies())
    test = take()
    with program.database.begin() as session:
        close_study(session, person(program).study_id)
    test = press(test, "I agree and take part")
    assert test.title[0].value == "The study is closed"
    assert person(program).consented_at is None


@pytest.mark.parametrize(
    ("end", "title"), [(pause_study, "The study has a break"), (close_study, "The study is closed")]
)
def test_a_door_that_is_shut_says_why_and_what_is_saved(program, visit_as, end, title):
    visit_as(program.participant_cookies())
    program.answer(participants=1, questions=3)
    with program.database.begin() as session:
        end(session, person(program).study_id)
    test = take()
    assert not test.exception
    assert test.title[0].value == title
    assert "3 of 52" in text(test)


def test_a_deadline_shuts_the_door(program, visit_as):
    visit_as(program.participant_cookies())
    agree(program)
    with program.database.begin() as session:
        study = session.get_one(Study, person(program).study_id)
        study.deadline = datetime.now(UTC) - timedelta(minutes=1)
    assert take().title[0].value == "The time for your answers is over"


def test_the_end_thanks_and_counts_the_answers(program, visit_as):
    visit_as(program.participant_cookies())
    program.answer(participants=1)
    test = take()
    assert not test.exception
    assert test.title[0].value == "Thank you"
    assert "All **52** of your answers are saved" in text(test)


def test_the_last_answer_can_be_taken_back_from_the_thanks(program, visit_as):
    visit_as(program.participant_cookies())
    program.answer(participants=1)
    test = press(take(), "Take the last answer back")
    assert component(test) == "facevalue_trial"
    assert person(program).finished_at is None


def test_who_came_by_a_link_with_a_completion_is_shown_code_and_way_back(program, visit_as):
    visit_as(program.participant_cookies())
    program.answer(participants=1)
    with program.database.begin() as session:
        mine = session.get_one(Participant, person(program).id)
        link = OpenLink(study_id=mine.study_id, token_hash="h", nonce="n", capacity=1, completion_code="C0DE")
        link.completion_url, link.created_at = "https://app.prolific.com/complete?cc=C0DE", datetime.now(UTC)
        session.add(link)
        session.flush()
        mine.open_link_id = link.id
    test = take()
    assert test.code[0].value == "C0DE"
    assert [one.proto.url for one in test.get("link_button")] == [link.completion_url]


@pytest.mark.parametrize(
    ("end", "title"),
    [
        ("withdrawn_at", "You have stopped"),
        ("erased_at", "Everything was erased"),
        ("disqualified_at", "Thank you for your time"),
        ("replaced_at", "Your place was passed on"),
    ],
)
def test_each_end_is_told_kindly(program, visit_as, end, title):
    visit_as(program.participant_cookies())
    with program.database.begin() as session:
        setattr(session.get_one(Participant, person(program).id), end, datetime.now(UTC))
    test = take()
    assert not test.exception
    assert test.title[0].value == title


def test_a_demographic_answer_is_kept_and_what_is_left_out_is_not(program, visit_as):
    visit_as(program.participant_cookies())
    agree(program)
    test = take()
    test.selectbox[0].select("25–34")
    test.text_input[0].input("Kenya")
    press(test, "Continue")
    assert person(program).demographics == {"age": "25–34", "country": "Kenya"}


def test_erasing_asks_twice_and_can_be_left(program, visit_as):
    visit_as(program.participant_cookies())
    program.answer(participants=1, questions=3)
    test = press(press(take(), "Stop taking part"), "Stop, and have everything erased")
    assert "3 of 52" in text(test)
    test = press(test, "No, go back")
    assert component(test) == "facevalue_trial"
    assert person(program).erased_at is None


def test_durations_in_words():
    assert [duration(minutes, wording()) for minutes in (1, 25, 89, 90, 203)] == [
        "1 minute",
        "25 minutes",
        "89 minutes",
        "2 hours",
        "3 hours",
    ]


def test_the_script_is_one_module_of_all_sources():
    joined = script()
    assert joined.count("export ") == 1
    assert "export default function mount" in joined
    assert "\nimport " not in joined


def test_instructions_keep_their_form_and_nothing_in_them_runs():
    shown = safe_html("Look *at* the [face](https://lab.org).\n\n- first")
    assert "<em>at</em>" in shown
    assert "<li>first</li>" in shown
    assert 'rel="noopener noreferrer"' in shown
    for text in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://elsewhere.org/seen.png)",
    ):
        assert not {"<script", "<img", 'href="javascript'} & {
            part for part in ("<script", "<img", 'href="javascript') if part in safe_html(text)
        }
