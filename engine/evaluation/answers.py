"""What each network of a bundle says of the images that it is judged by, as one table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.answers import Answers, binary_head_columns, network_columns
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError


@dataclass(frozen=True)
class JudgedAnswers:
    """A bundle's answers for n images, and the images' names and labels, both (n,).

    A label is an emotion, or None for an image that shows none: it is a negative of all eight.
    """

    images: npt.NDArray[np.object_]
    labels: npt.NDArray[np.object_]
    answers: Answers


def answers_frame(judged: JudgedAnswers, backbones: Sequence[str]) -> pd.DataFrame:
    """One row an image: image, label, p_<backbone>_<emotion>, bpv_<emotion>, aup_<emotion>_<unit>."""
    found, count = judged.answers, len(judged.images)
    blocks = {
        network_columns(backbones): found.probability.transpose(1, 0, 2).reshape(count, -1),
        binary_head_columns(): found.binary,
        unit_columns(): found.units.reshape(count, -1),
    }
    scores = {
        name: column for names, block in blocks.items() for name, column in zip(names, block.T, strict=True)
    }
    return pd.DataFrame({"image": judged.images, "label": judged.labels, **scores})


def answers_from(frame: pd.DataFrame, backbones: Sequence[str], source: str) -> JudgedAnswers:
    """The answers in such a table; raises EngineError where one of its columns is missing."""
    networks, heads, units = network_columns(backbones), binary_head_columns(), unit_columns()
    absent = [name for name in ("image", "label", *networks, *heads, *units) if name not in frame.columns]
    if absent:
        raise EngineError(
            f"{source} has no column {absent[0]!r} ({len(absent)} columns are missing); give --images, so "
            f"that the networks are asked anew"
        )
    count = len(frame)
    by_network = frame[list(networks)].to_numpy(np.float64).reshape(count, len(backbones), len(EMOTIONS))
    return JudgedAnswers(
        images=frame["image"].to_numpy(object),
        labels=frame["label"].astype(object).where(frame["label"].notna(), None).to_numpy(object),
        answers=Answers(
            probability=by_network.transpose(1, 0, 2),
            binary=frame[list(heads)].to_numpy(np.float64),
            units=frame[list(units)].to_numpy(np.float64).reshape(count, len(EMOTIONS), len(ACTION_UNITS)),
        ),
    )


def unit_columns() -> tuple[str, ...]:
    """Names of the columns of each AU network's action units, such as aup_happy_12."""
    return tuple(f"aup_{emotion.lower()}_{unit}" for emotion in EMOTIONS for unit in ACTION_UNITS)
