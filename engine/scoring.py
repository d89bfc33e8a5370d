"""Comparing two label files: the soft and hard metrics of one against the other (Tables 8-11)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import metrics
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.label_file import has_soft
from engine.soft_labels import SOFT_COLUMNS, SUBSETS, emotion_indices


@dataclass(frozen=True)
class Score:
    """Metrics of predicted against true labels, as fractions of 1; None where undefined, `reasons` saying
    why.

    `by_emotion` (by true hard-label) and `by_subset` hold the same metrics by group. `curve` is the
    cumulative error distribution, `confusion` the counts with rows true and columns predicted.
    """

    images: int
    only_in_true: int
    only_in_predicted: int
    w_mae: float | None
    w_fr: float | None
    w_mae_printed: float | None
    w_fr_printed: float | None
    ced_auc: float | None
    ced_limit: float
    threshold: float
    accuracy: float | None
    macro_recall: float | None
    by_emotion: dict[str, dict[str, float | int | None]]
    by_subset: dict[str, dict[str, float | int | None]]
    confusion: npt.NDArray[np.int64]
    curve: pd.DataFrame
    reasons: dict[str, str]


def score(
    true: pd.DataFrame,
    predicted: pd.DataFrame,
    *,
    threshold: float = metrics.FAILURE_THRESHOLD,
    ced_limit: float = metrics.FAILURE_THRESHOLD,
) -> Score:
    """Metrics of the label file `predicted` against `true`, over the images that both hold.

    Soft metrics compare the soft scores. Hard metrics compare the true hard_label with the emotion of the
    highest predicted score, or with the predicted hard_label where `predicted` has no soft scores. Raises
    EngineError where no image is in both, and for a threshold outside 0..1.
    """
    if not 0 <= threshold <= 1:
        raise EngineError(f"the threshold is {threshold}; weighted errors lie in 0..1, and so must it")
    both = true.merge(predicted, on="image", suffixes=("_true", "_predicted"), validate="one_to_one")
    if both.empty:
        raise EngineError(f"no image is in both label files ({len(true)} and {len(predicted)} images)")
    theirs = true.set_index("image").loc[both["image"]]
    ours = predicted.set_index("image").loc[both["image"]]
    hard, guess = emotion_indices(theirs["hard_label"]), _predicted_emotions(ours)
    table = _errors(theirs, ours).assign(hard=hard, guess=guess)
    table["subset"] = theirs["subset"].to_numpy() if "subset" in theirs else None
    labelled = table[(table["hard"] >= 0) & (table["guess"] >= 0)]
    counts = metrics.confusion(labelled["hard"], labelled["guess"])
    errors = table["error"].dropna()
    return Score(
        images=len(both),
        only_in_true=len(true) - len(both),
        only_in_predicted=len(predicted) - len(both),
        **_soft(table, threshold),
        ced_auc=metrics.ced_area(errors, ced_limit),
        ced_limit=ced_limit,
        threshold=threshold,
        accuracy=metrics.accuracy(counts),
        macro_recall=metrics.macro_recall(counts),
        by_emotion=_by_emotion(table, counts, threshold),
        by_subset=_by_subset(table, threshold),
        confusion=counts,
        curve=metrics.ced_curve(errors, ced_limit),
        reasons=_reasons(theirs, ours, len(labelled)),
    )


def _predicted_emotions(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    if has_soft(frame):
        return np.asarray(frame[list(SOFT_COLUMNS)].to_numpy().argmax(axis=1), dtype=np.int64)
    return emotion_indices(frame["hard_label"])


def _errors(true: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    if not (has_soft(true) and has_soft(predicted)):
        return pd.DataFrame({"error": np.nan, "printed": np.nan}, index=range(len(true)))
    theirs, ours = (frame[list(SOFT_COLUMNS)].to_numpy() for frame in (true, predicted))
    return pd.DataFrame(
        {
            "error": metrics.weighted_errors(theirs, ours),
            "printed": metrics.weighted_errors(theirs, ours, reading="printed"),
        }
    )


def _soft(table: pd.DataFrame, threshold: float) -> dict[str, float | None]:
    errors, printed = table["error"].dropna(), table["printed"].dropna()
    return {
        "w_mae": metrics.mean_error(errors),
        "w_fr": metrics.failure_rate(errors, threshold),
        "w_mae_printed": metrics.mean_error(printed),
        "w_fr_printed": metrics.failure_rate(printed, threshold),
    }


def _by_emotion(
    table: pd.DataFrame, counts: npt.NDArray[np.int64], threshold: float
) -> dict[str, dict[str, float | int | None]]:
    groups: dict[str, dict[str, float | int | None]] = {}
    for place, row in enumerate(metrics.by_class(counts).itertuples(index=False)):
        own = table[table["hard"] == place]
        ratios = {name: getattr(row, name) for name in ("precision", "recall", "f1")}
        defined = {name: None if np.isnan(ratio) else float(ratio) for name, ratio in ratios.items()}
        groups[EMOTIONS[place]] = {"images": len(own), **_soft(own, threshold), **defined}
    return groups


def _by_subset(table: pd.DataFrame, threshold: float) -> dict[str, dict[str, float | int | None]]:
    groups: dict[str, dict[str, float | int | None]] = {}
    for subset in SUBSETS if table["subset"].notna().any() else ():
        own = table[table["subset"] == subset]
        labelled = own[(own["hard"] >= 0) & (own["guess"] >= 0)]
        counts = metrics.confusion(labelled["hard"], labelled["guess"])
        hard = {"accuracy": metrics.accuracy(counts), "macro_recall": metrics.macro_recall(counts)}
        groups[subset] = {"images": len(own), **_soft(own, threshold), **hard}
    return groups


def _reasons(true: pd.DataFrame, predicted: pd.DataFrame, labelled: int) -> dict[str, str]:
    reasons = {}
    if not (has_soft(true) and has_soft(predicted)):
        which = "the true" if not has_soft(true) else "the predicted"
        reasons["soft metrics"] = f"{which} labels have no soft scores"
    if not labelled:
        reasons["hard metrics"] = "no image has both a true hard-label and a predicted one"
    return reasons
