"""AffectNet+: a JSON file an image, with the published soft-label and subset."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.adapters.affectnet import affectnet_label
from engine.adapters.image_folder import Piece, annotated_pieces, content, has_annotations
from engine.adapters.source import CHUNK_ROWS, Chunk, Options, SourceError
from engine.emfacs import EMOTIONS
from engine.metadata import ETHNICITIES
from engine.soft_labels import SUBSETS, label_frame

NAME = "affectnet-plus"
BUNDLE = "AffectNet+"

_FOLDERS: Mapping[str, str] = {
    "human_annotated/train_set": "train",
    "human_annotated/validation_set": "validation",
    "no_human_annotated": "train",
}
# The scores of `race`, as the files name what ETHNICITIES names.
_RACES: Mapping[str, str] = dict(
    zip(("asian", "indian", "black", "white", "middle eastern", "latino hispanic"), ETHNICITIES, strict=True)
)
_COLUMNS = (
    *("image", "path", "hard_label", "split", "age", "gender", "ethnicity", "yaw", "pitch", "roll"),
    *("valence", "arousal", "landmarks_68", "landmarks_28"),
)


def recognises(source: Path) -> bool:
    """Whether a human_annotated or a no_human_annotated folder holds annotations."""
    return has_annotations(source, _FOLDERS)


def root(source: Path, options: Options) -> Path:
    """The source itself."""
    return source


def chunks(source: Path, options: Options) -> Iterator[Chunk]:
    """The images in chunks, each with rows of a label file: the soft-labels that AffectNet+ publishes.

    Rank, margin and subset of the label file follow from the published soft-label; the published subset stays
    beside them in `published_subset`. The 29 points of the files stand in landmarks_28.
    """
    if not recognises(source):
        raise SourceError(f"{source} has no human_annotated/train_set/annotations, as AffectNet+ has")
    for piece in annotated_pieces(source, _FOLDERS, ".json", CHUNK_ROWS):
        yield _chunk(source, piece)


def _chunk(source: Path, piece: Piece) -> Chunk:
    rows: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    left_out = list(piece.alone)
    for stem in piece.stems:
        file = f"{piece.folder}/annotations/{stem}.json"
        try:
            annotation = json.loads(content(f"{source}/{file}"))
        except (OSError, ValueError) as problem:
            left_out.append((file, f"unreadable annotation ({type(problem).__name__})"))
            continue
        if not isinstance(annotation, dict):
            left_out.append((file, "annotation is no JSON object"))
            continue
        image = {"image": f"{piece.folder}/{stem}", "path": piece.path(stem), "split": piece.split}
        rows.append({**image, **_row(annotation)})
        annotations.append(annotation)
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    labels, remarks = _labels(frame, annotations)
    return Chunk(frame, left_out, labels=labels, remarks=remarks)


def _row(annotation: Mapping[str, Any]) -> dict[str, Any]:
    meta = _mapping(annotation.get("meta-data"))
    pose = {str(key).lower(): value for key, value in _mapping(meta.get("pose")).items()}
    return {
        "hard_label": affectnet_label(annotation.get("human-label")),
        "age": _number(meta.get("age")),
        "gender": _likeliest(meta.get("gender"), {"female": "Female", "male": "Male"}),
        "ethnicity": _likeliest(meta.get("race"), _RACES),
        **{angle: _number(pose.get(angle)) for angle in ("yaw", "pitch", "roll")},
        "valence": _number(meta.get("valence")),
        "arousal": _number(meta.get("arousal")),
        "landmarks_68": _points(meta.get("landmark-68"), 68),
        "landmarks_28": _points(meta.get("landmark-29", meta.get("landmark-28"))),
    }


def _labels(
    frame: pd.DataFrame, annotations: Sequence[Mapping[str, Any]]
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    scores = np.array([_scores(annotation.get("soft-label")) for annotation in annotations]).reshape(
        -1, len(EMOTIONS)
    )
    usable = np.asarray(((scores >= 0) & (scores <= 1)).all(axis=1))
    # None, Uncertain and Non-Face have no place in a soft-label, and so no rank.
    hard = frame["hard_label"].where(frame["hard_label"].isin(list(EMOTIONS)), None)
    rows = np.flatnonzero(usable)
    table = label_frame(frame["image"].iloc[rows], hard.iloc[rows], scores[rows], BUNDLE)
    numbers = [annotations[int(row)].get("subset") for row in rows]
    named = dict(enumerate(SUBSETS))
    published = [named.get(number) if isinstance(number, int) else None for number in numbers]
    table["published_subset"] = pd.Series(published, dtype="str")
    remarks = [(image, "no usable soft-label") for image in frame["image"].iloc[np.flatnonzero(~usable)]]
    differs = table["published_subset"].notna() & table["subset"].notna()
    differs &= table["published_subset"] != table["subset"]
    remarks += [(image, "published subset differs from the rank's") for image in table.loc[differs, "image"]]
    return table, remarks


def _scores(value: object) -> list[float]:
    if isinstance(value, list) and len(value) == len(EMOTIONS):
        return [_number(score) for score in value]
    return [float("nan")] * len(EMOTIONS)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def _likeliest(value: object, names: Mapping[str, str]) -> str | None:
    """The name with the highest score, or the name itself where the file holds one."""
    if isinstance(value, str):
        return names.get(value.strip().lower())
    best, name = float("-inf"), None
    for key, score in _mapping(value).items():
        found = names.get(key) or names.get(key.strip().lower())
        if found and (number := _number(score)) > best:
            best, name = number, found
    return name


def _points(value: object, count: int | None = None) -> np.ndarray[Any, np.dtype[np.float32]] | None:
    """Flat x, y pairs; None where they are missing or are not `count` points."""
    try:
        points = np.asarray(value, dtype=np.float32).ravel()
    except (TypeError, ValueError):
        return None
    right = len(points) == 2 * count if count else len(points) % 2 == 0
    return points if len(points) > 1 and right else None
