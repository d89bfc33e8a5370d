"""How fast simulated participants answer, when they sit down, and when they leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]

RT_SPREAD = 0.4  # standard deviation of log response time
FASTEST_MS = 350
PAUSE_SECONDS = 0.6  # between an answer and the next question


def response_times(
    table: pd.DataFrame, who: Ints, seconds: Sequence[float], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Response times in ms: log-normal about each one's median, slower in the first fifty questions.

    table: questions with their position; who: the number of each one's participant, whose median is in
    `seconds`.
    """
    median = np.array(seconds)[who]
    practice = 1 + 0.6 * np.exp(-table["position"].to_numpy(dtype=np.float64) / 50)
    drawn = median * practice * np.exp(RT_SPREAD * rng.standard_normal(len(table)))
    return np.maximum(np.rint(1000 * drawn), FASTEST_MS).astype(np.int64)


def answer_times(
    answers: pd.DataFrame, who: Ints, per_day: int, rng: np.random.Generator, start: datetime
) -> "pd.Series[pd.Timestamp]":
    """When each answer came: a sitting a day, begun within two hours of `start`'s time of day."""
    day = (answers["position"].to_numpy(dtype=np.int64) - 1) // per_day
    sitting = pd.Series([who, day], index=["who", "day"])
    late = rng.uniform(0, 7200, size=(int(who.max()) + 1, int(day.max()) + 1))[who, day]
    spent = answers["rt_ms"] / 1000 + PAUSE_SECONDS
    elapsed = spent.groupby([sitting["who"], sitting["day"]]).cumsum()
    after = day * timedelta(days=1).total_seconds() + late + elapsed.to_numpy()
    return pd.Series(
        pd.Timestamp(start) + pd.to_timedelta(np.rint(after * 1000), unit="ms"), index=answers.index
    )


def until_they_leave(
    table: pd.DataFrame, who: Ints, drop_out: Sequence[float], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Which questions are answered: all, or those before a random one by whoever drops out."""
    leaves = rng.random(len(drop_out)) < np.array(drop_out)
    asked = np.bincount(who, minlength=len(drop_out))
    last = np.where(leaves, rng.integers(0, np.maximum(asked, 1)), asked)
    return np.asarray(table["position"].to_numpy() <= last[who])
