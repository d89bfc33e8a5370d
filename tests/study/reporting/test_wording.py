from study.findings.estimate import Estimate, beyond, undefined
from study.reporting.wording import listed, points, probability, ratio, share, value

KNOWN = Estimate(0.651, 0.619, 0.682, 100, "m")


def test_a_number_is_said_with_its_interval_and_its_doubts():
    assert share(KNOWN) == "65.1 % [61.9, 68.2]"
    assert points(KNOWN) == "+65.1 points [+61.9, +68.2]"
    assert value(Estimate(1.234, 1.0, 1.5, 9, "m", approximate=True)) == "1.23 [1.00, 1.50, approximate]"
    assert (
        share(Estimate(0.5, None, None, 4, "m", "one participant")) == "50.0 % (no interval: one participant)"
    )
    assert share(undefined("no answers", "m")) == "not defined (no answers)"


def test_a_difference_of_logarithms_is_said_as_a_change_in_percent():
    # e^-0.5 = 0.607, e^-0.7 = 0.497, e^0.1 = 1.105
    assert ratio(Estimate(-0.5, -0.7, 0.1, 9, "m")) == "-39.3 % [-50.3, +10.5]"
    assert ratio(undefined("no answers", "m")) == "not defined (no answers)"


def test_an_interval_is_placed_against_a_bound():
    assert beyond(KNOWN, 0.5) == 1
    assert beyond(KNOWN, 0.7) == -1
    assert beyond(KNOWN, 0.65) == 0
    assert beyond(undefined("no answers", "m"), 0) is None


def test_p_values_and_long_lists_are_short():
    assert [probability(one) for one in (0.0301, 0.0001, 1.0, None)] == [
        "p = .030",
        "p < .001",
        "p = 1.000",
        "",
    ]
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(at) for at in range(14)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, and 2 more"
