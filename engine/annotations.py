"""Annotators' votes, and the multi-annotated set (MAS) that they make (Sec. 3.1, Table 1)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS, OTHER_LABELS
from engine.errors import EngineError
from engine.images import read_table

LABELS: tuple[str, ...] = (*EMOTIONS, *OTHER_LABELS)
HUMAN_COLUMNS: tuple[str, ...] = tuple(f"human_{emotion.lower()}" for emotion in EMOTIONS)

TieRule = Literal["first", "undecided"]
"""`first`: of the tied labels the one that was given first. `undecided`: the image gets no label."""


class AnnotationError(EngineError):
    """A table of annotations that cannot be used."""


@dataclass(frozen=True)
class MultiAnnotatedSet:
    """What the annotators made of the images.

    `emotions`, `others` and `undecided` have the columns image, label, annotators, agreeing, unanimous,
    decided_by (majority, keyword or first): images whose label is an emotion; images whose label is None,
    Uncertain or Non-Face; and images whose tie the rule leaves open (no label). `too_few` names the images
    with fewer annotators than asked for.
    """

    emotions: pd.DataFrame
    others: pd.DataFrame
    undecided: pd.DataFrame
    too_few: tuple[str, ...]


def read_annotations(path: str | Path) -> pd.DataFrame:
    """The validated annotations in a .csv or .parquet file; see `validate` for the errors."""
    return validate(read_table(path), str(path))


def validate(frame: pd.DataFrame, source: str = "annotations") -> pd.DataFrame:
    """The annotations, rows numbered from 0; raises AnnotationError where they are wrong.

    Wrong are a missing column (image, annotator, label), an empty cell in one, an unknown label, and an
    annotator who answers twice for one image. annotated_at, where given, becomes a time.
    """
    absent = [name for name in ("image", "annotator", "label") if name not in frame.columns]
    if absent:
        raise AnnotationError(f"{source} has no column {', '.join(map(repr, absent))}; annotations need it")
    checked = frame.reset_index(drop=True).astype({"image": "str", "annotator": "str", "label": "str"})
    for name in ("image", "annotator", "label"):
        if checked[name].isna().any():
            row = int(checked[name].isna().to_numpy().argmax())
            raise AnnotationError(f"{source} has no {name} in row {row + 1}")
    unknown = ~checked["label"].isin(list(LABELS))
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        raise AnnotationError(
            f"{source} has an unknown label {checked['label'][row]!r} in row {row + 1} "
            f"({int(unknown.sum())} in all); known are {', '.join(LABELS)}"
        )
    again = checked.duplicated(["image", "annotator"])
    if again.any():
        row = int(again.to_numpy().argmax())
        who, what = checked["annotator"][row], checked["image"][row]
        raise AnnotationError(f"{source} has a second label of {who!r} for image {what!r} in row {row + 1}")
    return _with_times(checked, source)


def _with_times(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    if "annotated_at" in frame.columns:
        times = pd.to_datetime(frame["annotated_at"], errors="coerce", utc=True, format="ISO8601")
        wrong = times.isna() & frame["annotated_at"].notna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise AnnotationError(f"{source} has no time in row {row + 1}: {frame['annotated_at'][row]!r}")
        frame["annotated_at"] = times
    return frame


def vote_counts(annotations: pd.DataFrame) -> pd.DataFrame:
    """Votes as a table of counts: one row an image in the order of first appearance, one column a label."""
    images, names = pd.factorize(annotations["image"])
    labels = pd.Categorical(annotations["label"], categories=list(LABELS)).codes
    flat = np.bincount(images * len(LABELS) + labels, minlength=len(names) * len(LABELS))
    return pd.DataFrame(
        flat.reshape(len(names), len(LABELS)), index=pd.Index(names, name="image"), columns=list(LABELS)
    )


def human_distribution(annotations: pd.DataFrame) -> pd.DataFrame:
    """Share of each emotion among an image's emotion votes: image, human_neutral … human_contempt, votes.

    A human soft-label, to compare the engine's with. `votes` counts the emotion votes alone; the shares are
    NaN where there is none.
    """
    counts = vote_counts(annotations)[list(EMOTIONS)]
    votes = counts.sum(axis=1)
    shares = counts.div(votes.where(votes > 0), axis=0).set_axis(list(HUMAN_COLUMNS), axis=1)
    return shares.assign(votes=votes).reset_index()


def multi_annotated_set(
    annotations: pd.DataFrame,
    keywords: pd.Series | None = None,
    *,
    minimum: int = 2,
    tie_rule: TieRule = "first",
) -> MultiAnnotatedSet:
    """The MAS: every image's majority label; a tie goes to its keyword, else as `tie_rule` says.

    `annotations` is validated; `keywords` (index image) is the emotion that an image was searched by. An
    image needs `minimum` annotators. "First" is by annotated_at where it is given, and by row otherwise.
    """
    if tie_rule not in ("first", "undecided"):
        raise AnnotationError(f"unknown tie rule {tie_rule!r}; choose first or undecided")
    counts = vote_counts(annotations)
    total, most = counts.sum(axis=1), counts.max(axis=1)
    tied = counts.eq(most, axis=0)
    decided = pd.DataFrame(
        {"label": tied.idxmax(axis=1), "annotators": total, "agreeing": most, "unanimous": most == total}
    ).assign(decided_by="majority")
    _break_ties(decided, tied, annotations, keywords, tie_rule)
    enough = decided["annotators"] >= minimum
    kept = decided[enough].reset_index(names="image").astype({"image": "str"})
    is_emotion = kept["label"].isin(list(EMOTIONS))
    return MultiAnnotatedSet(
        emotions=kept[is_emotion].reset_index(drop=True),
        others=kept[kept["label"].isin(list(OTHER_LABELS))].reset_index(drop=True),
        undecided=kept[kept["label"].isna()].reset_index(drop=True),
        too_few=tuple(map(str, decided.index[~enough])),
    )


def _break_ties(
    decided: pd.DataFrame,
    tied: pd.DataFrame,
    annotations: pd.DataFrame,
    keywords: pd.Series | None,
    rule: TieRule,
) -> None:
    open_ties = tied.index[tied.sum(axis=1) > 1]
    if keywords is not None:
        words = keywords.reindex(open_ties).dropna()
        places = tied.columns.get_indexer(pd.Index(words))
        rows = tied.index.get_indexer(words.index)
        fits = (places >= 0) & tied.to_numpy()[rows, places]
        named = words[fits]
        decided.loc[named.index, "label"] = named
        decided.loc[named.index, "decided_by"] = "keyword"
        open_ties = open_ties.difference(named.index, sort=False)
    if rule == "undecided":
        decided.loc[open_ties, "label"] = None
        decided.loc[open_ties, "decided_by"] = "undecided"
        return
    first = _first_tied(annotations, tied.loc[open_ties])
    decided.loc[first.index, "label"] = first
    decided.loc[first.index, "decided_by"] = "first"


def _first_tied(annotations: pd.DataFrame, tied: pd.DataFrame) -> pd.Series:
    """Per image of `tied`, the tied label that was given first."""
    rows = annotations[annotations["image"].isin(tied.index)]
    if "annotated_at" in rows.columns:
        rows = rows.sort_values("annotated_at", kind="stable")
    places = tied.columns.get_indexer(pd.Index(rows["label"]))
    is_tied = tied.to_numpy()[tied.index.get_indexer(pd.Index(rows["image"])), places]
    return rows[is_tied].drop_duplicates("image").set_index("image")["label"]


def draw_test_set(mas: MultiAnnotatedSet, rng: np.random.Generator, per_emotion: int = 100) -> pd.Series:
    """Which images of `mas.emotions` are test-MAS: a boolean Series in its order.

    `per_emotion` images an emotion, drawn at random among those on which all annotators agree (Sec. 3.1); the
    rest is train-MAS. Raises AnnotationError where an emotion has fewer.
    """
    frame = mas.emotions
    chosen = np.zeros(len(frame), dtype=bool)
    for emotion in EMOTIONS:
        candidates = np.flatnonzero((frame["label"] == emotion) & frame["unanimous"])
        if len(candidates) < per_emotion:
            raise AnnotationError(
                f"the test set asks for {per_emotion} images of {emotion} on which all annotators agree, and "
                f"there are {len(candidates)}; ask for fewer (--test-per-emotion)"
            )
        chosen[rng.choice(candidates, per_emotion, replace=False)] = True
    return pd.Series(chosen, index=frame.index, name="test")
