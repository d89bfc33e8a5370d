import numpy as np
import pandas as pd
import pytest

from study.errors import StudyError
from study.findings.scales import scale_agreement


def table(*rows):
    return pd.DataFrame(rows, columns=["image", "annotator", "score"])


READINGS = table(
    ("x", "a", 0.2),
    ("y", "a", 0.6),
    ("x", "b", 0.4),
    ("y", "b", 0.5),
    ("x", "c", 1.0),
    ("x", "a", 0.3),
    ("x", "b", 0.4),
    ("x", "a", 0.1),
)


def test_differences_are_those_worked_by_hand():
    (one,) = scale_agreement(READINGS, ["score"])
    # x: |.2-.4|, |.2-1|, |.4-1| mean .8/1.5 = 1.6/3; y: |.6-.5| = .1
    assert one.between.estimate == pytest.approx((1.6 / 3 + 0.1) / 2)
    assert one.between.n == 2
    # a: .2 to .3 and .3 to .1, mean .15; b: 0
    assert one.within.estimate == pytest.approx(0.075)
    assert one.within.n == 3
    assert (one.within.low, one.between.low) == (0, 0)


def test_alpha_is_one_less_observed_over_expected_squared_difference():
    rows = table(("x", "a", 0.0), ("x", "b", 0.5), ("y", "a", 1.0), ("y", "b", 1.0))
    (one,) = scale_agreement(rows, ["score"])
    values = rows["score"].to_numpy()
    observed = 2 * 0.5**2 / 4
    pairs = (values[:, None] - values[None, :]) ** 2
    expected = pairs.sum() / (4 * 3)
    assert one.alpha.estimate == pytest.approx(1 - observed / expected)


def test_what_was_read_once_by_one_is_undefined_with_a_reason():
    (one,) = scale_agreement(table(("x", "a", 0.5)), ["score"])
    assert (one.alpha.estimate, one.between.estimate, one.within.estimate) == (None, None, None)
    assert all(found.reason for found in (one.alpha, one.between, one.within))


def test_a_missing_column_is_told():
    with pytest.raises(StudyError, match="'valence'"):
        scale_agreement(READINGS, ["valence"])


def test_the_difference_between_annotators_is_that_of_all_pairs():
    rng = np.random.default_rng(3)
    rows = table(*[(f"i{n % 7}", f"a{n // 7}", float(rng.random())) for n in range(35)])
    (one,) = scale_agreement(rows, ["score"])
    by_image = [
        np.mean([abs(x - y) for at, x in enumerate(own) for y in own[at + 1 :]])
        for _, own in ((name, list(group["score"])) for name, group in rows.groupby("image"))
    ]
    assert one.between.estimate == pytest.approx(np.mean(by_image))
