"""Every number of the findings: single ones with interval and method, and the tables behind the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from study.findings.estimate import Estimate, defined
from study.findings.paired import PairedTest
from study.findings.summary import Findings

COLUMNS = ("name", "estimate", "low", "high", "n", "participants", "method", "reason", "approximate")
TESTS = {"soft less hard": "preference.soft_vs_hard", "accuracy less 1/2": "discrimination.against_chance"}
TEST_COLUMNS = (
    *("name", "t", "df", "p_value", "p_exact", "effect", "effect_low", "effect_high", "low_90", "high_90"),
    *("participants", "reason"),
)


def estimates_table(found: Findings) -> pd.DataFrame:
    """One row for each single number, with COLUMNS; undefined ones have a reason."""
    return _rows(found.estimates())


def headline_table(whole: Findings, without: Mapping[str, Estimate] | None) -> pd.DataFrame:
    """The numbers of Fig. 6 with everybody and, where some are flagged, without them; COLUMNS and `group`."""
    everybody = _rows(whole.headline()).assign(group="all participants")
    if without is None:
        return everybody
    return pd.concat([everybody, _rows(without).assign(group="without flagged")], ignore_index=True)


def tests_table(found: Findings) -> pd.DataFrame:
    """The paired tests: Student's t, its degrees of freedom and p, Fisher's exact p, d_z with its interval,
    and the 90 % interval of the difference, in which equivalence is read.
    """
    tests = (found.preference.soft_vs_hard, found.discrimination.against_chance)
    rows = [_test(name, test) for name, test in zip(TESTS, tests, strict=True)]
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS))


def tables(found: Findings) -> dict[str, pd.DataFrame]:
    """Every table that the findings hold, by a dotted name such as `preference.by_participant`."""
    return {name: value for name, value in _walk(found, "") if isinstance(value, pd.DataFrame)}


def as_json(found: Findings) -> dict[str, Any]:
    """Every number as plain values for JSON; undefined ones are null."""
    return {
        "answers": found.answers,
        "participants": found.participants,
        "flagged": found.quality.flagged,
        "estimates": {name: one.as_dict() for name, one in found.estimates().items()},
        "headline": {name: one.as_dict() for name, one in found.headline().items()},
        "headline_without_flagged": None
        if found.without_flagged is None
        else {name: one.as_dict() for name, one in found.without_flagged.items()},
        "tests": records(tests_table(found)),
        "psychometric_fit_p": defined(found.psychometric.fit_p),
        "tables": {name: records(table) for name, table in tables(found).items()},
    }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain values: NaN and infinities are None, numpy's numbers Python's."""
    names = [str(name) for name in table.columns]
    columns = [[plain(value) for value in table[name].tolist()] for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain(value: Any) -> Any:
    """One cell as JSON has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return defined(value)
    return None if value is pd.NA else value


def _rows(found: Mapping[str, Estimate]) -> pd.DataFrame:
    rows = [{"name": name, **one.as_dict()} for name, one in found.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"participants": "Int64"})


def _test(name: str, test: PairedTest) -> tuple[object, ...]:
    values = (test.statistic, test.df, test.p_value, test.p_exact, test.effect)
    ends = (test.effect_low, test.effect_high, test.low_90, test.high_90)
    return (name, *values, *ends, test.participants, test.reason)


def _walk(value: object, name: str) -> list[tuple[str, object]]:
    """Leaves of nested dataclasses and dicts, with their dotted names."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = [(one.name, getattr(value, one.name)) for one in fields(value)]
    elif isinstance(value, dict):
        parts = [
            (f"experiment_{key}" if isinstance(key, int) else str(key), part) for key, part in value.items()
        ]
    else:
        return [(name, value)]
    found: list[tuple[str, object]] = []
    for key, part in parts:
        found += _walk(part, f"{name}.{key}" if name else key)
    return found
