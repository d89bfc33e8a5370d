"""Several baselines side by side: the paper's Tables 8-11 and IV-VII; values in percent unless said."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS

Summary = Mapping[str, Any]
"""A baseline's figures, as `engine.baselines.summary` gives them and its score.json holds them."""

_HARD = {"Acc": "accuracy", "Average acc": "macro_recall"}
_SOFT = {
    "W-FR": "w_fr",
    "W-MAE": "w_mae",
    "W-FR as printed": "w_fr_printed",
    "W-MAE as printed": "w_mae_printed",
}
_BY_CLASS = {"Prec": "precision", "Rec": "recall", "F-1": "f1"}


def comparison(summaries: Sequence[Summary]) -> pd.DataFrame:
    """Two rows a baseline, shares as fractions of 1: judged on its own subset's validation images (Tables 8,
    10), and on all of them (Figs. 5, II). Metrics that its kind does not have are NaN.
    """
    names = ["images", *_HARD.values(), *_SOFT.values(), "ced_auc"]
    rows = []
    for found in summaries:
        about = {name: found[name] for name in ("kind", "backbone", "subset", "balance", "trained_on")}
        for judged_on, values in (("own subset", found), ("all", found["all_validation"])):
            rows.append({**about, "judged_on": judged_on, **{name: values[name] for name in names}})
    return pd.DataFrame(rows).astype(dict.fromkeys(names[1:], "float64"))


def baseline_tables(summaries: Sequence[Summary]) -> dict[str, pd.DataFrame]:
    """Tables 8 and 9 of hard baselines, 10 and 11 of soft ones; IV to VII are the same of another
    backbone.
    """
    hard = [found for found in summaries if found["kind"] == "hard"]
    soft = [found for found in summaries if found["kind"] == "soft"]
    tables = {}
    if hard:
        tables["table_8"] = _by_subset(hard, _HARD)
        tables["table_9"] = _by_class(hard)
    if soft:
        tables["table_10"] = _by_subset(soft, _SOFT)
        tables["table_11"] = _by_emotion(soft)
    return tables


def _by_subset(summaries: Sequence[Summary], metrics: Mapping[str, str]) -> pd.DataFrame:
    """Rows (backbone, metric), a column for each subset."""
    rows = [
        {
            "backbone": found["backbone"],
            "metric": metric,
            "subset": found["subset"],
            "value": _percent(found[name]),
        }
        for found in summaries
        for metric, name in metrics.items()
    ]
    return _wide(rows, ["backbone", "metric"], "subset")


def _by_class(summaries: Sequence[Summary]) -> pd.DataFrame:
    """Rows (backbone, subset, metric), a column for each emotion."""
    rows = [
        {
            **{name: found[name] for name in ("backbone", "subset")},
            **{"metric": metric, "emotion": emotion, "value": _percent(found["by_emotion"][emotion][name])},
        }
        for found in summaries
        for metric, name in _BY_CLASS.items()
        for emotion in EMOTIONS
    ]
    return _wide(rows, ["backbone", "subset", "metric"], "emotion")


def _by_emotion(summaries: Sequence[Summary]) -> pd.DataFrame:
    """Rows (backbone, emotion, metric), a column for each subset."""
    rows = [
        {
            **{
                "backbone": found["backbone"],
                "emotion": emotion,
                "metric": metric,
                "subset": found["subset"],
            },
            "value": _percent(found["by_emotion"][emotion][name]),
        }
        for found in summaries
        for emotion in EMOTIONS
        for metric, name in _SOFT.items()
    ]
    return _wide(rows, ["backbone", "emotion", "metric"], "subset")


def _wide(rows: list[dict[str, Any]], index: list[str], columns: str) -> pd.DataFrame:
    long = pd.DataFrame(rows)
    wide = long.pivot(index=index, columns=columns, values="value")
    order = pd.MultiIndex.from_frame(long[index].drop_duplicates())
    found = wide.reindex(index=order, columns=list(pd.unique(long[columns]))).reset_index()
    found.columns.name = None
    return found


def _percent(share: float | None) -> float:
    return np.nan if share is None else 100 * share
