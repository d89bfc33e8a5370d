"""The findings in the order a reader meets them: each with its figure, its tables and two sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from functools import partial

import pandas as pd

from study.figures.agreement_graph import agreement_graph
from study.figures.curves import psychometric_figure
from study.figures.figure6 import accuracy_figure, preference_figure
from study.figures.shares import accuracy_by, preference_by
from study.findings.estimate import Estimate
from study.findings.summary import Findings
from study.reporting import meaning
from study.reporting.reliability import inter_agreement, self_agreement
from study.reporting.section import DISCRIMINATION, FIGURE6, PREFERENCE, Section
from study.reporting.trust import engine, quality

__all__ = ["FIGURE6", "Section", "accuracy_by_margin", "agreement_data", "numbered", "sections"]


def sections(found: Findings, experiments: Sequence[int] = (1, 2)) -> list[Section]:
    """All findings, Fig. 6-a, b and c first, without those of an experiment that the study does not have."""
    absent = {number for number in (1, 2) if number not in experiments}
    told = [
        *_figure6(found),
        *_preference(found),
        *_discrimination(found),
        *self_agreement(found),
        *inter_agreement(found),
        *quality(found),
        *engine(found),
    ]
    return [one for one in told if _EXPERIMENT.get(one.key, _EXPERIMENT.get(one.group)) not in absent]


_EXPERIMENT = {"figure-6a-preference": 1, PREFERENCE: 1, "figure-6b-accuracy": 2, DISCRIMINATION: 2}


def _figure6(found: Findings) -> Iterator[Section]:
    chosen, told, own, between = (
        found.preference,
        found.discrimination,
        found.self_agreement,
        found.inter_agreement,
    )
    yield Section(
        FIGURE6,
        "figure-6a-preference",
        "Fig. 6-a: which label people prefer",
        meaning.preference(chosen),
        "First-time answers of Experiment 1; each participant's shares with Wilson's 95 % interval, and "
        "their mean with participants equal and a t interval over participants on the logit scale.",
        lambda colours: preference_figure(chosen, colours),
        _with_mean(chosen.by_participant, chosen.overall),
    )
    yield Section(
        FIGURE6,
        "figure-6b-accuracy",
        "Fig. 6-b: telling the image's own soft-label from another's",
        meaning.accuracy(told),
        "First-time answers of Experiment 2; each participant's share of right choices with Wilson's 95 % "
        "interval, and their mean with participants equal and a t interval over participants.",
        lambda colours: accuracy_figure(told, colours),
        _with_mean(told.by_participant, {"accuracy": told.overall}),
    )
    yield Section(
        FIGURE6,
        "figure-6c-agreement",
        "Fig. 6-c: agreement with oneself and with one another",
        meaning.agreement(own, between),
        "Circles: the share of repeated questions that a participant answered as before. Lines: the share of "
        "the questions that two participants both answered on which they agree. Wilson's 95 % intervals.",
        lambda colours: agreement_graph(own, between, colours),
        agreement_data(found),
    )


def _with_mean(rows: pd.DataFrame, overall: dict[str, Estimate]) -> pd.DataFrame:
    """The participants' rows and one of the mean over participants."""
    mean: dict[str, object] = {"participant": "Mean"}
    for name, one in overall.items():
        low, high = ("low", "high") if len(overall) == 1 else (f"{name}_low", f"{name}_high")
        mean |= {"n": one.n, name: one.estimate, low: one.low, high: one.high}
    last = pd.DataFrame([mean], columns=list(rows.columns)).astype(object)
    return pd.concat([rows.astype(object), last], ignore_index=True)


def agreement_data(found: Findings) -> pd.DataFrame:
    """What Fig. 6-c draws: [kind (self or pair), a, b, n, percent, low, high], pairs that share nothing last
    and without numbers.
    """
    own = found.self_agreement.by_participant
    nodes = own.assign(kind="self", a=own["participant"], b=own["participant"])
    edges = found.inter_agreement.by_pair.assign(kind="pair").sort_values("n", ascending=False, kind="stable")
    columns = ["kind", "a", "b", "n", "percent", "low", "high", "kappa", "ac1"]
    return pd.concat([nodes[columns], edges[columns]], ignore_index=True)


def _preference(found: Findings) -> Iterator[Section]:
    for name, rows in _groups(found.preference):
        yield Section(
            PREFERENCE,
            f"preference-by-{name}",
            f"Preference by {GROUPS.get(name, name)}",
            meaning.largest_and_smallest(rows, "soft", "soft-labels were preferred"),
            "Means over participants of each participant's shares within the group, participants equal; 95 "
            "% t intervals over participants that also count images met by several of them.",
            partial(preference_by, rows),
            rows,
        )


def _discrimination(found: Findings) -> Iterator[Section]:
    told = found.discrimination
    groups = dict(_groups(told))
    if "margin" not in groups:
        groups["margin"] = accuracy_by_margin(found.engine.by_margin)
    for name, rows in groups.items():
        if rows.empty:
            continue
        yield Section(
            DISCRIMINATION,
            f"accuracy-by-{name}",
            f"Accuracy by {GROUPS.get(name, name)}",
            meaning.largest_and_smallest(rows, "accuracy", "the own soft-label was found"),
            "Means over participants of each participant's share of right choices within the group; 95 % t "
            "intervals over participants.",
            partial(accuracy_by, rows),
            rows,
        )
    yield Section(
        DISCRIMINATION,
        "psychometric",
        "Accuracy as the foil grows more different",
        meaning.psychometric(found.psychometric),
        "Maximum-likelihood Weibull function of the foil's Jensen-Shannon distance, guess rate 1/2, with a "
        "lapse rate (Wichmann & Hill 2001); delete-a-participant jackknife intervals. Points: tenths of the "
        "answers.",
        lambda colours: psychometric_figure(found.psychometric, colours),
        found.psychometric.bins,
        {"The fitted function": found.psychometric.curve},
    )


def accuracy_by_margin(rows: pd.DataFrame) -> pd.DataFrame:
    """The engine's by_margin as the table that accuracy_by draws."""
    if "accuracy" not in rows.columns:
        return pd.DataFrame(columns=["margin", "n", "accuracy", "low", "high"])
    renamed = rows.rename(columns={"accuracy_n": "n", "accuracy_low": "low", "accuracy_high": "high"})
    return renamed[["margin", "n", "accuracy", "low", "high"]]


GROUPS = {
    "emotion": "the emotion of the hard-label",
    "subset": "subset",
    "margin": "the margin of the hard-label",
    "entropy": "the entropy of the soft-label",
}


def _groups(part: object) -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables by_emotion, by_subset and so on of a finding, without by_participant."""
    for one in fields(part):  # type: ignore[arg-type]
        if one.name.startswith("by_") and one.name != "by_participant":
            rows = getattr(part, one.name)
            if not rows.empty:
                yield one.name.removeprefix("by_"), rows


def numbered(found: list[Section]) -> list[Section]:
    """The same with file names in reading order: 01-figure-6a-preference and so on."""
    return [replace(one, key=f"{at:02}-{one.key}") for at, one in enumerate(found, 1)]
