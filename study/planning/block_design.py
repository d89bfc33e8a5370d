"""Balanced incomplete block designs: every pair of participants shares equally many questions."""

from itertools import combinations
from math import comb

from study.errors import StudyError

Block = tuple[int, ...]
MAX_NODES = 2_000
MAX_ORBITS = 2_000
MAX_BLOCKS = 20_000


def balanced_blocks(points: int, size: int, max_blocks: int) -> list[Block]:
    """Return blocks of `size` out of `points` in which every pair of points occurs equally often.

    Sought with fewest blocks first, among designs that a cyclic group keeps: all points turning, or all but
    one (the method of differences, Bose 1939); all subsets of that size are the last resort. Deterministic.
    Raises StudyError where no such design has at most `max_blocks` blocks.
    """
    if not 2 <= size <= points:
        raise StudyError(f"no blocks of {size} among {points} participants: block_size must be 2 to {points}")
    full = comb(points - 2, size - 2)
    for index in range(1, full + 1):
        blocks, remainder = divmod(index * points * (points - 1), size * (size - 1))
        if blocks > min(max_blocks, MAX_BLOCKS):
            break
        if remainder or index * (points - 1) % (size - 1):
            continue
        if index == full:
            return list(combinations(range(points), size))
        for turning in (points, points - 1):
            found = _turned(points, size, index, turning)
            if found:
                return found
    raise StudyError(
        f"no balanced incomplete block design of {points} participants in blocks of {size} was found with at"
        f" most {max_blocks} blocks, one question each: raise overlap, or choose another block_size or"
        " overlap_design"
    )


def _turned(points: int, size: int, index: int, turning: int) -> list[Block]:
    """Blocks covering each pair `index` times: whole orbits rotating the first `turning` points."""
    if turning < 2 or comb(points, size) > MAX_ORBITS * turning:
        return []
    orbits = _orbits(points, size, turning)
    pairs: dict[Block, int] = {}
    for number, orbit in enumerate(_orbits(points, 2, turning)):
        pairs.update(dict.fromkeys(orbit, number))
    sizes = [list(pairs.values()).count(number) for number in range(max(pairs.values()) + 1)]
    covers = []
    for orbit in orbits:
        cover = [0] * len(sizes)
        for block in orbit:
            for pair in combinations(block, 2):
                cover[pairs[pair]] += 1
        covers.append(cover)
    chosen = _cover([index * one for one in sizes], covers)
    return [block for number in chosen for block in orbits[number]]


def _orbits(points: int, size: int, turning: int) -> list[list[Block]]:
    seen: set[Block] = set()
    orbits = []
    for block in combinations(range(points), size):
        if block in seen:
            continue
        turns = {
            tuple(sorted((one + turn) % turning if one < turning else one for one in block))
            for turn in range(turning)
        }
        seen |= turns
        orbits.append(sorted(turns))
    return orbits


def _cover(need: list[int], covers: list[list[int]]) -> list[int]:
    """Orbits, with repetition, whose covers add up to `need` exactly; empty where none is found in
    MAX_NODES."""
    nodes = 0

    def search(left: list[int], chosen: list[int]) -> list[int]:
        nonlocal nodes
        nodes += 1
        open_pairs = [number for number, many in enumerate(left) if many]
        if not open_pairs or nodes > MAX_NODES:
            return [] if open_pairs else chosen
        target = open_pairs[0]
        for number, cover in enumerate(covers):
            if cover[target] and all(one <= many for one, many in zip(cover, left, strict=True)):
                rest = [many - one for one, many in zip(cover, left, strict=True)]
                if found := search(rest, [*chosen, number]):
                    return found
        return []

    return search(need, [])
