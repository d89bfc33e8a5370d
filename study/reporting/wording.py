"""Numbers in sentences: shares as percents, intervals in brackets, and why a number is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from study.findings.estimate import Estimate


def share(one: Estimate) -> str:
    """A share (0-1) with its interval, such as `65.1 % [61.9, 68.2]`; in words where it is undefined."""
    return _said(one, 100, 1, " %")


def points(one: Estimate) -> str:
    """A difference of shares, in percentage points with its sign."""
    return _said(one, 100, 1, " points", signed=True)


def ratio(one: Estimate) -> str:
    """A difference of logarithms as a change in percent, with its sign."""
    if one.estimate is None:
        return points(one)
    ends = [None if end is None else math.expm1(end) for end in (one.estimate, one.low, one.high)]
    return _said(replace(one, estimate=ends[0], low=ends[1], high=ends[2]), 100, 1, " %", signed=True)


def value(one: Estimate, digits: int = 2) -> str:
    """Any other number with its interval."""
    return _said(one, 1, digits, "")


def _said(one: Estimate, times: float, digits: int, unit: str, signed: bool = False) -> str:
    if one.estimate is None:
        return f"not defined ({one.reason or 'no answers'})"
    sign = "+" if signed else ""
    text = f"{times * one.estimate:{sign}.{digits}f}{unit}"
    if one.low is None or one.high is None:
        return f"{text} (no interval: {one.reason or 'undefined'})"
    low, high = (f"{times * end:{sign}.{digits}f}" for end in (one.low, one.high))
    about = ", approximate" if one.approximate else ""
    return f"{text} [{low}, {high}{about}]"


def probability(value: float | None) -> str:
    """A p value, such as `p = .031` or `p < .001`; empty where undefined."""
    if value is None:
        return ""
    return "p < .001" if value < 0.001 else f"p = {value:.3f}".replace("0.", ".")


def listed(names: Sequence[str], separator: str = ", ", most: int = 12) -> str:
    """The names; of many the first ones, and how many more there are."""
    if len(names) <= most:
        return separator.join(names)
    return f"{separator.join(names[:most])}{separator}and {len(names) - most:,} more"
