"""The findings in the order a reader meets them: each with its figure, its tables and two sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from study.figures.agreement_graph import agreement_graph
from study.figures.curves import (
    course_figure,
    lag_figure,
    psychometric_figure,
    response_times_figure,
    speed_figure,
)
from study.figures.figure6 import accuracy_figure, preference_figure
from study.figures.shares import accuracy_by, preference_by
from study.figures.sides import ceiling_figure, side_figure
from study.figures.template import Colours
from study.findings.bias import SideBias
from study.findings.estimate import Estimate
from study.findings.quality import FLAGS
from study.findings.summary import Findings
from study.reporting import meaning

Drawing = Callable[[Colours], go.Figure]

FIGURE6 = "Figure 6 of the paper"
PREFERENCE = "Preference (Experiment 1)"
DISCRIMINATION = "Discrimination (Experiment 2)"
SELF = "Self-agreement"
BETWEEN = "Inter-agreement"
QUALITY = "Bias and quality of the answers"
ENGINE = "People and the engine"


@dataclass(frozen=True)
class Section:
    """One finding.

    key: its name in links and files. meaning: one sentence, from the numbers. computed: one sentence, how.
    draw: makes its figure, None where it has tables alone. data: the numbers that the figure draws, its
    CSV. tables: further tables, by caption.
    """

    group: str
    key: str
    title: str
    meaning: str
    computed: str
    draw: Drawing | None
    data: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def sections(found: Findings) -> list[Section]:
    """All findings, Fig. 6-a, b and c first."""
    return [
        *_figure6(found),
        *_preference(found),
        *_discrimination(found),
        *_self_agreement(found),
        *_inter_agreement(found),
        *_quality(found),
        *_engine(found),
    ]


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


def _self_agreement(found: Findings) -> Iterator[Section]:
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


def _inter_agreement(found: Findings) -> Iterator[Section]:
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


def _quality(found: Findings) -> Iterator[Section]:
    for experiment, bias in found.side_bias.items():
        yield _side(experiment, bias)
    seen = found.quality
    yield Section(
        QUALITY,
        "response-times",
        "How long the answers took",
        meaning.response_times(seen),
        "All answers, by the time from the question's appearance to the press.",
        lambda colours: response_times_figure(seen, colours),
        seen.rt,
    )
    yield Section(
        QUALITY,
        "speed-and-accuracy",
        "Are slow answers better?",
        meaning.speed(seen),
        "Answers to Experiment 2 in fifths of each participant's own response times; means over participants "
        "with 95 % intervals.",
        lambda colours: speed_figure(seen, colours),
        seen.speed,
    )
    yield Section(
        QUALITY,
        "course",
        "Accuracy in the course of the study",
        meaning.course(seen),
        "Tenths of each participant's own questions; the change from first to last question is the mean of "
        "the participants' least-squares slopes, with its t interval.",
        lambda colours: course_figure(seen, colours),
        seen.course,
    )
    rules = "; ".join(f"{name}: {rule}" for name, rule in FLAGS.items())
    yield Section(
        QUALITY,
        "flags",
        "Who is flagged",
        meaning.flags(seen),
        f"Flags are raised by fixed rules, and nobody is left out unasked. {rules}.",
        None,
        seen.by_participant,
    )


def _side(experiment: int, bias: SideBias) -> Section:
    return Section(
        QUALITY,
        f"side-bias-experiment-{experiment}",
        f"Side bias, Experiment {experiment}",
        meaning.side(bias),
        "First-time answers that chose a side: the share of left, per participant (Wilson) and on average; "
        "the order effect is the share of the first-named label where it stood left less where it stood "
        "right.",
        lambda colours: side_figure(bias, colours),
        bias.by_participant,
    )


def _engine(found: Findings) -> Iterator[Section]:
    yield Section(
        ENGINE,
        "people-and-engine",
        "Do the engine's margins foretell the answers?",
        meaning.engine(found.engine),
        "Participants' least-squares slopes on the hard-label's margin (its score less the highest other), "
        "their mean and t interval; means over participants within subsets and margin bands.",
        None,
        found.engine.by_margin,
        {"By subset": found.engine.by_subset},
    )


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
