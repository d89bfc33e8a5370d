"""What a plan promises of foils and attention checks."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from study.planning.attention import LEAST_GAP, attention_gap, clear_images
from study.planning.foils import js_distance, score_difference
from study.planning.images import SOFT_COLUMNS
from study.planning.plan_table import Check, PlanTable, spread


def foils(table: PlanTable) -> Check:
    """Every question of Experiment 2, and no other, has a foil of another image."""
    questions = table.questions
    second = questions["experiment"] == 2
    placed = bool(
        (questions["foil"].notna() == second).all() and (questions["foil_distance"].notna() == second).all()
    )
    other = bool((questions["foil"] != questions["image"])[second].all())
    distance = questions["foil_distance"][second]
    figure = (
        f"distance {distance.min():.3f} to {distance.max():.3f}, median {distance.median():.3f}"
        if len(distance)
        else "no Experiment 2"
    )
    return Check(
        "foils come from other images", placed and other and bool(distance.between(0, 1).all()), figure
    )


def foil_exposure(table: PlanTable) -> Check:
    """A foil is no image that the participant meets."""
    met = set(zip(table.questions["participant"], table.questions["image"], strict=True))
    second = table.questions[table.questions["experiment"] == 2]
    known = sum(key in met for key in zip(second["participant"], second["foil"], strict=True))
    return Check(
        "no foil is an image the participant meets",
        True if not known else None,
        f"{known} questions have such a foil",
    )


def foil_difference(table: PlanTable) -> Check:
    """Foils differ from the own soft-label by what is designed; distances are those recorded."""
    name = "foils differ visibly, at the distance recorded"
    second = table.questions[table.questions["experiment"] == 2]
    if table.labels is None or not len(second):
        reason = "not judged without a label set" if table.labels is None else "no Experiment 2"
        return Check(name, None, reason)
    scores = table.labels.set_index("image")[list(SOFT_COLUMNS)].astype(float)
    if not (second["image"].isin(scores.index) & second["foil"].isin(scores.index)).all():
        return Check(name, False, "an image or a foil is not in the label set")
    own, foil = scores.loc[second["image"]].to_numpy(), scores.loc[second["foil"]].to_numpy()
    usual = (second["kind"] != "attention").to_numpy()
    least = float(score_difference(own, foil)[usual].min())
    away = float(np.abs(js_distance(own, foil) - second["foil_distance"].to_numpy(dtype=float)).max())
    figure = f"scores differ by at least {least:.3f}, {table.design.min_foil_difference:g} due"
    return Check(name, least >= table.design.min_foil_difference and away < 1e-6, figure)


def attention(table: PlanTable) -> Check:
    """Attention checks are as many as designed, one in each stretch of the questions."""
    due, counts = table.design.attention_checks, table.counts("attention")
    lengths = table.questions.groupby("participant").size()
    even = all(
        _one_in_each_stretch(part["position"].to_numpy(), int(lengths[str(code)]))
        for code, part in table.checks.groupby("participant")
    )
    second = bool((table.checks["experiment"] == 2).all())
    once = not table.checks.duplicated(["participant", "image"]).any()
    passed = bool((counts == due).all()) and even and second and once
    figure = f"{spread(counts)} each, one in each stretch of the questions" if due else "none"
    return Check("attention checks are spread over the questions", passed, figure)


def _one_in_each_stretch(positions: NDArray[np.int64], questions: int) -> bool:
    ends = np.arange(len(positions) + 1) * questions // len(positions)
    stretch = np.searchsorted(ends, np.sort(positions) - 1, side="right") - 1
    return bool((stretch == np.arange(len(positions))).all())


def unmistakable(table: PlanTable) -> Check:
    """The foil of an attention check cannot be taken for the own soft-label."""
    name, checks = "the foils of attention checks are unmistakable", table.checks
    if table.labels is None or not len(checks):
        return Check(
            name, None if len(checks) else True, "not judged without a label set" if len(checks) else "none"
        )
    labels = table.labels.reset_index(drop=True)
    place = pd.Series(labels.index, index=labels["image"])
    if not (checks["image"].isin(place.index) & checks["foil"].isin(place.index)).all():
        return Check(name, False, "an image or a foil is not in the label set")
    own, foil = place[checks["image"]].to_numpy(), place[checks["foil"]].to_numpy()
    least = float(attention_gap(labels, own, foil).min())
    figure = (
        f"the face's emotion scores at least {least:.3f} higher, {LEAST_GAP:g} due;"
        f" distance {checks['foil_distance'].min():.3f} and more"
    )
    return Check(name, least >= LEAST_GAP and bool(clear_images(labels)[own].all()), figure)
