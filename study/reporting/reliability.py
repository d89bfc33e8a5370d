"""Sections on agreement: with oneself, with one another, and beside what noise allows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from study.figures.curves import lag_figure
from study.figures.sides import ceiling_figure
from study.findings.summary import Findings
from study.reporting import meaning
from study.reporting.section import BETWEEN, SELF, Section


def self_agreement(found: Findings) -> Iterator[Section]:
    """Self-agreement of each participant, and by lag."""
    own = found.self_agreement
    yield Section(
        SELF,
        "self-agreement",
        "Self-agreement of each participant",
        meaning.coefficients("with themselves", own.overall, own.kappa, own.ac1),
        "First answer against the repeat: percent (Wilson), Cohen's kappa and Gwet's AC1 with chance taken "
        "within each experiment; means over participants with t intervals.",
        None,
        own.by_participant,
        {"By participant and experiment": own.by_experiment},
    )
    yield Section(
        SELF,
        "self-agreement-by-lag",
        "Self-agreement and the questions in between",
        meaning.lag(found.retest),
        "Repeats in six bands of equally many by their lag; means over participants. The change for a "
        "doubling of the lag is the mean of the participants' least-squares slopes.",
        lambda colours: lag_figure(found.retest, colours),
        found.retest.by_lag,
        {"With sides as before and exchanged": found.retest.by_participant},
    )


def inter_agreement(found: Findings) -> Iterator[Section]:
    """Agreement of each pair and of all, and the noise ceiling."""
    between = found.inter_agreement
    yield Section(
        BETWEEN,
        "inter-agreement",
        "Inter-agreement of each pair",
        meaning.coefficients("with one another", between.overall, between.kappa, between.ac1),
        "The questions that both of a pair answered: percent (Wilson), Cohen's kappa, Gwet's AC1; means over "
        "pairs, whose intervals count that pairs have participants in common (social relations model).",
        None,
        between.by_pair[between.by_pair["n"] > 0].reset_index(drop=True),
        {
            f"All participants at once, Experiment {experiment}": pd.DataFrame(
                [{"coefficient": name, **one.as_dict()} for name, one in coefficients.items()]
            )
            for experiment, coefficients in between.of_all.items()
        },
    )
    yield Section(
        BETWEEN,
        "noise-ceiling",
        "Agreement beside the most that noise allows",
        meaning.ceiling(found.ceiling),
        "The ceiling of a pair is the root of the product of the two self-agreements (Cauchy-Schwarz; cf. "
        "Spearman 1904); by chance a pair may come out above it.",
        lambda colours: ceiling_figure(found.ceiling, colours),
        found.ceiling,
    )
