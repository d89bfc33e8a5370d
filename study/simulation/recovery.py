"""Whether a finding is what was planted: within the prediction interval of other draws of the same truth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from study.findings.estimate import Estimate

DRAWS = 24
ALARMS = 0.01
"""Of dry runs in which all is well, about how many say that something was not recovered."""
Found = Mapping[str, Estimate | None]


def recovery(draws: Sequence[Found], found: Found, names: Sequence[str]) -> pd.DataFrame:
    """Each named finding beside what the draws of its truth gave: their mean and standard deviation.

    Columns: finding, planted, sd, reach, found, low, high, holds: within `reach` of what is planted, the
    Student prediction interval for one more draw, at 1 - ALARMS / (number of names) (99.9 % for ten). What is
    undefined in the study, or in all draws but one, is left out.
    """
    certainty = 1 - ALARMS / max(len(names), 1)
    rows = []
    for name in names:
        one, values = found.get(name), [_value(draw.get(name)) for draw in draws]
        known = np.array([value for value in values if value is not None])
        if one is not None and one.estimate is not None and len(known) > 1:
            rows.append(_row(name, known, one, certainty))
    columns = ["finding", "planted", "sd", "reach", "found", "low", "high", "holds"]
    return pd.DataFrame(rows, columns=columns)


def _value(one: Estimate | None) -> float | None:
    return None if one is None else one.estimate


def _row(name: str, planted: np.ndarray[Any, Any], one: Estimate, certainty: float) -> dict[str, Any]:
    mean, sd = float(planted.mean()), float(planted.std(ddof=1))
    reach = sd * float(t.ppf((1 + certainty) / 2, len(planted) - 1)) * float(np.sqrt(1 + 1 / len(planted)))
    holds = one.estimate is not None and abs(one.estimate - mean) <= max(reach, 1e-9)
    row = {"finding": name, "planted": mean, "sd": sd, "reach": reach, "found": one.estimate}
    return {**row, "low": one.low, "high": one.high, "holds": bool(holds)}
