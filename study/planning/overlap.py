"""Which questions two participants both answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.design.design import Design
from study.errors import StudyError
from study.planning.block_design import balanced_blocks

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Request:
    """`count` of the owner's first-time questions are asked of every receiver too."""

    owner: int
    receivers: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class Sharing:
    """The overlap of a plan.

    rows (questions, 4): image, experiment index, owner, receiver. met (images, participants): whether a
    participant meets an image at all. met_twice: overlap questions whose image the receiver has in the other
    experiment.
    """

    rows: Ints
    met: Bools
    met_twice: int


def requests(design: Design, images: int) -> list[Request]:
    """Say who shares how many questions with whom, by the design's overlap design.

    Raises StudyError where the design asks for more than the questions there are, or no block design exists.
    """
    each = design.overlap_each(images)
    if not design.shares_questions:
        return []
    kinds = {"ring": _ring, "complete": _complete, "balanced_incomplete_block": _blocks}
    return kinds[design.overlap_design](design, each)


def _ring(design: Design, each: int) -> list[Request]:
    people = design.participants
    return [Request(owner, ((owner + 1) % people,), each) for owner in range(people)]


def _complete(design: Design, each: int) -> list[Request]:
    people = design.participants
    if each < people // 2:
        raise StudyError(
            f"design: overlap = {design.overlap:g} is {each} questions a participant, and overlap_design ="
            f" 'complete' needs {people // 2} to reach all pairs of {people}: raise overlap or add images"
        )
    base, extra = divmod(each, people - 1)
    # Neighbours at distance d and at people - d are the same pairs: take one of the two before both.
    half = (people - 1) // 2
    order = [*range(1, half + 1), *([people // 2] if people % 2 == 0 else []), *range(people - half, people)]
    counts = {step: base + (step in order[:extra]) for step in order}
    return [
        Request(owner, ((owner + step) % people,), many)
        for owner in range(people)
        for step, many in counts.items()
        if many
    ]


def _blocks(design: Design, each: int) -> list[Request]:
    people, size = design.participants, design.block_size
    pool = people * each // (size - 1)
    blocks = balanced_blocks(people, size, max_blocks=pool)
    per_block = max(1, round(pool / len(blocks)))
    made: dict[tuple[int, tuple[int, ...]], int] = {}
    owned = [0] * people
    for _ in range(per_block):
        for block in blocks:
            owner = min(block, key=lambda one: (owned[one], (one - len(made)) % people))
            owned[owner] += 1
            key = (owner, tuple(one for one in block if one != owner))
            made[key] = made.get(key, 0) + 1
    return [Request(owner, receivers, count) for (owner, receivers), count in made.items()]


def share(
    asked: Sequence[Request],
    owners: Ints,
    emotion: Ints,
    design: Design,
    rng: np.random.Generator,
) -> Sharing:
    """Choose the questions that meet the requests, even over emotions and experiments.

    owners (images, experiments), emotion (images,). No question is lent out twice by different requests. With
    an `apart` rule the image of a shared question is one that its receivers do not meet otherwise; with
    `apart_if_possible` the others fill what is missing.
    Raises StudyError where questions run short.
    """
    met = _met(owners, design.participants)
    lent = np.zeros(owners.shape, dtype=bool)
    taken = np.zeros((design.participants, int(emotion.max()) + 1, owners.shape[1]), dtype=np.int64)
    rows: list[tuple[int, int, int, int]] = []
    twice = 0
    for request in asked:
        receivers = list(request.receivers)
        free = (owners == request.owner) & ~lent
        fresh = free & ~met[:, receivers].max(axis=1)[:, None]
        chosen = _choose(free if design.exposure == "any" else fresh, emotion, request, taken, rng)
        missing = request.count - len(chosen)
        if missing and design.exposure == "apart_if_possible":
            rest = Request(request.owner, request.receivers, missing)
            chosen += _choose(free & ~fresh, emotion, rest, taken, rng)
        if len(chosen) < request.count:
            raise _shortage(request, len(chosen), design)
        for image, experiment in chosen:
            twice += int(met[image, receivers].sum())
            met[image, receivers] = True
            lent[image, experiment] = True
            rows += [(image, experiment, request.owner, receiver) for receiver in receivers]
    return Sharing(np.array(rows, dtype=np.int64).reshape(-1, 4), met, twice)


def spread(available: Ints, count: int, taken: Ints, rng: np.random.Generator) -> Ints:
    """How many to take of each cell (emotions, experiments), as evenly as `available` allows.

    taken: what was taken before, which counts; ties go to the experiment and the emotion with least, then by
    lot. Returns the quota, which sums to `count` or to all there is.
    """
    quota = np.zeros_like(available)
    lot = rng.random(available.shape)
    for _ in range(min(count, int(available.sum()))):
        now = taken + quota
        key = now * 1e6 + now.sum(axis=0)[None, :] * 1e3 + now.sum(axis=1)[:, None] + lot
        key[quota >= available] = np.inf
        quota[np.unravel_index(int(key.argmin()), key.shape)] += 1
    return quota


def pick(mask: Bools, emotion: Ints, quota: Ints, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Draw `quota` (emotions, experiments) items of a mask (images, experiments); (image, experiment)
    each."""
    chosen: list[tuple[int, int]] = []
    inside = [np.flatnonzero(column) for column in mask.T]
    of = [emotion[rows] for rows in inside]
    for number, experiment in np.argwhere(quota):
        members = inside[experiment][of[experiment] == number]
        drawn = rng.choice(members, quota[number, experiment], replace=False)
        chosen += [(int(image), int(experiment)) for image in drawn]
    return chosen


def cell_counts(mask: Bools, emotion: Ints, emotions: int) -> Ints:
    """Count a mask (images, experiments) by emotion and experiment."""
    counts = [np.bincount(emotion[column], minlength=emotions) for column in mask.T]
    return np.stack(counts, axis=1).astype(np.int64)


def _choose(
    mask: Bools, emotion: Ints, request: Request, taken: Ints, rng: np.random.Generator
) -> list[tuple[int, int]]:
    receivers = list(request.receivers)
    available = cell_counts(mask, emotion, taken.shape[1])
    quota = spread(available, request.count, taken[receivers].sum(axis=0), rng)
    taken[receivers] += quota
    return pick(mask, emotion, quota, rng)


def _met(owners: Ints, participants: int) -> Bools:
    met = np.zeros((len(owners), participants), dtype=bool)
    for column in owners.T:
        met[np.arange(len(owners)), column] = True
    return met


def _shortage(request: Request, found: int, design: Design) -> StudyError:
    to = ", ".join(f"P{one + 1:02d}" for one in request.receivers)
    return StudyError(
        f"overlap = {design.overlap:g} ({design.overlap_design}) asks {request.count} questions of"
        f" P{request.owner + 1:02d} of {to} too, and only {found} are left whose image {to} would not meet"
        " twice; lower overlap, add images or participants, or set exposure = 'apart_if_possible'"
    )
