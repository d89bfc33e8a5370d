"""What annotators agree on, and how reliable each is: Dawid and Skene's model, fitted by crowd-kit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.errors import StudyError

EXTRA = "requirements-annotators.txt"
ITERATIONS = 100


@dataclass(frozen=True)
class Consensus:
    """items: [item, label, probability], the likeliest true label of each. raters: [rater, n, accuracy],
    accuracy the share of items that the rater would label rightly, by the fitted error rates and the
    labels' prevalence.
    """

    items: pd.DataFrame
    raters: pd.DataFrame


def dawid_skene(table: pd.DataFrame, item: str, rater: str, label: str) -> Consensus:
    """Fit true labels and each rater's error rates by expectation-maximisation (Dawid & Skene 1979, JRSS C
    28:20) to one reading a rater and item, the first.

    The model takes raters to err independently given the truth. StudyError without crowd-kit, which is
    installed apart (requirements-annotators.txt), or where no row has a label.
    """
    try:
        from crowdkit.aggregation import DawidSkene
    except ImportError as problem:
        raise StudyError(
            f"Dawid and Skene's model is fitted by crowd-kit, which is not installed: pip install -r {EXTRA}"
        ) from problem
    rows = table.loc[table[label].notna(), [item, rater, label]]
    if rows.empty:
        raise StudyError("no row has a label, so there is no consensus to find")
    named = pd.DataFrame({"task": rows[item], "worker": rows[rater], "label": rows[label].astype(str)})
    named = named.drop_duplicates(["task", "worker"])
    model = DawidSkene(n_iter=ITERATIONS).fit(named)
    shares = model.probas_
    items = pd.DataFrame(
        {
            "item": shares.index,
            "label": shares.idxmax(axis=1).to_numpy(),
            "probability": shares.max(axis=1).to_numpy(),
        }
    )
    counts = named["worker"].value_counts().sort_index()
    raters = pd.DataFrame({"rater": counts.index, "n": counts.to_numpy()})
    raters["accuracy"] = [_accuracy(model.errors_.loc[who], model.priors_) for who in raters["rater"]]
    return Consensus(items, raters)


def _accuracy(errors: pd.DataFrame, prevalence: pd.Series) -> float:
    """Chance of the true label: errors has a row for each label given and a column for each true one."""
    square = errors.reindex(index=prevalence.index, columns=prevalence.index, fill_value=0.0)
    return float((np.diag(square.to_numpy(float)) * prevalence.to_numpy(float)).sum())
