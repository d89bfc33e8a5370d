"""Soft-labelling any number of images, in parts, so that it can be stopped and gone on with."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from tqdm import tqdm

from engine.annotations import LABELS
from engine.answers import binary_head_columns, combine, network_columns
from engine.bundle import Bundle, open_bundle
from engine.decoding import DecodingError, Pixels, decode_all, image_files
from engine.devices import available_cores
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.folder_lock import one_writer
from engine.images import FACE_BOX_COLUMNS, FAILURE_COLUMNS, IMAGE_SUFFIXES, read_manifest
from engine.inference import LoadedBundle
from engine.label_parts import LabelParts
from engine.recipe import Precision
from engine.soft_labels import AU_COLUMNS, AUP_COLUMNS, EB_COLUMNS, label_frame


@dataclass(frozen=True)
class Labelled:
    """What a labelling left: where its tables lie, and how many images it labelled and failed to read.

    `failures_file` is None where every image could be read.
    """

    labels_file: Path
    failures_file: Path | None
    labelled: int
    failed: int


def read_source(source: str | Path) -> tuple[pd.DataFrame, Path]:
    """The manifest of a source and the folder that its paths start from.

    A source is a manifest (.parquet, .csv), or a folder whose images are all taken, without hard-labels;
    there an image is named by its path. Raises EngineError where it is neither.
    """
    path = Path(source)
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in IMAGE_SUFFIXES)
        if not found:
            raise EngineError(f"{path} holds no image; known endings are {' '.join(sorted(IMAGE_SUFFIXES))}")
        names = [file.relative_to(path).as_posix() for file in found]
        frame = pd.DataFrame({"image": names, "path": names}, dtype="str")
        return frame.assign(hard_label=pd.array([None] * len(names), dtype="str")), path
    return read_manifest(path, check_files=False, labels=LABELS, unlabelled=True), path.parent


def label_images(
    source: str | Path | tuple[pd.DataFrame, Path],
    bundle: Bundle | str | Path,
    out: str | Path,
    *,
    device: str = "auto",
    precision: Precision | None = None,
    part: int = 4096,
    batch: int | None = None,
    per_network: bool = False,
    progress: bool = True,
) -> Labelled:
    """Label every image of a source into the .parquet file `out`, `part` images at a time.

    Stopped, it keeps its finished parts beside `out`, and the same call goes on with them and gives the same
    file. Images that cannot be read go to <out>.failures.csv (image, path, reason). `per_network` adds each
    network's probability; `batch` is how many images the networks are asked about at once (default: by their
    size). `source` is what `read_source` takes or gives. Raises EngineError for bad input.
    """
    target = Path(out)
    if target.suffix != ".parquet":
        raise EngineError(f"{target} is no .parquet name; labels are written as .parquet")
    if part < 1:
        raise EngineError(f"a part of {part} images; give 1 or more")
    opened = bundle if isinstance(bundle, Bundle) else open_bundle(bundle)
    frame, root = source if isinstance(source, tuple) else read_source(source)
    if frame.empty:
        raise EngineError("there is no image to label: the source has no row")
    starts = list(range(0, len(frame), part))
    with one_writer(target, f"labelling into {target}"):
        parts = LabelParts(target, _identity(frame, opened, precision, part, per_network))
        todo = [start for start in starts if not parts.has(start)]
        if todo:
            with (
                LoadedBundle(opened, device, precision, batch) as loaded,
                tqdm(total=len(frame), desc="label", unit="image", disable=not progress) as bar,
            ):
                bar.update(len(frame) - sum(len(frame.iloc[start : start + part]) for start in todo))
                for start in todo:
                    rows = frame.iloc[start : start + part].reset_index(drop=True)
                    parts.write(start, *_label_part(rows, root, loaded, per_network, bar.update))
        failed = parts.join(starts)
    return Labelled(
        labels_file=target,
        failures_file=parts.failures_file if failed else None,
        labelled=len(frame) - failed,
        failed=failed,
    )


def label_pixels(
    frame: pd.DataFrame, pixels: Pixels, loaded: LoadedBundle, *, per_network: bool = False
) -> pd.DataFrame:
    """The `labels` table of decoded images (n, s, s, 3); `frame` gives their image and hard_label."""
    answers = loaded.answers(pixels)
    found = combine(loaded.bundle, answers)
    parts: dict[Sequence[str], npt.ArrayLike] = {
        EB_COLUMNS: found.eb,
        AU_COLUMNS: found.au,
        AUP_COLUMNS: found.units,
    }
    if per_network:
        names = network_columns(loaded.bundle.recipe.backbones)
        parts[names] = answers.probability.transpose(1, 0, 2).reshape(len(pixels), len(names))
        parts[binary_head_columns()] = answers.binary
    # None, Uncertain and Non-Face have no place in a soft-label, so no rank either.
    hard = frame["hard_label"].where(frame["hard_label"].isin(list(EMOTIONS)))
    return label_frame(frame["image"], hard, found.soft, loaded.bundle.name, parts)


def _label_part(
    frame: pd.DataFrame,
    root: Path,
    loaded: LoadedBundle,
    per_network: bool,
    advance: Callable[[int], object],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The labels of a part's images, and its table of failures."""
    settings = loaded.bundle.recipe.images
    size, ahead = settings.size, 2 * loaded.batch
    decoded = decode_all(image_files(frame, root), size, available_cores(), ahead, settings.margin)
    failed: list[tuple[str, str, str]] = []
    # The table of no image gives a part in which nothing could be read its columns.
    tables = [
        label_pixels(frame.iloc[:0], np.empty((0, size, size, 3), np.uint8), loaded, per_network=per_network)
    ]
    rows: list[int] = []
    pixels: list[Pixels] = []
    for row, found in enumerate(decoded):
        if isinstance(found, DecodingError):
            failed.append((frame["image"][row], frame["path"][row], str(found)))
        else:
            rows.append(row)
            pixels.append(found)
        if pixels and (len(pixels) == loaded.batch or row == len(frame) - 1):
            tables.append(label_pixels(frame.iloc[rows], np.stack(pixels), loaded, per_network=per_network))
            rows, pixels = [], []
        advance(1)
    return pd.concat(tables, ignore_index=True), pd.DataFrame(
        failed, columns=list(FAILURE_COLUMNS), dtype="str"
    )


def _identity(
    frame: pd.DataFrame, bundle: Bundle, precision: Precision | None, part: int, per_network: bool
) -> dict[str, object]:
    names = [name for name in frame.columns if name in ("image", "path", "hard_label", *FACE_BOX_COLUMNS)]
    rows = hashlib.sha256(frame[sorted(names)].to_csv(index=False).encode()).hexdigest()
    settings = {"precision": precision or bundle.recipe.precision, "part": part, "per_network": per_network}
    return {"bundle": bundle.fingerprint, "name": bundle.name, "rows": rows, "images": len(frame), **settings}
