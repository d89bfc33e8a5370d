import pytest

from study.findings.agreement import inter_agreement
from study.findings.ceiling import noise_ceiling
from study.findings.consistency import self_agreement
from study.findings.retest import retest
from tests.study.findings.trial_tables import asked_twice, both_asked, choices, table

SAME, OTHER = ("soft", "soft"), ("soft", "hard")


def swapped(rows, *at):
    """The same rows with the side of those repeats exchanged."""
    return [row | {"side": "right"} if index in at else row for index, row in enumerate(rows)]


def test_swapped_and_unswapped_repeats_are_told_apart():
    # P01 agrees on both repeats with sides kept and on one of two with sides exchanged; P02 likewise.
    rows = []
    for name in ("P01", "P02"):
        rows += swapped(asked_twice(name, SAME, SAME, SAME, OTHER), 5, 7)
    found = retest(table(*rows))
    assert found.same.estimate == 1
    assert found.swapped.estimate == 0.5
    assert found.side_effect.estimate == 0.5
    assert (found.same.n, found.swapped.n) == (4, 4)


def test_the_effect_of_lag_is_worked_by_hand():
    # Lags 1, 2, 4, 8 and agreement 1, 1, 0, 0: log2 lags 0..3, slope -(1.5 + .5) / 5 = -.4.
    rows = asked_twice("P01", SAME, SAME, OTHER, OTHER)
    for pair, lag in enumerate((1, 2, 4, 8)):
        rows[2 * pair]["position"], rows[2 * pair + 1]["position"] = 10 * pair + 1, 10 * pair + 1 + lag
    again = [row | {"participant": "P02"} for row in rows]
    for row in again:
        row["question"] = f"b{row['question']}"
        row["repeats"] = f"b{row['repeats']}" if row.get("repeats") else None
    found = retest(table(*rows, *again))
    assert found.lag_effect.estimate == pytest.approx(-0.4)
    assert found.by_lag["n"].sum() == 8


def test_without_sides_or_repeats_each_part_has_its_reason():
    found = retest(table(*choices("P01", soft=2)))
    assert found.same.estimate is None
    assert found.lag_effect.reason == "no repeat with a known lag"
    rows = table(*asked_twice("P01", SAME)).drop(columns=["side", "position"])
    assert retest(rows).same.reason == "the trials have no side"


def test_the_noise_ceiling_is_the_geometric_mean_of_the_self_agreements():
    trials = table(
        *asked_twice("P01", *[SAME] * 9, OTHER),
        *asked_twice("P02", *[SAME] * 4, OTHER),
        *both_asked("P01", "P02", SAME, SAME, SAME, OTHER),
        *both_asked("P02", "P03", SAME),
    )
    rows = noise_ceiling(self_agreement(trials), inter_agreement(trials)).set_index(["a", "b"])
    assert rows.loc[("P01", "P02"), "ceiling"] == pytest.approx((0.9 * 0.8) ** 0.5)
    assert rows.loc[("P01", "P02"), "of_ceiling"] == pytest.approx(0.75 / (0.9 * 0.8) ** 0.5)
    assert rows["ceiling"].isna().tolist() == [False, True]
