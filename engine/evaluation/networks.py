"""Each network of a bundle as a row: how it ended, how well it tells its emotion from the rest."""

from typing import Any

import numpy as np
import pandas as pd

from engine.bundle import Bundle
from engine.confidence import BinaryCounts
from engine.evaluation.intervals import balanced_accuracy_interval
from engine.history import read_history
from engine.network_names import NetworkName

PARTS = {"ensemble": "Ensemble", "action_units": "AU classifier", "foundation": "Foundation"}
"""What tables call each kind of network."""


def network_table(bundle: Bundle) -> pd.DataFrame:
    """A row for each network: part, backbone, emotion, epochs, loss, balanced_accuracy, low, high, positives,
    confidence, megabytes.

    `balanced_accuracy` is the network's own on the images that the confidence scores come from (an AU
    classifier's binary head alone), with its 95 % interval; `confidence` is the score that weighs it, which
    for the AU classifier is that of both heads (Eq. 12). NaN where undefined; `epochs` is missing in a bundle
    of an older engine, and counts in a much older one.
    """
    history = read_history(bundle.folder)
    epochs = history.groupby(["kind", "backbone", "emotion"])["epoch"].max()
    return pd.DataFrame([_row(bundle, name, epochs) for name in bundle.network_names])


def _row(bundle: Bundle, name: NetworkName, epochs: "pd.Series[int]") -> dict[str, Any]:
    kept, confidence = bundle.contents["networks"][name.stem], bundle.contents["confidence"]
    scores = confidence["ensemble"][name.backbone] if name.kind == "ensemble" else confidence["action_units"]
    counts = _counts(bundle, name)
    accuracy = None if counts is None else counts.balanced_accuracy
    low, high = (None if counts is None else balanced_accuracy_interval(counts)) or (np.nan, np.nan)
    key = (name.kind, name.backbone, name.emotion)
    return {
        "part": PARTS[name.kind],
        "backbone": name.backbone,
        "emotion": name.emotion,
        "epochs": int(epochs[key]) if key in epochs.index else pd.NA,
        "loss": float(kept["loss"]),
        "balanced_accuracy": np.nan if accuracy is None else accuracy,
        "low": low,
        "high": high,
        "positives": pd.NA if counts is None else counts.tp + counts.fn,
        "confidence": float(scores[name.emotion]),
        "megabytes": kept["bytes"] / 1e6,
    }


def _counts(bundle: Bundle, name: NetworkName) -> BinaryCounts | None:
    kept = bundle.contents.get("counts")
    if not kept:
        return None
    heads = kept["ensemble"][name.backbone] if name.kind == "ensemble" else kept["action_units_binary_head"]
    return BinaryCounts(**heads[name.emotion])
