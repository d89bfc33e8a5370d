"""Quality hints: what in the latest answers of a participant might be worth a friendly question. No verdicts.

Straight-lining and haste can be a broken mouse as well as a bored person, and with many participants some are
flagged by chance alone, so each hint comes with the numbers behind it. They look at each one's latest
answers (WINDOW), which is what they do now; attention checks are counted over the whole study. The
thresholds are those of `study.findings.quality`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from db.tables import Answer, Participant, Question
from study.findings.consistency import pressed_left
from study.findings.quality import FAST_MS, FAST_SHARE, LAPSE, LAPSES_CHANCE, RUN_CHANCE, longest_runs

WINDOW = 200
LEAST = 20
"""Answers from which shares are looked at."""
BIAS = 0.1
"""How far from a half the share of left must be; sides are counterbalanced, so that a half is expected."""
HINTS = {
    "fast": f"more than {FAST_SHARE:.0%} of the latest answers came within {FAST_MS} ms of the question",
    "straight-lining": f"one key in a run that chance makes once in {1 / RUN_CHANCE:,.0f} such series",
    "side bias": f"left share more than {BIAS:.0%} from a half, and its 99.9 % interval holds no half",
    "attention": f"more checks failed than lapses of {LAPSE:.0%} explain (chance under {LAPSES_CHANCE:.0%})",
}
COLUMNS = (
    *("looked_at", "fast", "median_ms", "longest_run", "longest_expected", "left", "sided"),
    *("checks_failed", "checks", "hints"),
)
_NORMAL = 3.2905267314918945  # two-sided 99.9 %


def hints(session: Session, answered: Mapping[int, int], study_id: int) -> pd.DataFrame:
    """Hints about participants, by participant id (COLUMNS); `answered` is how many answers each has given.

    fast, left: shares of the latest answers, None where there are fewer than LEAST; sided: answers that chose
    a side; hints: a comma-separated text of HINTS' keys.
    """
    people = sorted(answered)
    checks = _checks(session, study_id).reindex(people).fillna(0).astype(np.int64)
    return judged(_latest(session, answered), checks)


def judged(rows: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Hints about participants from their latest answers and all their attention checks; as `hints`.

    rows: [participant_id, position, choice, side, rt_ms, hidden_ms], up to WINDOW of each; checks:
    [checks, failed] of every participant, by their ids in order.
    """
    people = list(checks.index)
    codes = rows["participant_id"].map({one: at for at, one in enumerate(people)}).to_numpy(np.int64)
    found = pd.DataFrame(index=pd.Index(people, name="participant_id"))
    n = np.bincount(codes, minlength=len(people))
    seen = (rows["rt_ms"] - rows["hidden_ms"]).to_numpy(float)
    compared = rows["choice"].notna().to_numpy()  # an annotator presses no side
    left = pressed_left(rows)
    sided = np.bincount(codes[np.isfinite(left)], minlength=len(people))
    lefts = np.bincount(codes, weights=np.nan_to_num(left), minlength=len(people))
    fast = np.bincount(codes, weights=seen < FAST_MS, minlength=len(people))
    found["looked_at"] = n
    found["fast"] = np.where(n >= LEAST, fast / np.maximum(n, 1), np.nan)
    found["median_ms"] = pd.Series(seen).groupby(codes).median().reindex(range(len(people))).to_numpy()
    of = rows[compared]
    found["longest_run"] = longest_runs(of, codes[compared].astype(np.intp), len(people)) if len(of) else 0
    found["longest_expected"] = np.floor(np.log2(np.maximum(n, 1) / RUN_CHANCE)).astype(np.int64)
    found["left"] = np.where(sided >= LEAST, lefts / np.maximum(sided, 1), np.nan)
    found["sided"] = sided
    found["checks_failed"], found["checks"] = checks["failed"], checks["checks"]
    found["hints"] = _raised(found, lefts)
    return found[list(COLUMNS)]


def _raised(found: pd.DataFrame, lefts: NDArray[Any]) -> list[str]:
    failed, checks = found["checks_failed"].to_numpy(), found["checks"].to_numpy()
    flags = {
        "fast": (found["fast"] > FAST_SHARE).to_numpy(),
        "straight-lining": (found["longest_run"] > found["longest_expected"]).to_numpy(),
        "side bias": _one_sided(lefts, found["sided"].to_numpy(float)) & found["left"].notna().to_numpy(),
        "attention": (failed > 0) & (binom.sf(failed - 1, checks, LAPSE) < LAPSES_CHANCE),
    }
    return [", ".join(name for name, up in flags.items() if up[at]) for at in range(len(found))]


def _one_sided(lefts: NDArray[Any], sided: NDArray[Any]) -> NDArray[np.bool_]:
    share = lefts / np.maximum(sided, 1)
    # Wilson's 99.9 % interval holds a half where the score test does not reject it.
    score = np.abs(lefts - sided / 2) / np.sqrt(np.maximum(sided, 1) / 4)
    return np.asarray((np.abs(share - 0.5) > BIAS) & (score > _NORMAL))


def _latest(session: Session, answered: Mapping[int, int]) -> pd.DataFrame:
    names = ["participant_id", "position", "choice", "side", "rt_ms", "hidden_ms"]
    other = aliased(Answer)
    # Of the participant, not of the answer: found once each, and the answers by a step in their index.
    last = select(func.max(other.position)).where(other.participant_id == Participant.id)
    people = [one for one, many in answered.items() if many]
    query = (
        select(
            Answer.participant_id,
            Answer.position,
            Answer.choice,
            Question.side,
            Answer.rt_ms,
            Answer.hidden_ms,
        )
        .select_from(Participant)
        .join(Answer, Answer.participant_id == Participant.id)
        .join(Question, Question.id == Answer.question_id)
        .where(Participant.id.in_(people))
        .where(Answer.position > last.correlate(Participant).scalar_subquery() - WINDOW)
    )
    rows = [tuple(row) for row in session.execute(query)]
    return pd.DataFrame(rows, columns=names)


def _checks(session: Session, study_id: int) -> pd.DataFrame:
    """Attention checks of each participant: how many were answered, and how many not with the own label."""
    failed = func.sum(case((Answer.choice == "own", 0), else_=1))
    query = (
        select(Answer.participant_id, func.count(Answer.id), failed)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.study_id == study_id, Question.kind == "attention")
        .group_by(Answer.participant_id)
    )
    rows = [tuple(row) for row in session.execute(query)]
    return pd.DataFrame(rows, columns=["participant_id", "checks", "failed"]).set_index("participant_id")
