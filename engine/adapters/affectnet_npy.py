"""AffectNet as numpy files: ID_exp, ID_val, ID_aro and ID_lnd beside each image."""

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.adapters.affectnet import affectnet_label
from engine.adapters.image_folder import Piece, annotated_pieces, content, has_annotations
from engine.adapters.source import CHUNK_ROWS, Chunk, Options, SourceError

NAME = "affectnet-npy"

_FOLDERS: Mapping[str, str] = {"train_set": "train", "val_set": "validation"}
_COLUMNS = ("image", "path", "hard_label", "split", "valence", "arousal", "landmarks_68")


def recognises(source: Path) -> bool:
    """Whether a train_set or a val_set folder holds annotations."""
    return has_annotations(source, _FOLDERS)


def root(source: Path, options: Options) -> Path:
    """The source itself."""
    return source


def chunks(source: Path, options: Options) -> Iterator[Chunk]:
    """The images in chunks, with valence, arousal and the 68 landmarks as flat x, y pairs."""
    if not recognises(source):
        raise SourceError(f"{source} has no train_set/annotations or val_set/annotations, as AffectNet has")
    for piece in annotated_pieces(source, _FOLDERS, "_exp.npy", CHUNK_ROWS):
        yield _chunk(source, piece)


def _chunk(source: Path, piece: Piece) -> Chunk:
    rows: list[dict[str, Any]] = []
    left_out = list(piece.alone)
    for stem in piece.stems:
        prefix = f"{source}/{piece.folder}/annotations/{stem}"
        expression = _array(f"{prefix}_exp.npy")
        label = (
            affectnet_label(expression.item()) if expression is not None and expression.size == 1 else None
        )
        if label is None:
            left_out.append((f"{piece.folder}/annotations/{stem}_exp.npy", "unreadable expression"))
            continue
        rows.append(
            {
                "image": f"{piece.folder}/{stem}",
                "path": piece.path(stem),
                "hard_label": label,
                "split": piece.split,
                "valence": _number(_array(f"{prefix}_val.npy")),
                "arousal": _number(_array(f"{prefix}_aro.npy")),
                "landmarks_68": _landmarks(_array(f"{prefix}_lnd.npy")),
            }
        )
    return Chunk(pd.DataFrame(rows, columns=list(_COLUMNS)), left_out)


def _number(array: np.ndarray[Any, Any] | None) -> float:
    """The one number of a file; AffectNet writes -2 where there is no valence or arousal."""
    try:
        value = float(array.item()) if array is not None else float("nan")
    except ValueError:
        return float("nan")
    return float("nan") if value == -2 else value


def _landmarks(array: np.ndarray[Any, Any] | None) -> np.ndarray[Any, Any] | None:
    if array is None or array.size != 136:
        return None
    try:
        return array.astype(np.float32).ravel()
    except ValueError:
        return None


def _array(file: str) -> np.ndarray[Any, Any] | None:
    """A small .npy file, None where it is missing or unreadable.

    The header is parsed once for all files that share it: np.load takes ten times as long, and 450,000 images
    have 1.8 million files. Arrays of Python objects are not read: unpickling runs code.
    """
    try:
        saved = content(file)
        if saved[:6] != b"\x93NUMPY":
            return None
        start = 10 if saved[6] == 1 else 12
        end = start + int.from_bytes(saved[8:start], "little")
        kind, shape, order = _header(saved[start:end])
        return np.frombuffer(saved, kind, offset=end).reshape(shape, order=order)
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError):
        return None


@lru_cache(maxsize=1024)
def _header(text: bytes) -> tuple[np.dtype[Any], tuple[int, ...], Any]:
    fields = ast.literal_eval(text.decode("latin1"))
    kind = np.dtype(fields["descr"])
    if kind.hasobject:
        raise ValueError("an array of Python objects")
    return kind, tuple(fields["shape"]), "F" if fields["fortran_order"] else "C"
