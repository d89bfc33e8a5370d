"""What a plan promises, one check for each promise."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from study.design.design import Design
from study.planning.attention import LEAST_GAP, attention_gap, clear_images
from study.planning.foils import js_distance, score_difference
from study.planning.images import SOFT_COLUMNS
from study.planning.sequence import longest_lag
from study.question_columns import OPTION_ORDERS

KINDS = ("first", "self_repeat", "overlap", "attention")


@dataclass(frozen=True)
class Check:
    """One promise: `passed` is None where it cannot be judged, `figure` what was found, or why not."""

    name: str
    passed: bool | None
    figure: str


@dataclass(frozen=True)
class PlanTable:
    """A plan as the checks read it."""

    questions: pd.DataFrame
    again: pd.DataFrame  # self-repeats and overlap, each beside the question it repeats (columns …_source)
    pairs: pd.DataFrame
    design: Design
    labels: pd.DataFrame | None

    @property
    def first(self) -> pd.DataFrame:
        """The first-time questions."""
        return self.questions[self.questions["kind"] == "first"]

    @property
    def checks(self) -> pd.DataFrame:
        """The attention checks."""
        return self.questions[self.questions["kind"] == "attention"]

    @property
    def found_from(self) -> pd.DataFrame:
        """The questions that findings are made of: all but the attention checks."""
        return self.questions[self.questions["kind"] != "attention"]

    @property
    def images(self) -> int:
        """How many images are asked about."""
        return int(self.found_from["image"].nunique())

    def counts(self, kind: str) -> "pd.Series[int]":
        """Questions of a kind, by participant."""
        chosen = self.questions["participant"][self.questions["kind"] == kind].value_counts()
        return chosen.reindex(sorted(self.questions["participant"].unique()), fill_value=0)


def _spread(values: "pd.Series[int]") -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _table_is_whole(table: PlanTable) -> Check:
    questions = table.questions
    ids = questions["question"].is_unique
    order = all(
        sorted(part) == list(range(1, len(part) + 1))
        for _, part in questions.groupby("participant")["position"]
    )
    kinds = questions["kind"].isin(KINDS).all()
    once = questions["kind"].isin(("first", "attention"))
    sources = (questions["repeats"].isna() == once).all()
    found = not table.again["question_source"].isna().any()
    people = questions["participant"].nunique()
    passed = bool(ids and order and kinds and sources and found and people == table.design.participants)
    return Check(
        "questions are numbered without gaps",
        passed,
        f"{len(questions):,} questions of {people} participants",
    )


def _each_image_once(table: PlanTable) -> Check:
    times = table.first.groupby(["image", "experiment"]).size()
    images = table.images
    complete = len(times) == images * len(table.design.experiments)
    figure = f"{images:,} images, {len(table.first):,} first-time questions"
    return Check(
        "every image is asked first once in each experiment", bool(complete and (times == 1).all()), figure
    )


def _loads(table: PlanTable) -> Check:
    totals = table.counts("first")
    by_experiment = table.first.groupby(["experiment", "participant"]).size().unstack(fill_value=0)
    apart = int((by_experiment.max(axis=1) - by_experiment.min(axis=1)).max())
    passed = int(totals.max() - totals.min()) <= 1 and apart <= 1
    everything = table.questions.groupby("participant").size()
    return Check(
        "loads are within one", passed, f"{_spread(totals)} first-time, {_spread(everything)} in all"
    )


def _balance(table: PlanTable) -> Check:
    name = "emotions and experiments are within one"
    if table.labels is None:
        return Check(name, None, "not judged without a label set")
    emotion = table.first["image"].map(table.labels.set_index("image")["hard_label"])
    first = table.first.assign(emotion=emotion)
    worst = 0
    for keys in (["emotion"], ["emotion", "experiment"]):
        cells = first.groupby([*keys, "participant"]).size().unstack(fill_value=0)
        cells = cells.reindex(columns=sorted(table.questions["participant"].unique()), fill_value=0)
        worst = max(worst, int((cells.max(axis=1) - cells.min(axis=1)).max()))
    return Check(name, worst <= 1 and not emotion.isna().any(), f"at most {worst} apart in any cell")


def _self_repeats(table: PlanTable) -> Check:
    again = table.again[table.again["kind"] == "self_repeat"]
    counts = table.counts("self_repeat")
    due = table.design.repeats_each(table.images)
    same = _same_question(again) and bool((again["participant"] == again["participant_source"]).all())
    passed = same and bool((counts == due).all()) and not again["repeats"].duplicated().any()
    return Check("self-repeats repeat the participant's own questions", passed, f"{_spread(counts)} each")


def _lag(table: PlanTable) -> Check:
    again = table.again[table.again["kind"] == "self_repeat"]
    name = "repeats keep their lag"
    if not len(again):
        return Check(name, True, "no repeats")
    lag = int((again["position"] - again["position_source"]).min())
    lengths, repeats = table.found_from.groupby("participant").size(), table.counts("self_repeat")
    longest = min(longest_lag(int(lengths[one]), int(repeats[one])) for one in lengths.index)
    shortened = table.design.lag_rule == "shorten" and longest < table.design.min_lag
    due = longest if shortened else table.design.min_lag
    reason = f" (the study is too short for {table.design.min_lag})" if shortened else ""
    return Check(name, lag >= due, f"at least {lag} questions, {due} due{reason}")


def _overlap(table: PlanTable) -> Check:
    again = table.again[table.again["kind"] == "overlap"]
    others = bool((again["participant"] != again["participant_source"]).all())
    passed = _same_question(again) and others
    counts = table.counts("overlap")
    return Check("overlap questions are another participant's own", passed, f"{_spread(counts)} each")


def _same_question(again: pd.DataFrame) -> bool:
    same = (again["image"] == again["image_source"]) & (again["experiment"] == again["experiment_source"])
    foils = again["foil"].fillna("") == again["foil_source"].fillna("")
    return bool((same & foils & (again["kind_source"] == "first")).all())


def _pairs(table: PlanTable) -> Check:
    design, shared = table.design, table.pairs["shared"]
    edges = table.pairs[shared > 0]
    figure = f"{len(edges)} of {len(table.pairs)} pairs share questions"
    if len(edges):
        figure += f", {_spread(edges['shared'])} each"
    due = design.overlap_each(table.images)
    people = design.participants
    if not design.shares_questions:
        passed = not len(edges)
    elif design.overlap_design == "ring":
        degree = pd.concat([edges["a"], edges["b"]]).value_counts()
        passed = len(edges) == people and bool((degree == 2).all() and (edges["shared"] == due).all())
    elif design.overlap_design == "complete":
        within_two = int(shared.max() - shared.min()) <= 2
        passed = within_two and int(shared.min()) > 0 and int(shared.sum()) == due * people
    else:
        passed = bool(shared.min() > 0 and shared.min() == shared.max())
    return Check(f"pairs share as the design says ({design.overlap_design})", passed, figure)


def _exposure(table: PlanTable) -> Check:
    def both(rows: pd.DataFrame) -> int:
        return int((rows.groupby(["participant", "image"])["experiment"].nunique() > 1).sum())

    first, everything = both(table.first), both(table.found_from)
    figure = f"{everything} times an image is met in both experiments"
    if everything:
        figure += (
            f", {_given_away(table.found_from)} of them with Experiment 1 before the last of Experiment 2"
        )
    unavoidable = table.design.participants == 1 or first == 0
    passed: bool | None = everything == 0
    if everything and (table.design.exposure == "any" or (table.design.exposure != "apart" and unavoidable)):
        passed = None
    return Check("no participant meets an image in both experiments", passed, figure)


def _given_away(questions: pd.DataFrame) -> int:
    """How often Experiment 1 shows an image before Experiment 2 asks its participant for the last time."""
    one, two = (questions[questions["experiment"] == number] for number in (1, 2))
    keys = ["participant", "image"]
    early, late = one.groupby(keys)["position"].min(), two.groupby(keys)["position"].max()
    both = early.index.intersection(late.index)
    return int((early[both] < late[both]).sum())


def _sides(table: PlanTable) -> Check:
    left = (table.questions["side"] == "left").groupby(table.questions["participant"])
    worst = int((2 * left.sum() - left.size()).abs().max())
    cells = (table.questions["side"] == "left").groupby(
        [table.questions["participant"], table.questions["experiment"]]
    )
    in_experiment = int((2 * cells.sum() - cells.size()).abs().max())
    orders = zip(table.questions["experiment"], table.questions["side"], strict=True)
    agree = [OPTION_ORDERS.get(key) for key in orders] == table.questions["option_order"].tolist()
    figure = f"left and right differ by at most {worst}, {in_experiment} in an experiment"
    return Check("sides are half and half for every participant", worst <= 1 and agree, figure)


def _swaps(table: PlanTable) -> Check:
    again = table.again[table.again["kind"] == "self_repeat"]
    swapped = (again["side"] != again["side_source"]).groupby(again["participant"])
    apart = (2 * swapped.sum() - swapped.size()).abs()
    worst = int(apart.max()) if len(apart) else 0
    figure = f"swapped and kept differ by at most {worst}" if len(apart) else "no repeats"
    # Where a participant has nothing but pairs in an experiment, sides can be even only at the cost of swaps.
    cells = table.found_from.assign(again=table.questions["kind"] == "self_repeat")
    sums = cells.groupby(["participant", "experiment"])["again"].agg(["sum", "size"])
    only_pairs = bool((2 * sums["sum"] == sums["size"]).any())
    return Check("half of the repeats swap sides", worst <= (4 if only_pairs else 1), figure)


def _foils(table: PlanTable) -> Check:
    questions = table.questions
    second = questions["experiment"] == 2
    placed = bool(
        (questions["foil"].notna() == second).all() and (questions["foil_distance"].notna() == second).all()
    )
    other = bool((questions["foil"] != questions["image"])[second].all())
    distance = questions["foil_distance"][second]
    figure = (
        f"distance {distance.min():.3f} to {distance.max():.3f}, median {distance.median():.3f}"
        if len(distance)
        else "no Experiment 2"
    )
    return Check(
        "foils come from other images", placed and other and bool(distance.between(0, 1).all()), figure
    )


def _foil_exposure(table: PlanTable) -> Check:
    met = set(zip(table.questions["participant"], table.questions["image"], strict=True))
    second = table.questions[table.questions["experiment"] == 2]
    known = sum(key in met for key in zip(second["participant"], second["foil"], strict=True))
    return Check(
        "no foil is an image the participant meets",
        True if not known else None,
        f"{known} questions have such a foil",
    )


def _foil_difference(table: PlanTable) -> Check:
    name = "foils differ visibly, at the distance recorded"
    second = table.questions[table.questions["experiment"] == 2]
    if table.labels is None or not len(second):
        reason = "not judged without a label set" if table.labels is None else "no Experiment 2"
        return Check(name, None, reason)
    scores = table.labels.set_index("image")[list(SOFT_COLUMNS)].astype(float)
    if not (second["image"].isin(scores.index) & second["foil"].isin(scores.index)).all():
        return Check(name, False, "an image or a foil is not in the label set")
    own, foil = scores.loc[second["image"]].to_numpy(), scores.loc[second["foil"]].to_numpy()
    usual = (second["kind"] != "attention").to_numpy()
    least = float(score_difference(own, foil)[usual].min())
    away = float(np.abs(js_distance(own, foil) - second["foil_distance"].to_numpy(dtype=float)).max())
    figure = f"scores differ by at least {least:.3f}, {table.design.min_foil_difference:g} due"
    return Check(name, least >= table.design.min_foil_difference and away < 1e-6, figure)


def _attention(table: PlanTable) -> Check:
    due, counts = table.design.attention_checks, table.counts("attention")
    lengths = table.questions.groupby("participant").size()
    spread = all(
        _one_in_each_stretch(part["position"].to_numpy(), int(lengths[str(code)]))
        for code, part in table.checks.groupby("participant")
    )
    second = bool((table.checks["experiment"] == 2).all())
    once = not table.checks.duplicated(["participant", "image"]).any()
    passed = bool((counts == due).all()) and spread and second and once
    figure = f"{_spread(counts)} each, one in each stretch of the questions" if due else "none"
    return Check("attention checks are spread over the questions", passed, figure)


def _one_in_each_stretch(positions: NDArray[np.int64], questions: int) -> bool:
    ends = np.arange(len(positions) + 1) * questions // len(positions)
    stretch = np.searchsorted(ends, np.sort(positions) - 1, side="right") - 1
    return bool((stretch == np.arange(len(positions))).all())


def _unmistakable(table: PlanTable) -> Check:
    name, checks = "the foils of attention checks are unmistakable", table.checks
    if table.labels is None or not len(checks):
        return Check(
            name, None if len(checks) else True, "not judged without a label set" if len(checks) else "none"
        )
    labels = table.labels.reset_index(drop=True)
    place = pd.Series(labels.index, index=labels["image"])
    if not (checks["image"].isin(place.index) & checks["foil"].isin(place.index)).all():
        return Check(name, False, "an image or a foil is not in the label set")
    own, foil = place[checks["image"]].to_numpy(), place[checks["foil"]].to_numpy()
    least = float(attention_gap(labels, own, foil).min())
    figure = (
        f"the face's emotion scores at least {least:.3f} higher, {LEAST_GAP:g} due;"
        f" distance {checks['foil_distance'].min():.3f} and more"
    )
    return Check(name, least >= LEAST_GAP and bool(clear_images(labels)[own].all()), figure)


CHECKS: tuple[Callable[[PlanTable], Check], ...] = (
    _table_is_whole,
    _each_image_once,
    _loads,
    _balance,
    _self_repeats,
    _lag,
    _overlap,
    _pairs,
    _exposure,
    _sides,
    _swaps,
    _foils,
    _foil_exposure,
    _foil_difference,
    _attention,
    _unmistakable,
)
