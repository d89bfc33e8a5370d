"""A study's report: findings, sections and provenance, as one page, as numbers, and as figure files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from study.errors import StudyError
from study.findings.estimate import Estimate
from study.findings.summary import Findings, findings
from study.reporting import numbers
from study.reporting.methods import analysed
from study.reporting.section import marked_as_simulated
from study.reporting.sections import Section, numbered, sections
from study.reporting.source import Source, source
from study.reporting.versions import versions

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How the findings are computed: without flagged participants? with how many bootstrap resamples?

    0 resamples take asymptotic and jackknife intervals. `seed` is the bootstrap's.
    """

    exclude_flagged: bool = False
    resamples: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.resamples < 0:
            raise StudyError(f"the number of bootstrap resamples must be 0 or more, not {self.resamples}")


@dataclass(frozen=True)
class Report:
    """Everything a report shows.

    `found` is what the figures show: all participants, or those without a flag where `options` say so;
    `left_out` are the participants that are then missing. `whole` and `without_flagged` are the headline
    numbers of all participants and of those without a flag, None where nobody is flagged.
    """

    source: Source
    options: Options
    found: Findings
    left_out: list[str]
    flagged: list[str]
    whole: dict[str, Estimate]
    without_flagged: dict[str, Estimate] | None
    sections: list[Section]
    versions: dict[str, str]
    made_at: datetime


def make_report(made_of: Source, options: Options, now: datetime, say: Say = lambda _: None) -> Report:
    """Compute the findings, through the same function as the dashboard, and put them in order.

    Raises:
        StudyError: all participants are flagged, and they were to be left out.
    """
    say("findings")
    found = _findings(made_of.trials, made_of.participants, options)
    flagged, whole, without = found.quality.flagged, found.headline(), found.without_flagged
    left_out = flagged if options.exclude_flagged else []
    if left_out:
        if without is None:
            raise StudyError("every participant who answered is flagged: nobody would be left")
        say("findings without flagged participants")
        kept = made_of.trials[~made_of.trials["participant"].isin(left_out)]
        people = [code for code in made_of.participants if code not in left_out]
        found = replace(_findings(kept, people, options), without_flagged=without)
    say("sections")
    shown = numbered(sections(found))
    if made_of.facts.simulated:
        shown = [marked_as_simulated(one) for one in shown]
    return Report(made_of, options, found, left_out, flagged, whole, without, shown, versions(), now)


def _findings(trials: Any, participants: Sequence[str], options: Options) -> Findings:
    rng = np.random.default_rng(options.seed) if options.resamples else None
    return findings(trials, participants, options.resamples, rng)


def report_html(session: Session, study_id: int, now: datetime, options: Options | None = None) -> str:
    """A study's report as one HTML page that needs no network; `now` is the time that it bears.

    Raises:
        NotFoundError: there is no such study.
        StudyError: it is an annotation study, or everybody is flagged and was to be left out.
    """
    from study.reporting.page import page

    return page(make_report(source(session, study_id), options or Options(), now))


def report_json(report: Report) -> dict[str, Any]:
    """Every number of a report, with what it was made of and by."""
    facts = report.source.facts
    return {
        "study": {
            name: getattr(facts, name)
            for name in ("name", "title", "state", "simulated", "seed", "preregistration", "erased")
        },
        "conduct": {
            "opened_at": facts.opened_at,
            "closed_at": facts.closed_at,
            "deadline": facts.deadline,
            "flow": dict(facts.flow),
            "deviations": list(facts.deviations),
            "analysed": analysed(report),
        },
        "labels": {"set": facts.label_set, "bundle": facts.bundle, "fingerprint": facts.fingerprint},
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "versions": report.versions,
        "options": {
            "exclude_flagged": report.options.exclude_flagged,
            "resamples": report.options.resamples,
            "seed": report.options.seed,
        },
        "left_out": report.left_out,
        **numbers.as_json(report.found),
        "flagged": report.flagged,
        "headline_of_all": {name: one.as_dict() for name, one in report.whole.items()},
    }
