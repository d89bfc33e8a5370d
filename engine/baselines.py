"""The paper's baselines: how well one network learns the hard-labels, or the soft-labels (Sec. 4.3)."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from engine.decoding import DecodingError, Pixels, decode_all, image_files
from engine.devices import available_cores, choose_device, network_dtype
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError
from engine.fitting import Examples, Fit, logits, train
from engine.images import read_manifest
from engine.label_file import read_labels
from engine.networks import NetworkName, build
from engine.recipe import Precision, Recipe
from engine.scoring import Score, score
from engine.soft_labels import SOFT_COLUMNS, SUBSETS

Kind = Literal["hard", "soft"]
"""`hard` (Hard-FER): softmax over eight emotions. `soft` (Soft-FER): eight sigmoids, squared error."""

ALL = "All"

_FEWEST = 2


@dataclass(frozen=True)
class Baseline:
    """What a baseline came to: its predictions for the validation images, and their score.

    `predictions` has image and hard_label (the emotion of the highest score), and for soft the scores soft_*.
    """

    kind: Kind
    backbone: str
    subset: str
    trained_on: int
    predictions: pd.DataFrame
    score: Score


def train_baseline(
    manifest: str | Path,
    labels: str | Path,
    recipe: Recipe,
    *,
    kind: Kind,
    backbone: str,
    subset: str = ALL,
    device: str = "auto",
    report: Callable[[int, int, float], None] = lambda *_: None,
) -> Baseline:
    """Train a baseline on one subset's training images, and score it on that subset's validation images.

    `labels` is a label file of the manifest's images: its hard_label, soft_* and subset are the truth. Size,
    augmentation and the settings of training are the recipe's for the ensemble. Raises EngineError where the
    subset has too few images of a split, and where an image cannot be read.
    """
    rows, pixels = _read(Path(manifest), labels, recipe, subset)
    where = choose_device(device)
    name = NetworkName("baseline", backbone, "all")
    seed = name.seed(recipe.seed)
    network = build(
        name, recipe.images.size, pretrained=recipe.pretrained, generator_seed=int(seed.generate_state(1)[0])
    )
    dtype = network_dtype(network, where, recipe.precision, training=True)
    fit = Fit(recipe.ensemble, recipe.images, seed, where, dtype)
    chosen = np.flatnonzero(rows["split"] == "train")
    train(network, _examples(rows, pixels, chosen, kind), fit, report)
    held = np.flatnonzero(rows["split"] == "validation")
    precision: Precision = recipe.precision
    dtype = network_dtype(network, where, precision, training=False)
    answers, _ = logits(network, pixels[held], where, dtype)
    truth = rows.iloc[held]
    predictions = _predictions(truth["image"], answers, kind)
    return Baseline(kind, backbone, subset, len(chosen), predictions, score(truth, predictions))


def summary(baseline: Baseline) -> dict[str, object]:
    """The figures of a baseline as plain values, such as json holds."""
    found = dataclasses.asdict(baseline.score)
    found["confusion"] = baseline.score.confusion.tolist()
    found["curve"] = baseline.score.curve.to_dict("list")
    about = {"kind": baseline.kind, "backbone": baseline.backbone, "subset": baseline.subset}
    return {**about, "trained_on": baseline.trained_on, **found}


def _read(manifest: Path, labels: str | Path, recipe: Recipe, subset: str) -> tuple[pd.DataFrame, Pixels]:
    if subset not in (ALL, *SUBSETS):
        raise EngineError(f"unknown subset {subset!r}; choose {ALL}, {', '.join(SUBSETS)}")
    images = read_manifest(manifest, check_files=False, unlabelled=True).drop(columns=["hard_label"])
    truth = read_labels(labels)
    if "subset" not in truth.columns:
        raise EngineError(f"{labels} has no column 'subset'; a label file of `label` has it")
    kept = truth[truth["subset"].notna() if subset == ALL else truth["subset"] == subset]
    rows = images.merge(kept[["image", "hard_label", "subset", *SOFT_COLUMNS]], on="image")
    for split in ("train", "validation"):
        count = int((rows["split"] == split).sum())
        if count < _FEWEST:
            raise EngineError(
                f"{count} images of the split {split} are in the subset {subset}; {_FEWEST} are needed"
            )
    settings = recipe.images
    files = image_files(rows, manifest.parent)
    decoded = list(decode_all(files, settings.size, available_cores(), margin=settings.margin))
    for file, found in zip(files, decoded, strict=True):
        if isinstance(found, DecodingError):
            raise EngineError(f"{file.path} cannot be read: {found}; take it out of the manifest")
    return rows, np.stack([found for found in decoded if not isinstance(found, DecodingError)])


def _examples(rows: pd.DataFrame, pixels: Pixels, chosen: npt.NDArray[np.int64], kind: Kind) -> Examples:
    taught = rows.iloc[chosen]
    if kind == "soft":
        classes = taught[list(SOFT_COLUMNS)].to_numpy(np.float32)
    else:
        places = [EMOTIONS.index(label) for label in taught["hard_label"]]
        classes = np.eye(len(EMOTIONS), dtype=np.float32)[places]
    nothing = np.zeros((len(chosen), len(ACTION_UNITS)), np.float32)
    unknown = np.zeros(len(chosen), dtype=bool)
    return Examples(pixels, chosen, classes, nothing, unknown, scores=kind == "soft")


def _predictions(images: pd.Series, answers: torch.Tensor, kind: Kind) -> pd.DataFrame:
    best = [EMOTIONS[place] for place in answers.argmax(dim=1).tolist()]
    frame = pd.DataFrame({"image": images.to_numpy(), "hard_label": best})
    if kind == "hard":
        return frame
    scores = torch.sigmoid(answers.double()).numpy()
    return frame.join(pd.DataFrame(scores, columns=list(SOFT_COLUMNS)))
