"""The findings of an annotation task by which a dry run is judged."""

from importlib.util import find_spec

import numpy as np
import pandas as pd

from engine.annotations import LABELS
from engine.emfacs import EMOTIONS, OTHER_LABELS
from engine.soft_labels import SOFT_COLUMNS
from study.annotation.findings import SCALES, task_findings
from study.annotation.tables import VALUES, annotations, votes
from study.findings.consensus import dawid_skene
from study.findings.estimate import Estimate, defined
from study.findings.votes import image_mean

SECONDS = "response time, median s"
Found = dict[str, Estimate]


def measured(found: pd.DataFrame, form: str, faces: pd.DataFrame, poor: str | None) -> Found:
    """Every finding of readings by its name: those of the task's page, and what only the truth allows.

    found: readings; faces: what each image shows; poor: the poor annotator's name.
    Votes are compared with the emotion that shows most, scores and affects with what shows.
    """
    if found.empty:
        return {}
    page = task_findings(found, form)
    if page.labels is not None:
        rows = dict(page.labels.overall)
    else:
        rows = {
            f"{one.scale} {name}": getattr(one, name)
            for one in page.scales
            for name in ("alpha", "between", "within")
        }
    # No finding depends on when a reading came.
    annotated = annotations(found.assign(annotated_at=0), form)
    if form == "hard_label":
        rows |= _said(annotated)
    else:
        rows |= _less_planted(annotated, form, faces)
    if form != "affect":
        rows |= _votes(votes(annotated, form), faces)
    if poor is not None:
        rows |= _poor(annotated, form, poor)
    if form == "hard_label" and find_spec("crowdkit") is not None:
        rows |= _consensus(annotated, faces, poor)
    return rows | {SECONDS: _plain((found["rt_ms"] - found["hidden_ms"]).median() / 1000, len(found))}


def _plain(value: float, n: int, method: str = "of the simulated readings") -> Estimate:
    return Estimate(defined(value), None, None, n, method)


def _said(annotated: pd.DataFrame) -> Found:
    """Shares of first readings that name no emotion."""
    return {
        f"said {name}": _plain((annotated["label"] == name).mean(), len(annotated)) for name in OTHER_LABELS
    }


def _less_planted(annotated: pd.DataFrame, form: str, faces: pd.DataFrame) -> Found:
    """Mean human value less what shows, over images."""
    scales = list(SCALES[form])
    means = annotated.groupby("image")[scales].mean()
    shown = faces.set_index("image").loc[means.index, scales]
    rest = means - shown
    return {f"{name} less planted": image_mean(rest[name].to_numpy(float), "difference") for name in scales}


def _shown_most(faces: pd.DataFrame) -> pd.Series:
    most = faces[list(SOFT_COLUMNS)].to_numpy(float).argmax(axis=1)
    return pd.Series(np.array(EMOTIONS, dtype=object)[most], index=faces["image"])


def _votes(given: pd.DataFrame, faces: pd.DataFrame) -> Found:
    """Of the images with a majority, the share whose majority is the emotion that shows most."""
    counts = pd.crosstab(given["image"], given["label"]).reindex(columns=list(LABELS), fill_value=0)
    table = counts.to_numpy()
    alone = (table == table.max(axis=1, keepdims=True)).sum(axis=1) == 1
    named = np.array(LABELS, dtype=object)[table.argmax(axis=1)]
    right = named == _shown_most(faces).loc[counts.index].to_numpy()
    return {
        "images with a majority": _plain(alone.mean(), len(counts)),
        "majority shows most": _plain(right[alone].mean() if alone.any() else np.nan, int(alone.sum())),
    }


def _poor(annotated: pd.DataFrame, form: str, poor: str) -> Found:
    """How much less near to an annotator the poor one is than the others are to theirs."""
    nearness = _nearness(annotated, form).dropna()
    if poor not in nearness.index or len(nearness) < 2:
        return {}
    code = poor.rpartition(":")[2]
    behind = nearness.drop(poor).mean() - float(nearness[poor])
    return {f"{code}, poor, less than the others": _plain(behind, len(nearness))}


def _nearness(annotated: pd.DataFrame, form: str) -> pd.Series:
    """Each annotator's mean agreement with another on an image; less the mean difference, of numbers."""
    columns = ["image", "annotator", *VALUES[form]]
    both = annotated[columns].merge(annotated[columns], on="image", suffixes=("", "_b"))
    both = both[both["annotator"] != both["annotator_b"]]
    if form == "hard_label":
        near = (both["label"] == both["label_b"]).astype(float)
    else:
        here = both[list(VALUES[form])].to_numpy(float)
        there = both[[f"{name}_b" for name in VALUES[form]]].to_numpy(float)
        near = pd.Series(-np.abs(here - there).mean(axis=1), index=both.index)
    return near.groupby(both["annotator"]).mean()


def _consensus(annotated: pd.DataFrame, faces: pd.DataFrame, poor: str | None) -> Found:
    """Dawid and Skene's labels against the emotion that shows most, and the accuracies of the raters."""
    fitted = dawid_skene(annotated, "image", "annotator", "label")
    right = fitted.items["label"].to_numpy() == _shown_most(faces).loc[fitted.items["item"]].to_numpy()
    accuracy = fitted.raters.set_index("rater")["accuracy"]
    rows = {
        "Dawid-Skene label shows most": _plain(right.mean(), len(right)),
        "Dawid-Skene accuracy": _plain(accuracy.drop(poor, errors="ignore").mean(), len(accuracy)),
    }
    if poor is not None and poor in accuracy.index:
        rows[f"Dawid-Skene accuracy, {poor.rpartition(':')[2]}, poor"] = _plain(float(accuracy[poor]), 1)
    return rows
