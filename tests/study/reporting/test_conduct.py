"""What a report tells of a study's conduct, from the acts that the program itself did."""

from datetime import timedelta

import numpy as np
import pytest

from db.tables import Study
from study.field.doors import close_door, extend_participant, extend_study, open_door, pause_door
from study.field.replacement import replace
from study.reporting.as_json import report_json
from study.reporting.conduct import FLOW, flow_rows
from study.reporting.page import page
from study.reporting.report import Options, make_report
from study.reporting.source import facts, source
from study.stages.loss import lost
from study.stages.withdrawal import erase
from tests.small_study import NOW, QUESTIONS, small_study
from tests.study.answered import answered_study, give


def told(here):
    with here.database.session() as session:
        return facts(session, session.get_one(Study, here.study_id))


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path / "data")


def test_a_study_that_went_as_planned_has_no_deviation(tmp_path):
    here = answered_study(tmp_path / "data")
    with here.database.begin() as session:
        close_door(session, here.study_id, now=NOW + timedelta(hours=1))
    found = told(here)
    assert found.deviations == ()
    assert (found.flow["places"], found.flow["finished"], found.flow["unfinished"]) == (2, 2, 0)
    assert set(found.flow) == set(FLOW)
    with here.database.session() as session:
        html = page(make_report(source(session, here.study_id), Options(), NOW))
    assert "No deviation from the plan is recorded." in html
    assert "In the field from 02 March 2026 to 02 March 2026" in html


def test_deadlines_pauses_and_an_early_close_are_told(here):
    later = NOW + timedelta(days=3)
    with here.database.begin() as session:
        extend_study(session, here.study_id, later, now=NOW)
        extend_participant(session, here.participants["P01"], NOW + timedelta(days=2), now=NOW)
        pause_door(session, here.study_id, now=NOW)
        open_door(session, here.study_id, now=NOW)
        close_door(session, here.study_id, now=NOW + timedelta(days=1))
    first, *rest = told(here).deviations
    assert first.startswith("The deadline was moved from ")
    assert first.endswith(" to 2026-03-05.")
    assert rest == [
        "The study was paused once.",
        "A participant was given a deadline of their own once.",
        "The study was closed, before its deadline of 2026-03-05, while 2 participants had questions left; "
        "the answers that they had given are in the findings.",
    ]


def test_a_study_opened_again_is_told(here):
    with here.database.begin() as session:
        close_door(session, here.study_id, now=NOW)
        open_door(session, here.study_id, now=NOW)
    assert told(here).deviations == ("The study was opened again after it had been closed.",)


def test_replaced_and_erased_participants_are_counted_and_not_named(here):
    here.agree("P01", "P02")
    for number, question in enumerate(here.question_ids("P01")[:3]):
        give(here, "P01", number, question, "left")
    with here.database.begin() as session:
        replace(session, here.participants["P01"], now=NOW, rng=np.random.default_rng(1))
        gone = here.participants["P02"]
        erase(session, gone, lost(session, gone), NOW)
    found = told(here)
    assert {words: count for count, words in flow_rows(found.flow)} == {
        FLOW["places"]: 3,
        FLOW["replacements"]: 1,
        FLOW["agreed"]: 1,
        FLOW["began"]: 1,
        FLOW["erased"]: 1,
        FLOW["replaced"]: 1,
        FLOW["unfinished"]: 1,
    }
    assert [one[:27] for one in found.deviations] == [
        "1 participant was replaced:",
        "1 participant has had their"[:27],
    ]
    assert "P0" not in " ".join(found.deviations)


def test_the_methods_say_what_was_analysed_and_how_often_it_was_looked(tmp_path):
    here = answered_study(tmp_path / "data")
    with here.database.session() as session:
        report = make_report(source(session, here.study_id), Options(), NOW)
    said = report_json(report)["conduct"]["analysed"]
    assert said[0].startswith(f"{2 * QUESTIONS} answers were given: ")
    assert any(one.startswith("Nothing is corrected for the number of comparisons") for one in said)
    assert f"source {report.versions['source']}" in said[-1]
