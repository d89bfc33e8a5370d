"""Age, gender and ethnicity of the faces, and who shows which emotion (Sec. 3.5.4, Figs. 4, IV, V)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.soft_labels import SUBSETS

AGE_BANDS: tuple[str, ...] = ("0-15", "16-32", "33-53", "54+")
GENDERS: tuple[str, ...] = ("Female", "Male")
ETHNICITIES: tuple[str, ...] = ("Asian", "Indian", "Black", "White", "Middle-Eastern", "Hispanic")

SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "gender": {
        **{word.lower(): word for word in GENDERS},
        **{"man": "Male", "m": "Male", "woman": "Female", "f": "Female"},
    },
    "ethnicity": {
        **{word.lower(): word for word in ETHNICITIES},
        **{"middle eastern": "Middle-Eastern", "middle_eastern": "Middle-Eastern"},
        **dict.fromkeys(("latino hispanic", "latino_hispanic", "latino"), "Hispanic"),
        **dict.fromkeys(("east asian", "southeast asian"), "Asian"),
    },
}
"""Words of common estimators (DeepFace, FairFace) for the same values, in small letters."""

_BAND_EDGES = (16, 33, 54)


def age_bands(ages: Sequence[float] | pd.Series) -> pd.Series:
    """Band of each age in years: 0-15, 16-32, 33-53, 54+; missing where the age is.

    Ages count as completed years, so that 15.9 is in the first band. Raises EngineError for a negative age.
    """
    years = pd.Series(ages, dtype="float64")
    if (years < 0).any():
        raise EngineError(f"an age of {years[years < 0].iloc[0]} years; ages are 0 or more")
    bands = np.array(AGE_BANDS, dtype=object)[np.digitize(years.fillna(0), _BAND_EDGES)]
    return pd.Series(bands, index=years.index, dtype="str").where(years.notna())


def canonical_word(attribute: str, word: str) -> str:
    """The paper's word for a gender or an ethnicity, whatever its letters' case; an unknown word as it is."""
    return SYNONYMS[attribute].get(word.strip().lower(), word)


def emotions_by_subset(labels: pd.DataFrame, splits: pd.Series | None = None) -> pd.DataFrame:
    """Counts of Fig. 4: split, subset, emotion, images, for every combination, those without an image too.

    `labels` needs hard_label and subset; `splits` is each row's split, and one split "all" without it. Rows
    that have no hard-label or subset are not counted.
    """
    table = pd.DataFrame(
        {
            "split": "all" if splits is None else splits.to_numpy(),
            "subset": labels["subset"].to_numpy(),
            "emotion": labels["hard_label"].to_numpy(),
        }
    ).dropna()
    names = list(pd.unique(table["split"]))
    every = pd.MultiIndex.from_product([names, SUBSETS, EMOTIONS], names=["split", "subset", "emotion"])
    return table.value_counts().reindex(every, fill_value=0).rename("images").reset_index()


def joint_shares(images: pd.DataFrame) -> pd.DataFrame:
    """Joint shares in percent of expression, gender, ethnicity and age band (Figs. IV and V).

    A symmetric table whose rows and columns are (attribute, value) pairs. The cell of two values is the share
    of images that have both, among the images for which both attributes are known; on the diagonal stands the
    share of one value. Attributes that `images` lacks are left out; NaN where no image has both attributes
    known.
    """
    values = {
        "expression": (images["hard_label"], EMOTIONS),
        **({"gender": (images["gender"], GENDERS)} if "gender" in images else {}),
        **({"ethnicity": (images["ethnicity"], ETHNICITIES)} if "ethnicity" in images else {}),
        **({"age": (age_bands(images["age"]), AGE_BANDS)} if "age" in images else {}),
    }
    blocks = {name: _indicator(column, known, name) for name, (column, known) in values.items()}
    index = pd.MultiIndex.from_tuples(
        [(name, value) for name, (_, known) in values.items() for value in known],
        names=["attribute", "value"],
    )
    rows = [[_block(one, other) for other in blocks.values()] for one in blocks.values()]
    return pd.DataFrame(np.block(rows), index=index, columns=index)


def _indicator(
    column: pd.Series, known: Sequence[str], name: str
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    codes = pd.Index(known).get_indexer(pd.Index(column))
    unknown = (codes < 0) & column.notna().to_numpy()
    if unknown.any():
        value = column.iloc[int(unknown.argmax())]
        raise EngineError(f"unknown {name} {value!r}; known are {', '.join(known)}")
    return np.asarray(codes[:, None] == np.arange(len(known)), dtype=np.float64)


def _block(
    one: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    other: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    known = one.sum(axis=1) @ other.sum(axis=1)
    shares: np.ndarray[tuple[int, int], np.dtype[np.float64]] = one.T @ other
    return shares * (100 / known) if known else np.full(shares.shape, np.nan)
