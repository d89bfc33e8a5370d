"""What a bundle did to a data set: the tables of a label set, computed once and kept in the cache.

A label set never changes after its import, so neither do these; the folder may be deleted at any time.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import LabelFacet, LabelSet
from engine.bundle import FILE, open_bundle
from engine.errors import EngineError
from engine.evaluation import label_sets
from engine.evaluation.comparison import LabelComparison, compare
from engine.soft_labels import SOFT_COLUMNS
from study.errors import NotFoundError

_JOINT = "joint_shares_"
_COLUMNS = ("name", "hard_label", "subset", "rank", "margin", *SOFT_COLUMNS, "split", "gender", "ethnicity")
Tables = Mapping[str, pd.DataFrame]


def overview(session: Session, settings: Settings, label_set_id: int) -> Tables:
    """The tables of a label set by name, as `engine.evaluation.label_sets` gives them.

    table_5, figure_4, score_distributions, score_histogram, co_occurrence, score_correlations; where the
    manifest knows who is shown joint_shares_<split> (Figs. IV, V); where the bundle is in the data folder
    confidence_bias and subsets_without_caps. The first call reads the whole label set.

    Raises:
        NotFoundError: there is no such label set.
    """
    label_set = _label_set(session, label_set_id)
    folder = settings.cache_dir / "overviews" / f"{label_set.id}-{label_set.fingerprint[:16]}"
    if not folder.is_dir():
        keep_tables(_tables(facet_frame(session, label_set_id), _confidence(settings, label_set)), folder)
    return {file.stem: _restored(file) for file in sorted(folder.glob("*.parquet"))}


def keep_overview(session: Session, settings: Settings, name: str) -> None:
    """Compute the overview of the label set `name` before anybody waits for it."""
    found = session.scalar(select(LabelSet.id).where(LabelSet.name == name))
    if found is None:
        raise NotFoundError(f"there is no label set {name!r}")
    overview(session, settings, found)


def compare_sets(session: Session, before: int, after: int) -> LabelComparison:
    """Which images changed their subset from one label set to another, whereto, and how far scores moved.

    `images` has each image's image_id too.

    Raises:
        NotFoundError: there is no such label set.
        engine.errors.EngineError: no image is in both.
    """
    known = facet_frame(session, after)
    found = compare(facet_frame(session, before), known)
    return replace(found, images=found.images.merge(known[["image", "image_id"]], on="image"))


def facet_frame(session: Session, label_set_id: int) -> pd.DataFrame:
    """A label set as the `labels` contract with each image's id, split, gender, ethnicity and age."""
    _label_set(session, label_set_id)
    columns = [getattr(LabelFacet, name) for name in ("image_id", *_COLUMNS, "age")]
    query = select(*columns).where(LabelFacet.label_set_id == label_set_id)
    rows = session.execute(query).all()
    frame = pd.DataFrame.from_records(rows, columns=["image_id", *_COLUMNS, "age"])
    return frame.rename(columns={"name": "image"})


def _label_set(session: Session, label_set_id: int) -> LabelSet:
    found = session.get(LabelSet, label_set_id)
    if found is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    return found


def _confidence(settings: Settings, label_set: LabelSet) -> pd.DataFrame | None:
    """The caps that the bundle's confidence scores set, where the bundle is still there."""
    folder = settings.data_dir / "bundles" / (label_set.bundle or "")
    if not label_set.bundle or not (folder / FILE).is_file():
        return None
    try:
        return label_sets.score_caps(open_bundle(folder).contents["confidence"])
    except EngineError:
        return None


def _tables(labels: pd.DataFrame, caps: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    known = {name for name in ("split", "gender", "ethnicity", "age") if labels[name].notna().any()}
    images = labels[["image", *sorted(known)]]
    plain = labels.drop(columns=["split", "gender", "ethnicity", "age"])
    tables = {
        "table_5": label_sets.table_5(plain),
        "figure_4": label_sets.figure_4(plain, images if "split" in known else None),
        "score_distributions": label_sets.score_distributions(plain),
        "score_histogram": label_sets.score_histogram(plain),
        "co_occurrence": label_sets.co_occurrence(plain),
        "score_correlations": label_sets.score_correlations(plain),
    }
    if "split" in known and len(known) > 1:
        for split, shares in label_sets.shares(plain, images).items():
            tables[f"{_JOINT}{split}"] = shares
    if caps is not None:
        tables["confidence_bias"] = label_sets.confidence_bias(plain, caps)
        tables["subsets_without_caps"] = label_sets.subsets_without_caps(plain, caps)
    return tables


def keep_tables(tables: Tables, folder: Path) -> None:
    """Write all tables or none: a reader never meets half a folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
    try:
        for name, table in tables.items():
            kept = table.set_axis([_flat(one) for one in table.columns], axis=1)
            kept.to_parquet(part / f"{name}.parquet")
        part.rename(folder)
    except OSError:
        if not folder.is_dir():  # else somebody else was quicker
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _flat(column: object) -> str:
    return ": ".join(map(str, column)) if isinstance(column, tuple) else str(column)


def _restored(file: Path) -> pd.DataFrame:
    table = pd.read_parquet(file)
    if not file.stem.startswith(_JOINT):
        return table
    pairs = [tuple(str(column).split(": ", 1)) for column in table.columns]
    return table.set_axis(pd.MultiIndex.from_tuples(pairs, names=["attribute", "value"]), axis=1)
