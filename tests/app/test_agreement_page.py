"""The agreement report on its page: its numbers are those of `findings`; a reader sees one study alone."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from app.gate import own_app
from app.identity import READER_COOKIE, signed
from app.installation import installation
from app.routes import routes
from study.access import sharing
from study.findings.summary import findings
from study.reporting import numbers
from study.reporting.sections import FIGURE6, sections
from study.trial.trials import trials
from tests.app.test_researcher_pages import draw, text

NOW = datetime.now(UTC)


def found_in(program, study):
    with program.database.session() as session:
        return findings(trials(session, study), [f"P{at:02}" for at in range(1, 7)])


def share(program, study, **options):
    with program.database.begin() as session:
        return sharing.share(session, study, None, secret=program.secret, now=NOW, **options)


def reader(program, token):
    return {READER_COOKIE: signed(program.secret, READER_COOKIE, token)}


def read() -> AppTest:
    script = """
import streamlit as st
from app.researcher import agreement_shared
st.navigation([agreement_shared.entry()])
agreement_shared.page()
"""
    return AppTest.from_string(script, default_timeout=90).run()


def same(shown, wanted):
    pd.testing.assert_frame_equal(
        shown.reset_index(drop=True), wanted.reset_index(drop=True), check_dtype=False, check_names=False
    )


@pytest.mark.parametrize("group", [None, "Inter-agreement", "Bias and quality of the answers", "All numbers"])
def test_every_table_on_the_page_is_that_of_the_findings(program, visit_as, group):
    visit_as(program.researcher_cookies())
    test = draw("agreement", study="2")
    if group is not None:
        test.segmented_control(key="findings-group").set_value(group).run()
    assert not test.exception
    found = found_in(program, 2)
    chosen = group or "Preference (Experiment 1)"
    wanted = [one for one in sections(found) if one.group in (FIGURE6, chosen)]
    tables = [rows for one in wanted for rows in (one.data, *one.tables.values()) if len(rows)]
    if group == "All numbers":
        headline = numbers.headline_table(found, found.without_flagged)
        tables += [numbers.estimates_table(found), headline, numbers.tests_table(found)]
    assert len(test.dataframe) == len(tables)
    for shown, rows in zip(test.dataframe, tables, strict=True):
        same(shown.value, rows)
    assert len(test.get("plotly_chart")) == sum(one.draw is not None for one in wanted)


def test_figure_6_comes_first_with_what_it_means_and_how_it_was_computed(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("agreement", study="2")
    headings = [heading.value for heading in test.subheader]
    assert [heading[:8] for heading in headings[:3]] == ["Fig. 6-a", "Fig. 6-b", "Fig. 6-c"]
    written = text(test)
    assert "First-time answers of Experiment 1" in written
    assert "chose soft more often" in written
    assert written.count("Answers of simulated participants") == len(test.get("plotly_chart")) + 1


def test_filters_leave_in_what_they_say_and_can_leave_nothing(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("agreement", study="2")
    test.multiselect(key="people-2").set_value(["P01", "P02"]).run()
    test.multiselect(key="experiments-2").set_value([1]).run()
    assert not test.exception
    with program.database.session() as session:
        rows = trials(session, 2)
    kept = rows[rows["participant"].isin(("P01", "P02")) & (rows["experiment"] == 1)]
    assert "participants P01, P02; Experiment 1" in test.info[1].value
    same(test.dataframe[0].value.head(2), findings(kept).preference.by_participant)
    test.multiselect(key="kinds-2").set_value(["overlap"]).run()
    test.multiselect(key="emotions-2").set_value(["Contempt"]).run()
    test.multiselect(key="subsets-2").set_value(["Difficult"]).run()
    assert not test.exception


def test_an_open_study_says_what_it_waits_for_and_then_shows_it(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("agreement", study="1")
    assert test.subheader[0].value == "No answers yet"
    assert "invitation link" in text(test)
    assert not test.get("download_button")
    program.answer()
    test.run()
    assert "208 answers of 4 participants" in text(test)
    assert "imulated" not in text(test)
    assert len(test.get("download_button")) == 2


def test_the_study_that_is_chosen_is_shown(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("agreement")
    assert test.selectbox[0].value == "2"
    test.selectbox[0].select_index(0).run()
    assert "No answers yet" in [heading.value for heading in test.subheader]
    assert test.query_params["study"] in ("1", ["1"])


def test_links_are_made_and_taken_back_by_those_who_may_invite(program, visit_as):
    visit_as(program.researcher_cookies("researcher"))
    test = draw("agreement", study="2")
    test.button(key="make-link").click().run()
    token = test.code[0].value.split("/share/")[1]
    with program.database.session() as session:
        assert sharing.shared_study(session, token, NOW + timedelta(days=29)).id == 2
    test.button(key="unshare-1").click().run()
    assert not test.code
    visit_as(program.researcher_cookies("reader"))
    test = draw("agreement", study="2")
    assert "make-link" not in [button.key for button in test.button]
    # A reader of the whole installation sees findings and no raw answers.
    assert len(test.get("download_button")) == 1


def test_a_reader_sees_the_report_of_the_shared_study(program, visit_as):
    visit_as(reader(program, share(program, 2)))
    test = read()
    assert not test.exception
    assert "(simulated)" in test.title[0].value
    assert [heading.value[:8] for heading in test.subheader[:3]] == ["Fig. 6-a", "Fig. 6-b", "Fig. 6-c"]
    same(test.dataframe[0].value.head(6), found_in(program, 2).preference.by_participant)
    assert not test.selectbox
    assert len(test.get("download_button")) == 1


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unknown", "not one of ours"),
        ("revoked", "has been taken back"),
        ("expired", "The time of this link is over"),
        ("absent", "Open the link that you were sent"),
        ("unsigned", "Open the link that you were sent"),
    ],
)
def test_a_link_that_opens_nothing_says_why(program, visit_as, state, said):
    token = share(program, 2, expires_at=NOW - timedelta(days=1) if state == "expired" else None)
    if state == "revoked":
        with program.database.begin() as session:
            sharing.unshare(session, 1, None, now=NOW)
    cookies = reader(program, f"{token}x" if state == "unknown" else token)
    visit_as({"absent": {}, "unsigned": {READER_COOKIE: token}}.get(state, cookies))
    test = read()
    assert not test.exception
    assert said in test.warning[0].value
    assert not test.dataframe
    assert not test.get("plotly_chart")


@pytest.mark.parametrize("room", ["studies", "gallery", "image", "agreement"])
def test_a_reader_of_a_link_sees_no_other_room(program, visit_as, room):
    visit_as(reader(program, share(program, 2)))
    test = draw(room, set="1", image="1", study="1")
    assert "signed-in researchers" in test.warning[0].value
    assert len(test.main.children) == 1


def test_the_link_sets_a_cookie_of_its_own_and_opens_no_image(program):
    token = share(program, 2)
    with TestClient(own_app(routes(installation)), base_url="http://testserver") as client:
        answer = client.get(f"/share/{token}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/shared")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{READER_COOKIE}=")
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert client.get("/media/labels/1/3?w=160").status_code == 401
        assert client.get("/api/trial/state").status_code == 401
        assert client.get(f"/share/{token}x", follow_redirects=False).status_code == 404
        with program.database.begin() as session:
            sharing.unshare(session, 1, None, now=NOW)
        assert client.get(f"/share/{token}", follow_redirects=False).status_code == 410


def test_the_report_that_is_downloaded_has_the_numbers_of_the_page(program, visit_as):
    from study.reporting.page import report_html

    visit_as(program.researcher_cookies())
    test = draw("agreement", study="2")
    meaning = next(one.meaning for one in sections(found_in(program, 2)))
    assert meaning.split("soft ")[1].split(",")[0].split(" ")[0] in text(test)
    with program.database.session() as session:
        assert meaning.replace("'", "&#39;") in report_html(session, 2, now=NOW).replace("&#x27;", "&#39;")
