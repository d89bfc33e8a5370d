"""Sections on how far to trust the answers: bias, quality, flags, and whether the engine foretells them."""

from __future__ import annotations

from collections.abc import Iterator

from study.figures.curves import course_figure, response_times_figure, speed_figure
from study.figures.sides import side_figure
from study.findings.bias import SideBias
from study.findings.quality import FLAGS
from study.findings.summary import Findings
from study.reporting import meaning
from study.reporting.section import ENGINE, QUALITY, Section


def quality(found: Findings) -> Iterator[Section]:
    """Side bias, response times, speed, course and flags."""
    for experiment, bias in found.side_bias.items():
        yield _side(experiment, bias)
    seen = found.quality
    yield Section(
        QUALITY,
        "response-times",
        "How long the answers took",
        meaning.response_times(seen),
        "All answers, by the time from the question's appearance to the press, less the time the page was "
        "hidden.",
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


def engine(found: Findings) -> Iterator[Section]:
    """Slopes on the engine's margin."""
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
