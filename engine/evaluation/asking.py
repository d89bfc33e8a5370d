"""Asking a bundle's networks about images with labels that they did not learn from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from engine.annotations import LABELS
from engine.answers import Answers
from engine.bundle import Bundle
from engine.decoding import DecodingError, Pixels, decode_all, image_files
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.evaluation.answers import JudgedAnswers
from engine.images import read_manifest
from engine.recipe import Precision

TEST_MAS = "test-mas"
SPLIT_CHOICES: tuple[str, ...] = (TEST_MAS, "validation", "test")


@dataclass(frozen=True)
class Asking:
    """Answers for a manifest's images, the unreadable ones (image, path, reason), and what was left out."""

    judged: JudgedAnswers
    failures: pd.DataFrame
    notes: tuple[str, ...]


def ask_manifest(
    bundle: Bundle,
    manifest: str | Path,
    split: str = "validation",
    *,
    device: str = "auto",
    precision: Precision | None = None,
    progress: bool = True,
) -> Asking:
    """Ask about the images of a split, or about the bundle's own test images (split "test-mas").

    The label is the manifest's hard-label, for test-mas the one that the annotators agreed on. Images without
    an emotion and images that the bundle was trained or calibrated on are left out, and noted. Raises
    EngineError where nothing is left.
    """
    # Judging what training kept needs neither: a page that shows it then loads no torch.
    from engine.devices import available_cores
    from engine.inference import LoadedBundle

    file = Path(manifest)
    rows, notes = _chosen(bundle, file, split)
    settings = bundle.recipe.images
    failed: list[tuple[str, str, str]] = []
    read: list[int] = []
    batches: list[Answers] = []
    waiting: list[Pixels] = []
    with (
        LoadedBundle(bundle, device, precision) as loaded,
        tqdm(total=len(rows), desc="ask", unit="image", disable=not progress) as bar,
    ):
        files = image_files(rows, file.parent)
        decoded = decode_all(files, settings.size, available_cores(), 2 * loaded.batch, settings.margin)
        for row, found in enumerate(decoded):
            if isinstance(found, DecodingError):
                failed.append((rows["image"][row], rows["path"][row], str(found)))
            else:
                read.append(row)
                waiting.append(found)
            if waiting and (len(waiting) == loaded.batch or row == len(rows) - 1):
                batches.append(loaded.answers(np.stack(waiting)))
                waiting.clear()
            bar.update()
    if not read:
        raise EngineError(f"none of the {len(rows)} images can be read; the first: {failed[0][2]}")
    if failed:
        notes.append(f"{len(failed)} images cannot be read and are left out; unreadable.csv lists them.")
    kept = rows.iloc[read]
    names, labels = (kept[column].to_numpy(object) for column in ("image", "label"))
    failures = pd.DataFrame(failed, columns=["image", "path", "reason"], dtype="str")
    return Asking(JudgedAnswers(names, labels, _joined(batches)), failures, tuple(notes))


def _chosen(bundle: Bundle, manifest: Path, split: str) -> tuple[pd.DataFrame, list[str]]:
    if split not in SPLIT_CHOICES:
        raise EngineError(f"unknown split {split!r}; choose {', '.join(SPLIT_CHOICES)}")
    frame = read_manifest(manifest, check_files=False, labels=LABELS, unlabelled=True)
    roles = bundle.roles()
    if split == TEST_MAS:
        own = roles.loc[roles["role"] == "test", ["image", "label"]]
        rows = frame.merge(own, on="image")
        absent = len(own) - len(rows)
        notes = [f"{absent} of the bundle's {len(own)} test images are not in {manifest}."] if absent else []
    else:
        rows = frame[frame["split"] == split].assign(label=lambda images: images["hard_label"])
        learnt = rows["image"].isin(roles.loc[roles["role"] != "test", "image"])
        other = ~rows["label"].isin(list(EMOTIONS))
        reasons = {
            "the bundle learnt from them": learnt,
            "they have no emotion as hard-label": other & ~learnt,
        }
        notes = [f"{int(out.sum())} images left out: {why}." for why, out in reasons.items() if out.any()]
        rows = rows[~learnt & ~other]
    if rows.empty:
        told = f" {' '.join(notes)}" if notes else ""
        raise EngineError(
            f"{manifest} has no image of {split} to judge {bundle.name} by.{told} "
            f"It holds the splits {', '.join(sorted(frame['split'].unique()))}; give another --split"
        )
    return rows.reset_index(drop=True), notes


def _joined(batches: list[Answers]) -> Answers:
    return Answers(
        np.concatenate([batch.probability for batch in batches], axis=1),
        np.concatenate([batch.binary for batch in batches]),
        np.concatenate([batch.units for batch in batches]),
    )
