"""A study's report: findings, sections and provenance, as one page, as numbers, and as figure files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from study.errors import StudyError
from study.findings.estimate import Estimate
from study.findings.summary import Findings, findings
from study.reporting.section import marked_as_simulated
from study.reporting.sections import Section, numbered, sections
from study.reporting.source import Source
from study.reporting.versions import versions

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
    shown = numbered(sections(found, made_of.facts.design.get("experiments", (1, 2))))
    if made_of.facts.simulated:
        shown = [marked_as_simulated(one) for one in shown]
    return Report(made_of, options, found, left_out, flagged, whole, without, shown, versions(), now)


def _findings(trials: Any, participants: Sequence[str], options: Options) -> Findings:
    rng = np.random.default_rng(options.seed) if options.resamples else None
    return findings(trials, participants, options.resamples, rng)
