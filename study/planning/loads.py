"""Who answers which image first: loads within one by emotion and experiment, experiments apart."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def deal_loads(counts: Ints, experiments: int, participants: int, rng: np.random.Generator) -> Ints:
    """Deal images to participants so that every margin of the table is within one.

    counts (emotions,) are images of each emotion, all of them asked in each experiment. Returns loads
    (emotions, experiments, participants): within one over participants in each cell, each emotion, each
    experiment and all together.

    Each emotion's remainder over all experiments is dealt in one unbroken round, so emotions and totals
    are within one; two experiments then halve it along closed trails of the emotion-participant graph
    (de Werra 1971: a bipartite multigraph has an equitable edge colouring), so cells and experiments are too.
    """
    base = (counts // participants)[:, None, None]
    loads = np.broadcast_to(base, (len(counts), experiments, participants)).copy()
    seats = rng.permutation(participants)
    dealt = np.zeros((len(counts), participants), dtype=np.int64)
    start = 0
    for emotion, remainder in enumerate(counts % participants):
        round_ = (start + np.arange(remainder * experiments)) % participants
        np.add.at(dealt, (emotion, seats[round_]), 1)
        start += remainder * experiments
    if experiments == 1:
        loads[:, 0, :] += dealt
        return loads
    loads += (dealt == 2)[:, None, :]
    for emotion, participant, half in halve(np.argwhere(dealt == 1)):
        loads[emotion, half, participant] += 1
    return loads


def halve(edges: Ints) -> list[tuple[int, int, int]]:
    """Split the edges of a bipartite graph in two halves, within one at every vertex.

    edges (n, 2) are (left, right) vertices; every left vertex has an even number of edges. Returns each
    edge with its half, 0 or 1. Right vertices with an odd number of edges are joined to one more left
    vertex, so that all are even; a closed trail has then an even length, and takes its edges in turn.
    """
    graph: list[tuple[int, int]] = [(int(left), int(right)) for left, right in edges]
    rights = [right for _, right in graph]
    graph += [(-1, right) for right in sorted(set(rights)) if rights.count(right) % 2]
    at: dict[tuple[str, int], list[int]] = {}
    for number, (left, right) in enumerate(graph):
        at.setdefault(("left", left), []).append(number)
        at.setdefault(("right", right), []).append(number)
    half: dict[int, int] = {}
    for start in range(len(graph)):
        vertex, turn = ("left", graph[start][0]), 0
        while (edge := _unused(at[vertex], half)) is not None:
            half[edge] = turn
            turn = 1 - turn
            vertex = ("right", graph[edge][1]) if vertex[0] == "left" else ("left", graph[edge][0])
    return [(left, right, half[number]) for number, (left, right) in enumerate(graph) if left >= 0]


def _unused(edges: list[int], half: dict[int, int]) -> int | None:
    while edges and edges[-1] in half:
        edges.pop()
    return edges[-1] if edges else None


def assign_owners(emotion: Ints, loads: Ints, apart: bool, rng: np.random.Generator) -> Ints:
    """Give every image its first answerer in each experiment.

    emotion (images,) indexes the first axis of loads (emotions, experiments, participants). Returns owners
    (images, experiments). With `apart` and at least two participants no image has one owner in both
    experiments, and the pairs of owners are spread evenly.
    """
    experiments, participants = loads.shape[1:]
    owners = np.empty((len(emotion), experiments), dtype=np.int64)
    people = np.arange(participants)
    for number in range(loads.shape[0]):
        members = rng.permutation(np.flatnonzero(emotion == number))
        for experiment in range(experiments):
            dealt = np.repeat(people, loads[number, experiment])
            owners[members, experiment] = rng.permutation(dealt)
        if apart and experiments == 2 and participants > 1:
            owners[members, 1] = _other_owners(owners[members, 0], loads[number, 1], rng)
    return owners


def _other_owners(first: Ints, capacity: Ints, rng: np.random.Generator) -> Ints:
    """Owners of the second experiment, none equal to `first`, `capacity` of each, pairs spread evenly."""
    left = capacity.astype(np.float64)
    met = np.zeros((len(capacity), len(capacity)))
    second = np.full(len(first), -1, dtype=np.int64)
    for image, owner in enumerate(first):
        # Fewest such pairs first; among those, whoever has most questions still to get.
        cost = met[owner] - left / (left.max() + 1) + rng.random(len(left)) * 1e-6
        cost[left == 0] = np.inf
        cost[owner] = np.inf
        chosen = int(cost.argmin())
        if np.isinf(cost[chosen]):
            # Only the image's own first owner is left: exchange with an image neither of whose owners that
            # is.
            partner = int(rng.choice(np.flatnonzero((first != owner) & (second != owner) & (second >= 0))))
            chosen, second[partner] = int(second[partner]), owner
            met[first[partner], chosen] -= 1
            met[first[partner], owner] += 1
            left[owner] -= 1
        else:
            left[chosen] -= 1
        met[owner, chosen] += 1
        second[image] = chosen
    return second
