import numpy as np
import pytest
from scipy.stats import t

from study.field.pace import DAYS, outlook, pace


def counts(*days):
    row = np.zeros(DAYS)
    row[: len(days)] = days
    return row


def one(row, days, left):
    found = pace(row[None, :], np.array([float(days)]), np.array([float(left)]))
    return [float(getattr(found, name)[0]) for name in ("per_day", "finish", "finish_low", "finish_high")]


def test_the_pace_is_a_mean_over_whole_days_also_those_without_an_answer():
    assert one(counts(10, 0, 20), 3.9, 100)[:2] == [10.0, 10.0]


def test_before_a_whole_day_there_is_no_pace_and_before_three_no_interval():
    assert np.isnan(one(counts(200), 0.9, 100)).all()
    per_day, finish, low, high = one(counts(50, 30), 2.1, 80)
    assert (per_day, finish) == (40.0, 2.0)
    assert np.isnan([low, high]).all()


def test_who_stopped_has_no_forecast_and_who_has_finished_needs_none():
    assert one(counts(), 9, 50)[0] == 0
    assert np.isnan(one(counts(), 9, 50)[1:]).all()
    assert one(counts(5, 5, 5), 9, 0)[1:] == [0.0, 0.0, 0.0]


def test_the_interval_solves_its_equation():
    row, left = counts(40, 60, 50, 45, 55, 48, 52), 700
    mean, spread, reach = row.mean(), row.std(ddof=1), t.ppf(0.975, 6)
    _, finish, low, high = one(row, 30, left)
    for at, side in ((low, 1), (high, -1)):
        assert mean * at + side * reach * spread * np.sqrt(at + at**2 / 7) == pytest.approx(left)
    assert low < finish < high


def test_days_that_differ_too_much_bound_no_end():
    assert one(counts(0, 0, 90), 3, 500)[3] == np.inf


def test_the_interval_holds_the_day_that_comes_to_be_19_times_in_20():
    rng = np.random.default_rng(3)
    days = rng.gamma(9, 5, (20_000, DAYS + 60))
    found = pace(days[:, :DAYS], np.full(len(days), 7.0), np.full(len(days), 600.0))
    sums = np.cumsum(days[:, DAYS:], axis=1)
    before = np.where(sums < 600, sums, 0).max(axis=1)
    full = (sums < 600).sum(axis=1)
    truth = full + (600 - before) / days[np.arange(len(days)), np.minimum(DAYS + full, DAYS + 59)]
    inside = (found.finish_low <= truth) & (truth <= found.finish_high)
    assert 0.93 < inside.mean() < 0.97


def test_the_outlook_adds_up_what_each_will_answer_and_nobody_answers_more_than_is_left():
    rows = np.stack([counts(*[50] * 7), counts(*[50] * 7), counts()])
    left = np.array([100.0, 1000.0, 300.0])
    found = pace(rows, np.array([9.0, 9.0, 0.0]), left)
    seen = outlook(found, np.array([400.0, 400.0, 0.0]), left, days=4)
    assert (seen.answered, seen.total, seen.expected) == (800, 2200, 1100.0)
    assert (seen.low, seen.high) == (1100.0, 1100.0)  # every day was like the other
    assert (seen.unfinished, seen.in_time, seen.unknown, seen.last_finish) == (3, 1, 1, 20.0)
    assert seen.unknown_left == 300


def test_the_outlook_of_one_agrees_with_a_simulation_of_the_cut_off_normal():
    rng = np.random.default_rng(4)
    row, left = rng.poisson(30, DAYS).astype(float), np.array([170.0])
    found = pace(row[None, :], np.array([8.0]), left)
    # A day's variance is in proportion to the squared pace, which the days' mean overstates by s^2 / D.
    spread = row.mean() * row.std(ddof=1) / np.sqrt(row.mean() ** 2 - row.var(ddof=1) / DAYS)
    drawn = np.clip(rng.normal(row.mean() * 5, spread * np.sqrt(5 + 25 / 7), 400_000), 0, left[0])
    seen = outlook(found, np.zeros(1), left, days=5)
    assert seen.expected == pytest.approx(drawn.mean(), rel=1e-3)
    assert seen.expected - seen.low == pytest.approx(t.ppf(0.975, 6) * drawn.std(), rel=5e-3)


def test_a_pace_of_few_days_is_drawn_towards_the_groups():
    rows = np.stack([counts(8, 10, 12), counts(18, 20, 22)])
    left = np.full(2, 1e6)
    seen = outlook(pace(rows, np.full(2, 3.0), left), np.zeros(2), left, days=1)
    # Variation 16 / (2 (100 - 4/3) + 2 (400 - 4/3)) = .0160858; a pace errs by .0160858 x 15^2 / 3 =
    # 1.20643; between 50 - 1.20643; own .975871, so that the paces are 10.12064 and 19.87936.
    variance = 0.0160858 * (10.12064**2 + 19.87936**2) * (1 + 0.975871 / 3) + (2 * 0.024129) ** 2 * 25
    assert seen.expected == pytest.approx(30)
    assert seen.high - 30 == pytest.approx(t.ppf(0.975, 4) * np.sqrt(variance), rel=1e-5)


@pytest.mark.parametrize(("people", "seen", "ahead"), [(1, 4, 4), (6, 3, 4), (24, 4, 3), (24, 7, 14)])
def test_the_outlook_holds_what_comes_to_be_19_times_in_20(people, seen, ahead):
    rng, held = np.random.default_rng(5), []
    for _ in range(400):
        pace_of = 60 * np.exp(0.3 * rng.standard_normal((people, 1)))
        days = rng.poisson(pace_of * rng.gamma(4, 1 / 4, (people, seen + ahead)))
        reached = np.minimum(np.cumsum(days, axis=1), 60 * (seen + ahead)).astype(float)
        rows = np.zeros((people, DAYS))
        rows[:, :seen] = np.diff(reached[:, :seen], axis=1, prepend=0)[:, ::-1]
        answered = reached[:, seen - 1]
        left = 60 * (seen + ahead) - answered
        found = outlook(pace(rows, np.full(people, float(seen)), left), answered, left, ahead)
        held.append(found.low <= reached[:, -1].sum() <= found.high)
    assert 0.91 <= np.mean(held) <= 0.985


def test_a_study_past_its_deadline_expects_what_it_has():
    rows = counts(*[50] * 7)[None, :]
    found = pace(rows, np.array([9.0]), np.array([100.0]))
    seen = outlook(found, np.array([10.0]), np.array([100.0]), days=-3)
    assert (seen.expected, seen.low, seen.high, seen.in_time) == (10.0, 10.0, 10.0, 0)
