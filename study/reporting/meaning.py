"""What each finding means: one sentence made of its numbers, for readers who skip the figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from study.findings.agreement import InterAgreement
from study.findings.bias import SideBias
from study.findings.claims import doubted, preferred, recognised
from study.findings.consistency import SelfAgreement
from study.findings.discrimination import Discrimination
from study.findings.dyads import ONE_PAIR
from study.findings.engine_people import EnginePeople
from study.findings.estimate import Estimate, beyond
from study.findings.intervals import NO_SPREAD, SAME_SHARES
from study.findings.paired import PairedTest
from study.findings.preference import Preference
from study.findings.psychometric import Psychometric
from study.findings.quality import Quality
from study.findings.retest import Retest
from study.findings.weibull import TARGET
from study.reporting.wording import listed, points, probability, ratio, share, value

# Fisher's exact p is at least 2 / 2^P: above .05 with five participants.
FEWEST_FOR_EXACT = 5
WITHOUT_INTERVALS = "without intervals to compare them by"
ONE_NOT_FLAGGED = "The one participant is not flagged."


def preference(found: Preference) -> str:
    """Which label is preferred, by how much, and by how many."""
    if not found.overall["soft"].n:
        return "There is no first-time answer to a question of Experiment 1."
    test = found.soft_vs_hard
    verdict = _verdict(found)
    exact = probability(test.p_exact)
    shares = f"soft {share(found.overall['soft'])}, hard {share(found.overall['hard'])}"
    difference = f"difference {points(test.difference)}{', exact ' + exact if exact else ''}"
    prefer = found.participants_preferring_soft
    many = (
        "" if prefer.estimate is None else f"; {round(prefer.estimate * prefer.n)} of {prefer.n} participants"
    )
    return f"{verdict}: {shares}, {difference}{many} chose soft more often.{_equivalence(test)}"


def _verdict(found: Preference) -> str:
    test = found.soft_vs_hard
    if test.participants == 1:
        return "One participant says nothing of others' preference"
    side = preferred(found)
    if not side:
        return "These answers do not settle whether people prefer soft- or hard-labels"
    winner, loser = ("soft", "hard") if side > 0 else ("hard", "soft")
    if doubt := _doubt(test):
        return f"These answers lean towards {winner}-labels, though {doubt}"
    return f"People prefer {winner}-labels to {loser}-labels"


def _doubt(test: PairedTest) -> str | None:
    """Why a difference that the t interval finds is no finding yet: Fisher's exact test."""
    if not doubted(test):
        return None
    not_below = "is not" if test.participants > FEWEST_FOR_EXACT else "of so few people cannot be"
    return f"Fisher's exact test {not_below} below .05"


def _equivalence(test: PairedTest) -> str:
    """How near to no difference at all the answers come; that and not a missing difference is evidence."""
    least = test.equivalent_within
    if least is None or least >= 1 or beyond(test.difference, 0):
        return ""
    return (
        f" Two one-sided tests at 5 % leave no difference beyond {100 * least:.1f} points either way: who"
        " would claim that there is no preference must have named a margin no smaller before the answers."
    )


def accuracy(found: Discrimination) -> str:
    """Whether the own soft-label is recognised above chance."""
    if not found.overall.n:
        return "There is no first-time answer to a question of Experiment 2."
    return (
        f"{_recognition(found)}: {share(found.overall)} right where chance is 50 %, "
        f"d' = {value(found.d_prime)}."
    )


def _recognition(found: Discrimination) -> str:
    test = found.against_chance
    if test.participants == 1:
        return "One participant says nothing of others"
    side = recognised(found)
    if not side:
        return "These answers do not tell recognition from chance"
    more = "more" if side > 0 else "less"
    if doubt := _doubt(test):
        return f"These answers lean towards recognition {more} often than chance, though {doubt}"
    verb = "recognise" if side > 0 else "pick"
    return f"People {verb} an image's own soft-label {more} often than chance"


def agreement(own: SelfAgreement, between: InterAgreement) -> str:
    """Self-agreement beside inter-agreement."""
    return (
        f"Answered as before when asked again: {_of_questions(own.overall)}; answered alike by two "
        f"participants: {_of_questions(between.overall)}."
    )


def _of_questions(one: Estimate) -> str:
    """A share of questions; where it is of one pair alone, whose interval is over questions, so it says."""
    said = f"{share(one)} of questions" if one.estimate is not None else share(one)
    return f"{said} ({ONE_PAIR})" if one.reason == ONE_PAIR and one.low is not None else said


def largest_and_smallest(rows: pd.DataFrame, name: str, what: str) -> str:
    """The groups in which a share is largest and smallest."""
    known = rows[rows[name].notna() & (rows["n"] > 0)].reset_index(drop=True)
    if known.empty:
        return "There are no answers to compare."
    groups, shares = [str(group) for group in known.iloc[:, 0]], known[name].to_numpy(float)
    if len(known) == 1:
        return f"There is one group, {groups[0]}, where {what} in {shares[0]:.0%} of answers."
    if np.ptp(shares) < NO_SPREAD:
        return f"In each of the {len(known)} groups {what} in {shares[0]:.0%} of answers."
    high, low = int(shares.argmax()), int(shares.argmin())
    ends = [f"{groups[at]} ({shares[at]:.0%}, n = {known['n'].iloc[at]:,})" for at in (high, low)]
    apart = _apart(known, name, high, low)
    return (
        f"Of the {len(known)} groups, compared after looking, {what} most and least often in {ends[0]} and "
        f"{ends[1]}, {apart}."
    )


def _apart(rows: pd.DataFrame, name: str, high: int, low: int) -> str:
    prefix = f"{name}_" if f"{name}_low" in rows.columns else ""
    floor, top = rows[f"{prefix}low"].to_numpy(float)[high], rows[f"{prefix}high"].to_numpy(float)[low]
    if not np.isfinite([floor, top]).all():
        return WITHOUT_INTERVALS
    return "whose intervals lie apart" if floor > top else "whose intervals overlap"


def psychometric(found: Psychometric) -> str:
    """The distance at which three in four are right."""
    if found.reason:
        return f"No function could be fitted: {found.reason}."
    fits = "" if found.fit_p is None else f"; test of fit {probability(found.fit_p)}"
    return (
        f"Three in four choices are right ({TARGET:.0%}) where the foil's distance is "
        f"{value(found.threshold)}; slope {value(found.slope)}, lapses {share(found.lapse)}{fits}."
    )


def coefficients(who: str, percent: Estimate, kappa: Estimate, ac1: Estimate) -> str:
    """Percent agreement with two coefficients that take chance away."""
    return (
        f"Agreement of participants {who}: {_of_questions(percent)}; beyond chance, Cohen's kappa "
        f"{value(kappa)}, Gwet's AC1 {value(ac1)}."
    )


def lag(found: Retest) -> str:
    """Whether agreement fades with the lag, and how much of it follows the sides."""
    if not found.same.n and not found.swapped.n:
        return "No participant has answered a question again."
    sides = f"with sides as before it is {share(found.same)}, with sides exchanged {share(found.swapped)}"
    known = beyond(found.lag_effect, 0)
    if known is None:
        return f"How self-agreement changes with the questions in between is not known; {sides}."
    change = {1: "grows", -1: "fades", 0: "shows no clear change"}[known]
    effect = points(found.lag_effect)
    return f"Self-agreement {change} as more questions lie in between ({effect} for a doubling); {sides}."


def ceiling(rows: pd.DataFrame) -> str:
    """How much of what noise allows is reached."""
    known = rows["of_ceiling"].dropna() if "of_ceiling" in rows else pd.Series(dtype=float)
    if known.empty:
        return "No pair has both shared questions and repeats."
    missing = (
        "what is missing is what the two see differently, and chance"
        if known.mean() < 1
        else "nothing is missing, and above it is chance alone"
    )
    return (
        f"Pairs reach on average {known.mean():.0%} of the agreement that their self-agreements allow; "
        f"{missing}. {_pairs(known)}"
    )


def _pairs(known: pd.Series[float]) -> str:
    if len(known) == 1:
        return "There is one pair."
    return f"{len(known)} pairs, {known.min():.0%} to {known.max():.0%}."


def side(found: SideBias) -> str:
    """Whether answers lean to a side."""
    if not found.left.n:
        return f"No first-time answer of Experiment {found.experiment} chose a side."
    leans = {
        1: "lean to the left",
        -1: "lean to the right",
        0: "show no clear lean to a side",
        None: "of participants so few or so alike tell nothing of a lean that others would have",
    }
    verdict = leans[_lean(found.left)]
    return f"Answers {verdict}: left {share(found.left)}, order effect {points(found.order_effect)}."


def _lean(left: Estimate) -> int | None:
    """To which side answers lean. People all alike have an interval over their answers, which says nothing of
    others: six or more of them do, by the exact test of signs.
    """
    if left.reason != SAME_SHARES:
        return beyond(left, 0.5)
    many = (left.participants or 0) > FEWEST_FOR_EXACT
    return int(np.sign((left.estimate or 0.5) - 0.5)) if many else None


def response_times(found: Quality) -> str:
    """The medians of the participants."""
    medians = found.by_participant["median_rt_ms"].dropna() / 1000
    if medians.empty:
        return "There are no response times yet."
    if len(medians) == 1:
        return f"The participant's median time is {medians.iloc[0]:.1f} s."
    return (
        f"The participants' median times run from {medians.min():.1f} s to {medians.max():.1f} s, the "
        f"middle one {medians.median():.1f} s."
    )


def speed(found: Quality) -> str:
    """Accuracy of the quickest and the slowest fifth."""
    known = found.speed[found.speed["n"] > 0]
    if len(known) < 2:
        return "There are too few answers to Experiment 2 to set speed against accuracy."
    quick, slow = known.iloc[0], known.iloc[-1]
    return (
        f"Of the quickest fifth of answers {quick['accuracy']:.0%} are right, of the slowest "
        f"{slow['accuracy']:.0%}, {_told_apart(quick, slow)}."
    )


def _told_apart(one: pd.Series, other: pd.Series) -> str:
    ends = np.array([one["low"], one["high"], other["low"], other["high"]], dtype=float)
    if not np.isfinite(ends).all():
        return WITHOUT_INTERVALS
    disjoint = ends[0] > ends[3] or ends[2] > ends[1]
    return "whose intervals lie apart" if disjoint else "whose intervals overlap"


def course(found: Quality) -> str:
    """Fatigue and slowing."""
    known = beyond(found.fatigue, 0)
    if known is None:
        return "Whether accuracy changes in the course of the study is not known."
    change = {1: "rises", -1: "falls", 0: "shows no clear change"}[known]
    return (
        f"From the first to the last question accuracy {change} ({points(found.fatigue)}); response times "
        f"change by {ratio(found.slowing)}."
    )


def flags(found: Quality) -> str:
    """Who is flagged for what."""
    rows = found.by_participant
    flagged = rows[rows["flagged"] != ""]
    if rows.empty:
        return "There are no answers to judge yet."
    if flagged.empty:
        return f"None of the {len(rows)} participants is flagged." if len(rows) > 1 else ONE_NOT_FLAGGED
    named = zip(flagged["participant"], flagged["flagged"], strict=True)
    who = listed([f"{name} ({why})" for name, why in named], "; ")
    return f"{len(flagged)} of {len(rows)} participants are flagged: {who}."


def engine(found: EnginePeople) -> str:
    """Slopes on the margin."""
    return (
        "As the margin goes from 0 to 1, by a straight line, the participants' shares change: soft "
        f"{points(found.soft_slope)}, right choices {points(found.accuracy_slope)}."
    )
