"""Which images train the networks, which give the confidence scores, and which stay unseen for the test."""

import numpy as np
import pandas as pd

from engine.annotations import (
    HUMAN_COLUMNS,
    MultiAnnotatedSet,
    draw_test_set,
    human_distribution,
    multi_annotated_set,
)
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.recipe import Recipe

ROLES: tuple[str, ...] = ("train", "test", "calibration")
JUDGED_ROLES: tuple[str, ...] = ("test", "calibration")
"""Whose images no network learns from, and every network is asked about once it is trained."""

_FEWEST_POSITIVES = 2


def assign_roles(manifest: pd.DataFrame, annotations: pd.DataFrame | None, recipe: Recipe) -> pd.DataFrame:
    """The training images of a manifest with `label`, `role` and the shares of the votes (human_*).

    Images of the split train take part: all with enough annotators, or without `annotations` all, each with
    its hard-label as if every annotator had agreed. test is test-MAS (Sec. 3.1), calibration what the recipe
    sets apart for the confidence scores, train the rest. Raises EngineError where an emotion has too few
    images.
    """
    training = manifest[manifest["split"] == "train"]
    if training.empty:
        raise EngineError(f"none of the manifest's {len(manifest)} images is of the split train")
    mas = _multi_annotated_set(training, annotations)
    _check_test_set(mas.emotions, recipe.confidence.test_images)
    rng = np.random.default_rng(np.random.SeedSequence([recipe.seed, 1]))
    chosen = mas.emotions.assign(role="train")
    chosen.loc[draw_test_set(mas, rng, recipe.confidence.test_images), "role"] = "test"
    if recipe.confidence.images == "calibration":
        _set_apart(chosen, recipe.confidence.calibration_share, rng)
    if recipe.sampling.others:
        chosen = pd.concat([chosen, mas.others.assign(role="train")], ignore_index=True)
    _check_counts(chosen)
    rows = manifest.drop(columns=["hard_label"]).merge(
        chosen[["image", "label", "unanimous", "role"]], on="image", validate="one_to_one"
    )
    return _with_shares(rows, annotations).reset_index(drop=True)


def confidence_role(recipe: Recipe) -> str:
    """The role of the images that the confidence scores come from."""
    return "calibration" if recipe.confidence.images == "calibration" else "test"


def _multi_annotated_set(manifest: pd.DataFrame, annotations: pd.DataFrame | None) -> MultiAnnotatedSet:
    if annotations is None:
        labels = manifest[["image"]].assign(label=manifest["hard_label"], annotators=1, agreeing=1)
        labels = labels.assign(unanimous=True, decided_by="majority").reset_index(drop=True)
        known = labels["label"].isin(list(EMOTIONS))
        nothing = labels.iloc[:0]
        return MultiAnnotatedSet(
            emotions=labels[known].reset_index(drop=True),
            others=labels[~known & labels["label"].notna()].reset_index(drop=True),
            undecided=nothing,
            too_few=(),
        )
    votes = annotations[annotations["image"].isin(manifest["image"])]
    if votes.empty:
        raise EngineError("the annotations name no image of the manifest's split train")
    keywords = manifest.set_index("image")["keyword"] if "keyword" in manifest.columns else None
    return multi_annotated_set(votes, keywords)


def _with_shares(rows: pd.DataFrame, annotations: pd.DataFrame | None) -> pd.DataFrame:
    """Add human_neutral … human_contempt; where nobody voted for an emotion, all of it is the label's."""
    own = pd.DataFrame(
        {
            column: (rows["label"] == emotion).astype("float64")
            for column, emotion in zip(HUMAN_COLUMNS, EMOTIONS, strict=True)
        }
    )
    if annotations is None:
        return rows.join(own)
    voted = human_distribution(annotations).set_index("image").reindex(rows["image"]).reset_index(drop=True)
    return rows.join(voted[list(HUMAN_COLUMNS)].fillna(own))


def _set_apart(chosen: pd.DataFrame, share: float, rng: np.random.Generator) -> None:
    for emotion in EMOTIONS:
        rows = np.flatnonzero((chosen["label"] == emotion) & (chosen["role"] == "train"))
        taken = rng.choice(rows, min(len(rows), max(1, round(share * len(rows)))), replace=False)
        chosen.loc[taken, "role"] = "calibration"


def _check_test_set(labelled: pd.DataFrame, wanted: int) -> None:
    """Refuse a test set that an emotion cannot give, and say which one all could."""
    by_emotion = labelled.groupby("label")["unanimous"]
    counts = by_emotion.agg(["size", "sum"]).reindex(list(EMOTIONS), fill_value=0)
    most = np.minimum(counts["sum"], counts["size"] - _FEWEST_POSITIVES)
    short = counts[most < wanted]
    if short.empty:
        return
    named = ", ".join(
        f"{emotion} ({size}, {unanimous} of them unanimous)"
        for emotion, size, unanimous in short.itertuples()
    )
    less = f", or ask for at most {most.min()}: --set confidence.test_images={most.min()}"
    raise EngineError(
        f"the recipe sets {wanted} images of each emotion apart for the test (confidence.test_images), and "
        f"{_FEWEST_POSITIVES} more must be left to train; too few has {named}. Add images"
        + (less if most.min() >= 1 else "")
    )


def _check_counts(chosen: pd.DataFrame) -> None:
    counts = chosen[chosen["role"] == "train"]["label"].value_counts()
    short = [emotion for emotion in EMOTIONS if counts.get(emotion, 0) < _FEWEST_POSITIVES]
    if short:
        raise EngineError(
            f"too few training images of {', '.join(short)}: each emotion needs {_FEWEST_POSITIVES} beside "
            f"those set apart for test and calibration; add images, or lower confidence.test_images"
        )
