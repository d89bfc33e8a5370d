"""What a study's two tests allow to be said of people: the rule behind the report's sentences."""

from __future__ import annotations

import numpy as np

from study.findings.discrimination import CHANCE, Discrimination
from study.findings.estimate import beyond
from study.findings.paired import PairedTest
from study.findings.preference import Preference

EXACT_LEVEL = 0.05


def preferred(found: Preference) -> int:
    """1 where soft-labels come out before hard-labels, -1 where behind, 0 where neither."""
    return _difference(found.soft_vs_hard)


def recognised(found: Discrimination) -> int:
    """1 where the own soft-label is picked more often than chance, -1 where less often, 0 where neither.

    By the interval of accuracy, on the logit scale; where people are all alike that speaks of their answers
    alone, and the difference decides.
    """
    test = found.against_chance
    return _difference(test) if test.difference.low is None else beyond(found.overall, CHANCE) or 0


def doubted(test: PairedTest) -> bool:
    """Whether Fisher's exact test leaves what the t interval finds a lean, and no finding."""
    return test.p_exact is not None and test.p_exact > EXACT_LEVEL


def _difference(test: PairedTest) -> int:
    side = beyond(test.difference, 0)
    return int(np.sign(test.difference.estimate or 0)) if side is None else side
