"""What a plan promises of questions asked again: by whom, how far apart, on which side."""

import pandas as pd

from study.planning.plan_table import Check, PlanTable, spread
from study.planning.sequence import longest_lag


def self_repeats(table: PlanTable) -> Check:
    """Self-repeats are as many as designed, and of first-time questions of the same participant."""
    again = table.again[table.again["kind"] == "self_repeat"]
    counts = table.counts("self_repeat")
    due = table.design.repeats_each(table.images)
    same = _same_question(again) and bool((again["participant"] == again["participant_source"]).all())
    passed = same and bool((counts == due).all()) and not again["repeats"].duplicated().any()
    return Check("self-repeats repeat the participant's own questions", passed, f"{spread(counts)} each")


def lag(table: PlanTable) -> Check:
    """Between a question and its repeat lie as many questions as designed."""
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


def swaps(table: PlanTable) -> Check:
    """A repeat shows its options on the other side in half of the cases."""
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


def overlap(table: PlanTable) -> Check:
    """Overlap questions are first-time questions of another participant."""
    again = table.again[table.again["kind"] == "overlap"]
    others = bool((again["participant"] != again["participant_source"]).all())
    passed = _same_question(again) and others
    counts = table.counts("overlap")
    return Check("overlap questions are another participant's own", passed, f"{spread(counts)} each")


def _same_question(again: pd.DataFrame) -> bool:
    same = (again["image"] == again["image_source"]) & (again["experiment"] == again["experiment_source"])
    foils = again["foil"].fillna("") == again["foil_source"].fillna("")
    return bool((same & foils & (again["kind_source"] == "first")).all())


def pairs(table: PlanTable) -> Check:
    """Which participants share questions, and how many, is as the overlap design says."""
    design, shared = table.design, table.pairs["shared"]
    edges = table.pairs[shared > 0]
    figure = f"{len(edges)} of {len(table.pairs)} pairs share questions"
    if len(edges):
        figure += f", {spread(edges['shared'])} each"
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


def exposure(table: PlanTable) -> Check:
    """Nobody meets an image in both experiments, unless the design allows it."""

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
