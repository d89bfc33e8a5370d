"""What a design buys: the expected precision of each finding, before anybody is asked. Closed form."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, sqrt

import pandas as pd
from scipy.stats import norm

from study.design.design import Design
from study.errors import StudyError
from study.findings.power import PAPER, Expected, half_width
from study.planning.overlap import requests

SELF_AGREEMENT, PAIR_AGREEMENT = "self-agreement, one participant", "agreement, one pair"
REPEATED = {SELF_AGREEMENT: "self_repeats", PAIR_AGREEMENT: "overlap"}
SHARES = tuple(step / 100 for step in range(2, 51, 2))


@dataclass(frozen=True)
class Assumptions:
    """What is expected of participants; the defaults are the paper's Fig. 6.

    soft: share of soft answers in Experiment 1; accuracy in Experiment 2; self_agreement; pair_agreement.
    soft_sd, accuracy_sd: standard deviation of the true values between participants. `study.findings.power`
    says where they come from.
    """

    soft: float = PAPER["soft"].share
    accuracy: float = PAPER["accuracy"].share
    self_agreement: float = PAPER["self_agreement"].share
    pair_agreement: float = 0.69
    soft_sd: float = PAPER["soft"].between
    accuracy_sd: float = PAPER["accuracy"].between


@dataclass(frozen=True)
class Precision:
    """Expected half-width of the 95 % interval of a finding of n answers or participants; or None and why."""

    finding: str
    n: int
    expected: float
    half_width: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Forecast:
    """What a study costs and buys.

    questions_each: the longest share, at most, with its attention checks. hours_each, hours_all: at the
    design's seconds a question, the images of the qualification included once.
    pairs_compared of pairs: how many of the unordered pairs share questions. findings: see `forecast`.
    """

    questions_each: int
    questions_all: int
    hours_each: float
    hours_all: float
    pairs_compared: int
    pairs: int
    findings: tuple[Precision, ...]


def forecast(design: Design, images: int | None = None, assumptions: Assumptions | None = None) -> Forecast:
    """Foretell the cost and the precision of a design.

    images: how many images the study has, needed only where the design takes all images of a label set.
    Findings: preference and accuracy of one participant and over participants, self-agreement of one
    participant, agreement of one pair (of the pair that shares least). One participant's and one pair's are
    Wilson intervals of a share; those over participants are `study.findings.power.half_width`.
    Raises StudyError where the number of images is unknown, or the overlap design cannot be met.
    """
    count = _images(design, images)
    given = assumptions or Assumptions()
    first = ceil(count * len(design.experiments) / design.participants)
    shared = _shared(design, count)
    received = Counter[int]()
    for request in requests(design, count):
        received.update(dict.fromkeys(request.receivers, request.count))
    again = design.repeats_each(count)
    each = first + again + max(received.values(), default=0) + design.attention_checks
    alike = (again + design.attention_checks) * design.participants
    everything = count * len(design.experiments) + alike + received.total()
    hours, before = design.seconds_per_question / 3600, design.qualification_images
    return Forecast(
        questions_each=each,
        questions_all=everything,
        hours_each=(each + before) * hours,
        hours_all=(everything + before * design.participants) * hours,
        pairs_compared=len(shared),
        pairs=design.participants * (design.participants - 1) // 2,
        findings=_findings(design, count, shared, given),
    )


def least_questions(design: Design, images: int | None = None) -> int:
    """What a participant with the least questions has at most, without attention checks."""
    count = _images(design, images)
    whole = count * len(design.experiments) % design.participants == 0
    each = forecast(design, images).questions_each - design.attention_checks
    return each if whole else each - 1


def by_share(design: Design, images: int | None = None, shares: Sequence[float] = SHARES) -> pd.DataFrame:
    """What each share of repeats buys: finding, share, questions_each, n, half_width (NaN where undefined).

    `self-agreement, one participant` by `self_repeats`, and `agreement, one pair` by `overlap`, each with the
    rest of the design as it is; shares that the overlap design cannot have are left out.
    """
    rows = []
    for finding, key in REPEATED.items():
        for share in shares:
            changed = {key: share}
            if key == "overlap" and design.overlap_design == "none":
                continue
            try:
                foretold = forecast(design.changed(**changed), images)
            except StudyError:
                continue
            found = next(one for one in foretold.findings if one.finding == finding)
            rows.append((finding, share, foretold.questions_each, found.n, found.half_width))
    columns = ["finding", "share", "questions_each", "n", "half_width"]
    return pd.DataFrame(rows, columns=columns).astype({"half_width": "float64"})


def _images(design: Design, images: int | None) -> int:
    if design.images:
        return len(design.images)
    if design.images_per_emotion is not None:
        return design.images_per_emotion * len(design.emotions)
    if images is None:
        raise StudyError("design: images_per_emotion is open; say how many images the label set has")
    return images


def _shared(design: Design, images: int) -> Counter[tuple[int, int]]:
    shared: Counter[tuple[int, int]] = Counter()
    for request in requests(design, images):
        for pair in combinations(sorted((request.owner, *request.receivers)), 2):
            shared[pair] += request.count
    return shared


def _findings(
    design: Design, images: int, shared: Counter[tuple[int, int]], given: Assumptions
) -> tuple[Precision, ...]:
    once = images // design.participants
    found: list[Precision] = []
    for experiment, name, value, deviation in (
        (1, "preference for soft-labels", given.soft, given.soft_sd),
        (2, "accuracy of Experiment 2", given.accuracy, given.accuracy_sd),
    ):
        if experiment in design.experiments:
            found.append(_share(f"{name}, one participant", once, value))
            found.append(_mean(f"{name}, over participants", design.participants, once, value, deviation))
    found.append(_share(SELF_AGREEMENT, design.repeats_each(images), given.self_agreement))
    found.append(_share(PAIR_AGREEMENT, min(shared.values(), default=0), given.pair_agreement))
    return tuple(found)


def _share(finding: str, n: int, value: float) -> Precision:
    if n == 0:
        return Precision(finding, 0, value, None, "the design asks no such questions")
    return Precision(finding, n, value, wilson_half_width(value, n))


def _mean(finding: str, people: int, each: int, value: float, deviation: float) -> Precision:
    if people < 2 or each == 0:
        return Precision(finding, people, value, None, "a mean over participants needs two of them")
    return Precision(finding, people, value, half_width(people, each, Expected(value, deviation)))


def wilson_half_width(share: float, n: int, level: float = 0.95) -> float:
    """Half-width of the Wilson score interval (1927) of a share of n answers, whole or not."""
    z = float(norm.ppf((1 + level) / 2))
    return z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
