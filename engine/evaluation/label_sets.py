"""What a label file holds: its subsets, its scores, the emotions that go together, and who shows them.

Every function takes a frame and gives one; `labels` is the table that `python -m engine label` writes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.metadata import (
    ETHNICITIES,
    GENDERS,
    canonical_word,
    emotions_by_subset,
    joint_shares,
)
from engine.soft_labels import SOFT_COLUMNS, SUBSETS, emotion_indices, rank, subset
from engine.subsets import subset_table

_QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


def check_labels(labels: pd.DataFrame, source: str = "the label file", *, subsets: bool = True) -> None:
    """Raise EngineError where a frame has no row, or lacks a column: `subsets` asks for the subset too."""
    needed = ["image", "hard_label", *SOFT_COLUMNS, *(["subset"] if subsets else [])]
    absent = [name for name in needed if name not in labels.columns]
    if absent:
        raise EngineError(
            f"{source} has no column {', '.join(map(repr, absent))}; `python -m engine label` writes them all"
        )
    if labels.empty:
        raise EngineError(f"{source} has no row; label at least one image")


def table_5(labels: pd.DataFrame) -> pd.DataFrame:
    """Table 5 as printed: rows (subset, measure images or percent), columns emotions and Overall."""
    check_labels(labels)
    long = subset_table(labels)
    wide = long.melt(["subset", "emotion"], var_name="measure").pivot(
        index=["subset", "measure"], columns="emotion", values="value"
    )
    order = pd.MultiIndex.from_product(
        [["All", *SUBSETS], ["images", "percent"]], names=["subset", "measure"]
    )
    found = wide.reindex(order)[[*EMOTIONS, "Overall"]].reset_index()
    found.columns.name = None
    return found


def figure_4(labels: pd.DataFrame, images: pd.DataFrame | None = None) -> pd.DataFrame:
    """Counts of Fig. 4: split, subset, emotion, images, and percent of its split and subset.

    `images` is the manifest, which knows each image's split; without it there is one split "all".
    """
    check_labels(labels)
    splits = None if images is None else with_metadata(labels, images)["split"]
    found = emotions_by_subset(labels, splits)
    of = found.groupby(["split", "subset"])["images"].transform("sum")
    return found.assign(percent=100 * found["images"] / of.where(of > 0))


def score_distributions(labels: pd.DataFrame) -> pd.DataFrame:
    """Soft scores by emotion: emotion, of (all; own: images with that hard-label; others), images, mean, sd,
    q05, q25, median, q75, q95. NaN where there is no image.
    """
    check_labels(labels, subsets=False)
    hard = emotion_indices(labels["hard_label"])
    rows = []
    for place, emotion in enumerate(EMOTIONS):
        scores = labels[SOFT_COLUMNS[place]].to_numpy(np.float64)
        groups = {
            "all": scores,
            "own": scores[hard == place],
            "others": scores[(hard != place) & (hard >= 0)],
        }
        rows += [{"emotion": emotion, "of": of, **_described(values)} for of, values in groups.items()]
    return pd.DataFrame(rows)


def score_histogram(labels: pd.DataFrame, bins: int = 40) -> pd.DataFrame:
    """Counts of soft scores in even bins of 0..1: emotion, low, high, own (hard-label is it), others."""
    check_labels(labels, subsets=False)
    hard = emotion_indices(labels["hard_label"])
    edges = np.linspace(0, 1, bins + 1)
    frames = []
    for place, emotion in enumerate(EMOTIONS):
        scores = labels[SOFT_COLUMNS[place]].to_numpy(np.float64)
        own, others = (np.histogram(scores[chosen], edges)[0] for chosen in (hard == place, hard != place))
        columns = {"emotion": emotion, "low": edges[:-1], "high": edges[1:], "own": own, "others": others}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def co_occurrence(labels: pd.DataFrame, share: float = 0.5) -> pd.DataFrame:
    """How often two emotions are in one face, in percent of the images: (8, 8), symmetric.

    An emotion is in a face where its score is at least `share` of the face's highest score. The diagonal says
    how often an emotion is in a face at all.
    """
    check_labels(labels, subsets=False)
    if not 0 < share <= 1:
        raise EngineError(f"a share of {share} of the highest score; give a number in 0..1")
    scores = labels[list(SOFT_COLUMNS)].to_numpy(np.float64)
    highest = scores.max(axis=1, keepdims=True)
    present = ((scores >= share * highest) & (highest > 0)).astype(np.float64)
    return pd.DataFrame(
        100 * present.T @ present / len(present), index=list(EMOTIONS), columns=list(EMOTIONS)
    )


def score_correlations(labels: pd.DataFrame) -> pd.DataFrame:
    """Pearson correlations (8, 8) of the emotions' soft scores; NaN where an emotion's scores do not vary."""
    check_labels(labels, subsets=False)
    found = labels[list(SOFT_COLUMNS)].astype("float64").corr()
    return found.set_axis(list(EMOTIONS)).set_axis(list(EMOTIONS), axis=1)


def shares(labels: pd.DataFrame, images: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The joint share matrix of each split (Fig. IV train, Fig. V validation): expression x gender x
    ethnicity x age, in percent; see `engine.metadata.joint_shares`. Splits without a labelled image are left
    out.
    """
    rows = known_people(with_metadata(labels, images))[0]
    return {str(split): joint_shares(own) for split, own in rows.groupby("split", sort=False)}


def known_people(images: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """The manifest with the paper's words for gender and ethnicity, others missing, and how many each
    loses.
    """
    found, lost = images.copy(), {}
    for name, known in (("gender", GENDERS), ("ethnicity", ETHNICITIES)):
        if name not in images.columns:
            continue
        words = images[name].map(lambda word, name=name: canonical_word(name, str(word)), na_action="ignore")
        found[name] = words.where(words.isin(known))
        lost[name] = int((words.notna() & ~words.isin(known)).sum())
    return found, lost


def with_metadata(labels: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """The labels in their order with the manifest's other columns; raises EngineError for an image that the
    manifest lacks.
    """
    absent = ~labels["image"].isin(images["image"])
    if absent.any():
        name = labels.loc[absent, "image"].iloc[0]
        raise EngineError(
            f"{int(absent.sum())} of {len(labels)} labelled images are not in the manifest, the first is "
            f"{name!r}; give the manifest that was labelled"
        )
    others = ["image", *(name for name in images.columns if name not in labels.columns)]
    return labels.merge(images[others], on="image", how="left", validate="one_to_one")


def score_caps(confidence: Mapping[str, Any]) -> pd.DataFrame:
    """What the confidence scores of a bundle.json allow: emotion, ensemble, action_units, cap.

    `ensemble` is the mean of the backbones' scores. `cap` is the most that Eq. 14 can give the emotion,
    reached where every network is certain.
    """
    rows = []
    for emotion in EMOTIONS:
        ensemble = float(np.mean([scores[emotion] for scores in confidence["ensemble"].values()]))
        units = float(confidence["action_units"][emotion])
        rows.append((emotion, ensemble, units, (ensemble + units) / 2))
    return pd.DataFrame(rows, columns=["emotion", "ensemble", "action_units", "cap"])


def confidence_bias(labels: pd.DataFrame, caps: pd.DataFrame) -> pd.DataFrame:
    """The known bias of the method: confidence caps each emotion's score at another height (Eqs. 5, 13, 14).

    Adds to `score_caps` the highest score found (`highest`), the share of images in which the emotion ranks
    first (`first`) and would once every score is divided by its cap (`first_without`), and the share of its
    own images that are Easy, as they are (`easy`) and then (`easy_without`). Shares are fractions of 1, NaN
    without an image.
    """
    check_labels(labels)
    scores = labels[list(SOFT_COLUMNS)].to_numpy(np.float64)
    even = _without_caps(scores, caps)
    hard = emotion_indices(labels["hard_label"])
    columns: dict[str, list[float]] = {
        name: [] for name in ("highest", "first", "first_without", "easy", "easy_without")
    }
    for place in range(len(EMOTIONS)):
        own = hard == place
        columns["highest"].append(float(scores[:, place].max()))
        for name, values in (("", scores), ("_without", even)):
            columns[f"first{name}"].append(float((values.argmax(axis=1) == place).mean()))
            easy = rank(values[own], hard[own]) == 1 if own.any() else np.array([np.nan])
            columns[f"easy{name}"].append(float(easy.mean()))
    return caps.assign(**columns)


def subsets_without_caps(labels: pd.DataFrame, caps: pd.DataFrame) -> pd.DataFrame:
    """How many images the caps move: subset (as is), and Easy, Challenging, Difficult (without caps)."""
    check_labels(labels)
    hard = emotion_indices(labels["hard_label"])
    known = hard >= 0
    even = _without_caps(labels[list(SOFT_COLUMNS)].to_numpy(np.float64), caps)[known]
    then = subset(rank(even, hard[known]))
    table = pd.crosstab(labels["subset"].to_numpy(object)[known], then)
    every = list(SUBSETS)
    return table.reindex(index=every, columns=every, fill_value=0).rename_axis("subset").reset_index()


def _without_caps(scores: np.ndarray, caps: pd.DataFrame) -> np.ndarray:
    heights = caps.set_index("emotion")["cap"].reindex(list(EMOTIONS)).to_numpy(np.float64)
    # A score of bf16 networks may pass its cap by a rounding.
    return np.clip(scores / np.where(heights > 0, heights, 1.0), 0, 1)


def _described(values: np.ndarray) -> dict[str, float]:
    if not len(values):
        return {"images": 0, **dict.fromkeys(["mean", "sd", *_QUANTILES], np.nan)}
    sd = float(values.std(ddof=1)) if len(values) > 1 else np.nan
    quantiles = np.quantile(values, list(_QUANTILES.values()))
    return {
        "images": len(values),
        "mean": float(values.mean()),
        "sd": sd,
        **dict(zip(_QUANTILES, map(float, quantiles), strict=True)),
    }
