"""Whatever few answers there are, every finding is a number within its interval, or None with a reason."""

import warnings

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from study.findings.summary import findings
from study.findings.trials import CHOICES
from tests.study.findings.trial_tables import table

ANSWER = st.tuples(
    st.sampled_from(["P01", "P02", "P03"]),
    st.sampled_from([1, 2]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["left", "right"]),
    st.sampled_from(["first", "self_repeat", "overlap"]),
    st.floats(0, 1),
)


def trial(number, answer):
    participant, experiment, image, choice, side, kind, distance = answer
    choices = CHOICES[experiment]
    return {
        "participant": participant,
        "experiment": experiment,
        "image": f"i{image}",
        "foil": "f" if experiment == 2 else None,
        "foil_distance": distance if experiment == 2 else float("nan"),
        "choice": choices[choice % len(choices)],
        "side": side,
        "kind": kind,
        "repeats": f"q{number - 1}" if kind != "first" else None,
        "rt_ms": 200 + 100 * choice,
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(ANSWER, max_size=60), st.sampled_from([0, 40]))
def test_any_few_answers_have_numbers_or_reasons(answers, resamples):
    trials = table(*(trial(number, answer) for number, answer in enumerate(answers)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = findings(trials, ["P01", "P02", "P03"], resamples, np.random.default_rng(0))
    for name, one in found.estimates().items():
        assert one.estimate is not None or one.reason, name
        assert (one.low is None) == (one.high is None), name
        if one.low is not None:
            assert one.low - 1e-9 <= one.estimate <= one.high + 1e-9, name
        elif one.estimate is not None:
            assert one.reason, name
    assert len(found.inter_agreement.by_pair) == 3
