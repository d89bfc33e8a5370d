from collections import Counter
from itertools import combinations

import pytest

from study.errors import StudyError
from study.planning.block_design import balanced_blocks


@pytest.mark.parametrize(
    ("points", "size", "blocks"),
    # The last column is the least number of blocks in the table of Colbourn and Dinitz (2007), II.1.
    [
        (6, 3, 10),
        (7, 3, 7),
        (9, 3, 12),
        (10, 4, 15),
        (11, 5, 11),
        (13, 4, 13),
        (15, 3, 35),
        (16, 4, 20),
        (21, 5, 21),
    ],
)
def test_every_pair_is_in_equally_many_blocks(points, size, blocks):
    found = balanced_blocks(points, size, max_blocks=200)
    pairs = Counter(pair for block in found for pair in combinations(block, 2))
    points_in = Counter(one for block in found for one in block)
    assert len(pairs) == points * (points - 1) // 2
    assert len(set(pairs.values())) == 1
    assert len(set(points_in.values())) == 1
    assert all(len(set(block)) == size for block in found)
    # (10, 4, 2) has 15 blocks but no cyclic design; ours has 30.
    assert len(found) == (30 if (points, size) == (10, 4) else blocks)


def test_a_design_that_needs_more_blocks_than_there_are_questions_is_refused():
    with pytest.raises(StudyError, match="8 participants in blocks of 3"):
        balanced_blocks(8, 3, max_blocks=10)


def test_blocks_larger_than_the_group_are_refused():
    with pytest.raises(StudyError, match="block_size must be 2 to 4"):
        balanced_blocks(4, 5, max_blocks=100)
