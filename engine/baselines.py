"""The paper's baselines: how well one network learns the hard-labels, or the soft-labels (Sec. 4.3)."""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from tqdm import tqdm

from engine.annotations import LABELS
from engine.balancing import Balance, balanced
from engine.bundle import write_json
from engine.decoding import Pixels, image_files
from engine.devices import choose_device, network_dtype
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError
from engine.fitting import Examples, Fit, batches_per_epoch, logits, train
from engine.images import FACE_BOX_COLUMNS, read_manifest
from engine.label_file import read_labels
from engine.network_names import NetworkName
from engine.networks import build
from engine.pixels import decode_to_file, open_pixels
from engine.recipe import Recipe
from engine.scoring import Score, score
from engine.soft_labels import SOFT_COLUMNS, SUBSETS

Kind = Literal["hard", "soft"]
"""`hard` (Hard-FER): softmax over eight emotions. `soft` (Soft-FER): eight sigmoids, squared error."""

ALL = "All"
SUBSET_CHOICES: tuple[str, ...] = (ALL, *SUBSETS)

_FEWEST = 2
_JOB, _PIXELS = "job.json", "pixels.npy"


@dataclass(frozen=True)
class BaselineRun:
    """Which baseline: its kind, its backbone, the subset that it learns, and how classes are evened out."""

    kind: Kind
    backbone: str
    subset: str = ALL
    balance: Balance = "none"


@dataclass(frozen=True)
class BaselineData:
    """Images of a manifest that have labels, decoded once for all runs.

    `rows` has image, split, hard_label, subset, soft_*; `pixels` (rows, s, s, 3) are theirs. `unreadable`
    (image, path, reason) lists what was left out, `identity` what the rows and their truth are.
    """

    rows: pd.DataFrame
    pixels: Pixels
    unreadable: pd.DataFrame
    identity: str

    def places(self, split: str, subset: str) -> npt.NDArray[np.int64]:
        """Rows of a split that are in a subset, or in any with `All`."""
        own = self.rows["split"] == split
        return np.flatnonzero(own if subset == ALL else own & (self.rows["subset"] == subset))


@dataclass(frozen=True)
class Baseline:
    """What a baseline came to.

    `predictions` are for every validation image: image, hard_label (the emotion of the highest score), for
    soft the scores soft_*, and `own`, whether the image is in the subset that the network learnt. `score` is
    over those (Tables 8-11), `score_all` over all validation images (Figs. 5, II). `notes` tell what the
    subset lacks.
    """

    run: BaselineRun
    trained_on: int
    predictions: pd.DataFrame
    score: Score
    score_all: Score
    notes: tuple[str, ...]


def read_data(
    manifest: str | Path,
    labels: str | Path,
    recipe: Recipe,
    subsets: Sequence[str],
    store: Path,
    progress: bool = False,
) -> BaselineData:
    """The images that runs on these subsets need, decoded into the folder `store`, once.

    `labels` is a label file of the manifest's images: its hard_label, soft_* and subset are the truth. Called
    again with the same images it takes what lies in `store`. Raises EngineError where a subset has too few
    images of a split, or no image can be read.
    """
    rows = _rows(Path(manifest), labels, subsets)
    settings = recipe.images
    values = [rows.to_csv(index=False), json.dumps(dataclasses.asdict(settings))]
    identity = hashlib.sha256("\n".join(values).encode()).hexdigest()
    job = store / _JOB
    kept = json.loads(job.read_text()) if job.is_file() else {}
    if kept.get("identity") != identity:
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir(parents=True)
        files = image_files(rows, Path(manifest).parent)
        with tqdm(total=len(files), desc="decode", unit="image", disable=not progress) as bar:
            failures = decode_to_file(files, settings, store / _PIXELS, bar.update)
        kept = {"identity": identity, "unreadable": [dataclasses.asdict(failure) for failure in failures]}
        write_json(kept, job)
    failed = {failure["row"]: failure["reason"] for failure in kept["unreadable"]}
    unreadable = rows.loc[list(failed), ["image", "path"]].assign(reason=list(failed.values()))
    rows.loc[list(failed), "split"] = "unreadable"
    _check_counts(rows, subsets)
    return BaselineData(rows, open_pixels(store / _PIXELS), unreadable, identity)


def train_baseline(
    data: BaselineData,
    recipe: Recipe,
    run: BaselineRun,
    *,
    device: str = "auto",
    begin: Callable[[int], object] = lambda _: None,
    report: Callable[[int, int, float], None] = lambda *_: None,
    checkpoint: Path | None = None,
) -> Baseline:
    """Train a baseline on its subset's training images, and judge it on the validation images.

    Size, augmentation and the settings of training are the recipe's for the ensemble. `begin` is told the
    number of batches, `report` each of them; with `checkpoint` a stopped training of the same run goes on.
    """
    where = choose_device(device)
    name = NetworkName("baseline", run.backbone, "all")
    seed = name.seed(recipe.seed)
    first = int(seed.generate_state(1)[0])
    network = build(name, recipe.images.size, pretrained=recipe.pretrained, generator_seed=first)
    dtype = network_dtype(network, where, recipe.precision, training=True)
    chosen = data.places("train", run.subset)
    examples = _examples(data, chosen, run, np.random.default_rng(seed))
    settings = recipe.ensemble
    begin(settings.epochs * batches_per_epoch(len(examples.rows), settings.batch))
    train(network, examples, Fit(settings, recipe.images, seed, where, dtype), report, checkpoint)
    held = data.places("validation", ALL)
    dtype = network_dtype(network, where, recipe.precision, training=False)
    answers, _ = logits(network, data.pixels[held], where, dtype)
    truth = data.rows.iloc[held].reset_index(drop=True)
    own = pd.Series(np.isin(held, data.places("validation", run.subset)))
    predictions = _predictions(truth["image"], answers, run.kind)
    return Baseline(
        run=run,
        trained_on=len(chosen),
        predictions=predictions.assign(own=own),
        score=score(truth[own], predictions[own]),
        score_all=score(truth, predictions),
        notes=_notes(data.rows.iloc[chosen], run.subset),
    )


def summary(baseline: Baseline) -> dict[str, Any]:
    """The figures of a baseline as plain values, such as json holds; `all_validation` has those of Fig. 5."""
    about = {**dataclasses.asdict(baseline.run), "trained_on": baseline.trained_on, "notes": baseline.notes}
    return {**about, **_plain(baseline.score), "all_validation": _plain(baseline.score_all)}


def _plain(found: Score) -> dict[str, Any]:
    values = dataclasses.asdict(found)
    return {**values, "confusion": found.confusion.tolist(), "curve": _curve(found)}


def _curve(found: Score) -> dict[str, list[float]]:
    # A hard baseline has no error, and json no NaN.
    return {} if found.ced_auc is None else {name: found.curve[name].tolist() for name in ("error", "share")}


def _rows(manifest: Path, labels: str | Path, subsets: Sequence[str]) -> pd.DataFrame:
    for subset in subsets:
        if subset not in SUBSET_CHOICES:
            raise EngineError(f"unknown subset {subset!r}; choose {', '.join(SUBSET_CHOICES)}")
    images = read_manifest(manifest, check_files=False, labels=LABELS, unlabelled=True)
    truth = read_labels(labels)
    if "subset" not in truth.columns:
        raise EngineError(f"{labels} has no column 'subset'; a label file of `label` has it")
    wanted = ["image", "path", "split", *(name for name in FACE_BOX_COLUMNS if name in images.columns)]
    known = truth[truth["subset"].notna()][["image", "hard_label", "subset", *SOFT_COLUMNS]]
    rows = images[wanted].merge(known, on="image")
    taught = (rows["split"] == "train") & (rows["subset"].isin(subsets) | (ALL in subsets))
    rows = rows[taught | (rows["split"] == "validation")].reset_index(drop=True)
    _check_counts(rows, subsets)
    return rows


def _check_counts(rows: pd.DataFrame, subsets: Sequence[str]) -> None:
    for subset in subsets:
        own = rows if subset == ALL else rows[rows["subset"] == subset]
        for split in ("train", "validation"):
            count = int((own["split"] == split).sum())
            if count < _FEWEST:
                raise EngineError(
                    f"{count} images of the split {split} are in the subset {subset}; {_FEWEST} are needed: "
                    f"label more images of that split, or leave --subset {subset} out"
                )


def _examples(
    data: BaselineData, chosen: npt.NDArray[np.int64], run: BaselineRun, rng: np.random.Generator
) -> Examples:
    labels = data.rows["hard_label"].to_numpy(object)
    if run.kind == "soft":
        if run.balance != "none":
            raise EngineError(f"--balance {run.balance} is for hard labels; Soft-FER needs none (Sec. 3.5.2)")
        drawn, classes = chosen, data.rows.iloc[chosen][list(SOFT_COLUMNS)].to_numpy(np.float32)
    else:
        drawn, weights = balanced(chosen, labels[chosen], run.balance, rng)
        places = [EMOTIONS.index(label) for label in labels[drawn]]
        # A row that sums to w counts w times in the cross-entropy.
        classes = np.eye(len(EMOTIONS), dtype=np.float32)[places] * weights[:, None].astype(np.float32)
    nothing = np.zeros((len(drawn), len(ACTION_UNITS)), np.float32)
    unknown = np.zeros(len(drawn), dtype=bool)
    return Examples(data.pixels, drawn, classes, nothing, unknown, scores=run.kind == "soft")


def _predictions(images: pd.Series, answers: torch.Tensor, kind: Kind) -> pd.DataFrame:
    best = [EMOTIONS[place] for place in answers.argmax(dim=1).tolist()]
    frame = pd.DataFrame({"image": images.to_numpy(), "hard_label": best})
    if kind == "hard":
        return frame
    scores = torch.sigmoid(answers.double()).numpy()
    return frame.join(pd.DataFrame(scores, columns=list(SOFT_COLUMNS)))


def _notes(taught: pd.DataFrame, subset: str) -> tuple[str, ...]:
    absent = [emotion for emotion in EMOTIONS if emotion not in set(taught["hard_label"])]
    if not absent:
        return ()
    return (f"No training image of {', '.join(absent)} is in the subset {subset}, so it cannot be learnt.",)
