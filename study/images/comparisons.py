"""Two label sets compared, once, and kept in the cache: neither ever changes after its import."""

from pathlib import Path

import pandas as pd
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import LabelSet
from engine.evaluation.comparison import LabelComparison
from study.errors import NotFoundError
from study.images.overview import compare_sets, keep_tables

_TABLES = ("images", "moves", "scores")
_COUNTS = ("changed", "ranked", "only_before", "only_after")


def comparison(session: Session, settings: Settings, before: int, after: int) -> LabelComparison:
    """What changed from one label set to another, as `overview.compare_sets` says it.

    The first call for a pair reads both label sets whole; the folder may be deleted at any time.

    Raises:
        NotFoundError: there is no such label set.
        engine.errors.EngineError: no image is in both.
    """
    folder = settings.cache_dir / "comparisons" / "-".join(_mark(session, one) for one in (before, after))
    if not folder.is_dir():
        found = compare_sets(session, before, after)
        counts = pd.DataFrame({name: [getattr(found, name)] for name in _COUNTS})
        keep_tables({**{name: getattr(found, name) for name in _TABLES}, "counts": counts}, folder)
    return _restored(folder)


def _mark(session: Session, label_set_id: int) -> str:
    label_set = session.get(LabelSet, label_set_id)
    if label_set is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    return f"{label_set.id}-{label_set.fingerprint[:16]}"


def _restored(folder: Path) -> LabelComparison:
    images, moves, scores = (pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES)
    counts = pd.read_parquet(folder / "counts.parquet").iloc[0]
    changed, ranked, only_before, only_after = (int(counts[name]) for name in _COUNTS)
    return LabelComparison(images, moves, scores, changed, ranked, only_before, only_after)
