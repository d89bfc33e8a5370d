"""A bundle's evaluation laid out as the paper's Tables 4, 6 and VIII, 7 and IX, and X; in percent."""

from collections.abc import Mapping, Sequence

import pandas as pd

from engine.emfacs import EMOTIONS
from engine.evaluation import systems
from engine.evaluation.bundles import BundleEvaluation

SHORT: Mapping[str, str] = {"Acc": "accuracy", "Balanced acc": "balanced_accuracy"}
"""Accuracy and average accuracy of Tables 6, 7 and X. The paper's average accuracy is balanced accuracy."""

LONG: Mapping[str, str] = {"Prec": "precision", "Rec": "balanced_accuracy", "F-1": "f1", **SHORT}
"""The rows of Tables VIII and IX, means over the emotion and the rest: Rec is balanced accuracy."""


def paper_tables(found: BundleEvaluation) -> dict[str, pd.DataFrame]:
    """The tables by name (table_4, table_6, table_VIII, table_7, table_IX, table_X): model, metric, emotions.

    Emotions are columns in the paper's order, values percent. Table 6 has a row for each backbone, the true
    ensemble and its majority; Table X what action units add to one backbone, and the fused scores. Systems
    that the evaluation lacks have no row.
    """
    table = found.by_emotion
    backbones = [name for name in table["system"].unique() if name not in systems.TITLES]
    ensemble = [*backbones, systems.ENSEMBLE, systems.MAJORITY]
    heads = [systems.BINARY_HEAD, systems.UNITS_HEAD, systems.AU, systems.BINARY_AND_AU, systems.FUSED]
    return {
        "table_4": table_4(found.confidence),
        "table_6": wide(table, ensemble, SHORT),
        "table_VIII": wide(table, ensemble, LONG),
        "table_7": wide(table, [systems.AU], SHORT),
        "table_IX": wide(table, [systems.AU], LONG),
        "table_X": wide(table, [*_au_backbone(found), *heads], SHORT),
    }


def wide(table: pd.DataFrame, names: Sequence[str], metrics: Mapping[str, str]) -> pd.DataFrame:
    """Rows (model, metric) of the systems `names` that `table` has, emotions as columns, in percent."""
    rows = []
    for system in names:
        own = table[table["system"] == system].set_index("emotion").reindex(list(EMOTIONS))
        if own["balanced_accuracy"].isna().all():
            continue
        for metric, column in metrics.items():
            rows.append((systems.title(system), metric, *(100 * own[column].astype("float64"))))
    return pd.DataFrame(rows, columns=["model", "metric", *EMOTIONS])


def table_4(confidence: pd.DataFrame) -> pd.DataFrame:
    """Confidence scores in percent: EBC, the mean of the ensemble's backbones, and AU, the AU classifier's.

    `confidence` is `BundleEvaluation.confidence`. The means give the paper's EBC row from its Table 6 within
    0.05; its AU row is a third model's, neither Table 7's nor Table X's to the digit.
    """
    units = confidence["backbone"] == systems.AU
    rows = {
        "EBC": confidence[~units].groupby("emotion")["confidence"].mean(),
        "AU": confidence[units].set_index("emotion")["confidence"],
    }
    values = [(name, "Confidence", *(100 * scores.reindex(list(EMOTIONS)))) for name, scores in rows.items()]
    return pd.DataFrame(values, columns=["model", "metric", *EMOTIONS])


def _au_backbone(found: BundleEvaluation) -> list[str]:
    return [found.au_backbone] if found.au_backbone in set(found.by_emotion["system"]) else []
