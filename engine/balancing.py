"""Evening out the classes of a hard-label baseline, by drawing rare ones again and by weighting them."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from engine.errors import EngineError

Balance = Literal["none", "upsampling", "weights", "both"]
"""The paper takes "a combination of up-sampling and weighted loss" for Hard-FER (Sec. 3.5.2), without saying
which. `both` goes halfway with each, by the square root of what an emotion lacks.
"""


def balanced(
    rows: npt.NDArray[np.int64], labels: npt.NDArray[np.object_], balance: Balance, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Rows in order, rare labels' several times, and the weight of each in the loss (mean 1).

    `rows` (n,) and their `labels` (n,). In every mode but none each label's rows come to the same sum of
    weights.
    """
    if balance not in get_args(Balance):
        raise EngineError(f"unknown balance {balance!r}; choose {', '.join(get_args(Balance))}")
    if balance == "none" or not len(rows):
        return rows, np.ones(len(rows))
    names, places, counts = np.unique(labels.astype(str), return_inverse=True, return_counts=True)
    lacking = counts.max() / counts
    times = {"upsampling": lacking, "weights": np.ones(len(names)), "both": np.sqrt(lacking)}[balance]
    drawn = [_drawn(np.flatnonzero(places == place), times[place], rng) for place in range(len(names))]
    order = np.sort(np.concatenate(drawn))
    found = np.bincount(places[order], minlength=len(names))
    weights = (1 / found)[places[order]]
    return rows[order], weights * len(order) / weights.sum()


def _drawn(own: npt.NDArray[np.int64], times: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Each of `own` as often as `times` says, what is over drawn without putting back."""
    whole = int(times)
    rest = rng.choice(own, round((times - whole) * len(own)), replace=False)
    return np.concatenate([np.tile(own, whole), rest])
