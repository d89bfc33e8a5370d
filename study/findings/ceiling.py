"""How much two participants could agree at most, given how little each agrees with themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from study.findings.agreement import InterAgreement
from study.findings.consistency import SelfAgreement


def noise_ceiling(own: SelfAgreement, between: InterAgreement) -> pd.DataFrame:
    """Each pair's agreement beside the most that the two self-agreements allow.

    Returns [a, b, n, percent, ceiling, of_ceiling] for pairs that share questions. If a answers a question
    by chances p, and again by the same chances, self-agreement is sum p^2, and agreement with q is sum p q;
    so by Cauchy and Schwarz it is at most sqrt(self_a self_b) on average, which is the ceiling (cf.
    Spearman 1904 on attenuation). of_ceiling is their ratio; chance takes it over 1 now and then. NaN
    without self-repeats.
    """
    known = own.by_participant.set_index("participant")["percent"]
    rows = between.by_pair.loc[between.by_pair["n"] > 0, ["a", "b", "n", "percent"]].reset_index(drop=True)
    share = {name: rows[name].map(known).to_numpy(float) for name in ("a", "b")}
    rows["ceiling"] = np.sqrt(share["a"] * share["b"])
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["of_ceiling"] = rows["percent"] / rows["ceiling"]
    return rows
