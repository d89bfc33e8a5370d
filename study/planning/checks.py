"""What a plan promises, one check for each promise, in the order in which they are told."""

from collections.abc import Callable

from study.planning import foil_checks, repeat_checks, table_checks
from study.planning.plan_table import Check, PlanTable

CHECKS: tuple[Callable[[PlanTable], Check], ...] = (
    table_checks.table_is_whole,
    table_checks.each_image_once,
    table_checks.loads,
    table_checks.balance,
    repeat_checks.self_repeats,
    repeat_checks.lag,
    repeat_checks.overlap,
    repeat_checks.pairs,
    repeat_checks.exposure,
    table_checks.sides,
    repeat_checks.swaps,
    foil_checks.foils,
    foil_checks.foil_exposure,
    foil_checks.foil_difference,
    foil_checks.attention,
    foil_checks.unmistakable,
)
