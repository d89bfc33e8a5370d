"""Sentences of a report's methods that hang on its answers: what was analysed, and how many comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.findings.trials import ATTENTION, response_ms
from study.reporting.report import Report
from study.reporting.wording import listed

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "first": "first-time answers",
    "self_repeat": "self-repeats",
    "overlap": "overlap answers",
    ATTENTION: "attention checks",
}


def analysed(report: Report) -> list[str]:
    """What was analysed and what was left out; how many numbers have an interval; made by which program."""
    trials = report.source.trials
    if trials.empty:
        return ["There are no answers to analyse yet."]
    return [
        _answers(trials),
        _left_out(report),
        *_times(trials),
        *_people(report),
        _comparisons(report),
        _program(report.versions),
    ]


def _answers(trials: pd.DataFrame) -> str:
    counts = trials["kind"].value_counts()
    of_kind = [f"{counts[kind]:,} {name}" for kind, name in KINDS.items() if counts.get(kind)]
    by_experiment = trials["experiment"].value_counts().sort_index()
    parts = [f"{count:,} of Experiment {number}" for number, count in by_experiment.items()]
    return f"{len(trials):,} answers were given: {listed(of_kind)} ({listed(parts)})."


def _left_out(report: Report) -> str:
    checks = " Attention checks serve to judge the quality of answers, and nothing else."
    said = checks if (report.source.trials["kind"] == ATTENTION).any() else ""
    if report.left_out:
        return f"The answers of flagged participants ({listed(report.left_out)}) were left out.{said}"
    return f"No answer was left out for being too fast, too slow or unlike the others.{said}"


def _times(trials: pd.DataFrame) -> list[str]:
    unknown = int((response_ms(trials) != response_ms(trials)).sum())
    return [f"{unknown:,} answers have no response time."] if unknown else []


def _people(report: Report) -> list[str]:
    """Unequal shares: each participant counts the same, however few their answers."""
    answers = report.found.quality.by_participant["answers"]
    if answers.empty or answers.min() == answers.max():
        return []
    return [
        f"The participants who answered gave between {answers.min():,} and {answers.max():,} answers and "
        "count the same in every mean, so that those with few answers make the intervals wider."
    ]


def _comparisons(report: Report) -> str:
    known = [one for one in report.found.estimates().values() if one.low is not None]
    if not known:
        return "No single number has a 95 % interval, so that nothing is compared."
    return (
        f"Nothing is corrected for the number of comparisons: of the {len(known)} single numbers with a 95 % "
        "interval about one in twenty is to be expected to miss its true value, and of the tables' rows as "
        "many. Groups that are named as largest and smallest were picked after looking. What was planned to "
        "be tested is for the preregistration to say."
    )


def _program(versions: dict[str, str]) -> str:
    made = f"FaceValue {versions['FaceValue']} (source {versions['source']}"
    commit = f", commit {versions['commit']}" if "commit" in versions else ""
    known = (
        f"{name} {versions[name]}" for name in ("Python", "numpy", "pandas", "scipy") if name in versions
    )
    return f"Everything was computed by {made}{commit}) with {', '.join(known)}."
