"""The report's numbers: of all answers as `findings` has them, and of those that a filter leaves in."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, update

from db.tables import Answer, Participant, Question
from study import dashboard
from study.dashboard import Answers, Filters
from study.errors import NotFoundError
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.summary import findings
from study.reporting import numbers
from study.trial import answers
from study.trial.posts import AnswerPost, UndoPost
from study.trial.trials import trials
from tests.small_study import NOW, QUESTIONS, small_study
from tests.study.findings.trial_tables import asked_twice, choices, table


@pytest.fixture
def here(tmp_path):
    study = small_study(tmp_path)
    study.agree("P01", "P02")
    return study


def answer(here, code, count, side="left"):
    for number, question in enumerate(here.question_ids(code)[:count]):
        post = AnswerPost(f"{code}-{question}-{side}", question, side, 900.0 + number, 0.0, None, "key", 0)
        with here.database.begin() as session:
            assert answers.record(session, here.participants[code], post, NOW).status == "stored"


def read(here):
    with here.database.session() as session:
        return dashboard.version(session, here.study_id), dashboard.answers(session, here.study_id)


def test_the_report_has_every_number_that_the_named_trials_have(here):
    answer(here, "P01", QUESTIONS)
    answer(here, "P02", QUESTIONS - 1)
    with here.database.session() as session:
        named = trials(session, here.study_id)
    shown = dashboard.report(read(here)[1])
    whole = findings(named, ["P01", "P02"])
    assert shown.answers == 2 * QUESTIONS - 1
    assert shown.estimates() == whole.estimates()
    assert numbers.as_json(shown) == numbers.as_json(whole)


def test_every_number_survives_a_filter_that_leaves_all_in(here):
    answer(here, "P01", QUESTIONS)
    given = read(here)[1]
    every = Filters(("P01", "P02"), (), ("Easy", "Challenging", "Difficult"), (1, 2), ())
    assert numbers.as_json(dashboard.report(given, every)) == numbers.as_json(dashboard.report(given))


def test_the_version_follows_answers_undos_and_erasures(here):
    seen = [read(here)[0]]
    answer(here, "P01", 1)
    seen.append(read(here)[0])
    with here.database.begin() as session:
        person = here.participants["P01"]
        last = answers.undo(session, person, UndoPost("undo-key", _last_question(session, person)), NOW)
    assert last.status == "undone"
    seen.append(read(here)[0])
    answer(here, "P01", 1, side="right")
    seen.append(read(here)[0])
    with here.database.begin() as session:
        session.execute(update(Participant).where(Participant.code == "P02").values(erased_at=NOW))
    seen.append(read(here)[0])
    assert len(set(seen)) == len(seen)
    assert seen[-1] == read(here)[0]


def _last_question(session, person):
    query = select(Question.public_id).join(Answer, Answer.question_id == Question.id)
    return session.scalar(query.where(Answer.participant_id == person).order_by(Answer.position.desc()))


def test_an_erased_participant_is_in_no_finding(here):
    answer(here, "P01", 3)
    answer(here, "P02", 3)
    with here.database.begin() as session:
        session.execute(update(Participant).where(Participant.code == "P02").values(erased_at=NOW))
    given = read(here)[1]
    assert given.participants == ["P01"]
    assert set(given.trials["participant"]) == {"P01"}
    with here.database.session() as session:
        assert set(trials(session, here.study_id)["participant"]) == {"P01"}


def test_a_study_without_answers_is_undefined_throughout(here):
    found = dashboard.report(read(here)[1])
    assert found.answers == 0
    assert all(one.estimate is None and one.reason for one in found.estimates().values())


def test_an_unknown_study_is_refused(here):
    with here.database.session() as session, pytest.raises(NotFoundError, match="no study 9"):
        dashboard.answers(session, 9)


@pytest.mark.parametrize(
    ("filters", "n"),
    [
        (Filters(participants=("P01",)), 4),
        (Filters(emotions=("Sad",)), 1),
        (Filters(subsets=("Difficult",)), 2),
        (Filters(experiments=(2,)), 3),
        (Filters(kinds=("first",)), 5),
        (Filters(participants=("P01",), experiments=(1,)), 3),
    ],
)
def test_filters_leave_in_what_they_name(filters, n):
    rows = [
        {"participant": "P01", "choice": "soft", "hard_label": "Sad", "subset": "Difficult"},
        {"participant": "P01", "choice": "soft", "subset": "Difficult"},
        {"participant": "P01", "choice": "hard", "kind": "overlap"},
        {"participant": "P01", "choice": "own", "experiment": 2},
        *choices("P02", experiment=2, own=2),
        {"participant": "P02", "choice": "soft", "kind": "overlap"},
    ]
    trials = table(*rows)
    found = dashboard.report(Answers(trials, ["P01", "P02"]), filters)
    assert found.answers == n


def test_flagged_participants_are_left_out_by_all_of_their_answers():
    quick = [{**row, "rt_ms": 100} for row in choices("P02", experiment=1, soft=20)]
    slow = [*asked_twice("P01", ("soft", "soft")), *choices("P01", soft=10)]
    given = Answers(table(*slow, *quick, *choices("P02", experiment=2, own=5)), ["P01", "P02", "P03"])
    assert dashboard.flagged(given) == ["P02"]
    # Experiment 2 alone has no quick answer, and yet P02 is left out.
    found = dashboard.report(given, Filters(experiments=(2,), without_flagged=True))
    assert found.participants == ["P01", "P03"]
    assert found.answers == 0


def test_a_filtered_report_is_the_findings_of_the_filtered_trials():
    drawn = simulate_trials(Design(4, 60), Population(), np.random.default_rng(3))
    drawn = drawn.astype({"participant": str})
    found = dashboard.report(Answers(drawn, ["P01", "P02", "P03", "P04"]), Filters(emotions=("Fear", "Sad")))
    own = findings(drawn[drawn["hard_label"].isin(("Fear", "Sad"))], ["P01", "P02", "P03", "P04"])
    assert found.estimates() == own.estimates()
    pd.testing.assert_frame_equal(found.preference.by_emotion, own.preference.by_emotion)
