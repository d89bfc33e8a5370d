"""Whatever small table is given, each statistic is a number within its interval, or None with a reason."""

import json
import warnings

import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from study.commands.agreement import as_json, as_text
from study.findings.annotators import annotator_agreement

READING = st.tuples(st.integers(0, 4), st.sampled_from("ABCD"), st.sampled_from(["x", "y", "z", None]))

# Two items with two readings, few of 60 draws unlike: bias-corrected percentiles that left the estimate out.
FEW_DRAWS = [
    *((0, "A", "x"), (1, "A", "y"), (2, "A", "z"), (3, "A", "x"), (3, "B", "x"), (3, "C", "y")),
    *((4, "A", "y"), (4, "B", "z"), (4, "C", "z")),
]

# Two items, one category each: without either, chance agreement is complete.
NEITHER_SPARED = [(0, "A", "x"), (0, "B", "x"), (1, "A", "y"), (1, "B", "y")]


@settings(max_examples=150, deadline=None)
@given(st.lists(READING, max_size=25), st.sampled_from([0, 60]))
@example(FEW_DRAWS, 60)
@example(NEITHER_SPARED, 0)
def test_any_small_table_has_numbers_or_reasons(readings, resamples):
    table = pd.DataFrame(readings, columns=["item", "rater", "label"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = annotator_agreement(
            table, "item", "rater", "label", "nominal", resamples, np.random.default_rng(0)
        )
        text = json.dumps(as_json(found), allow_nan=False)
        assert as_text(found)
    whole = json.loads(text)
    single = [one for one in whole.values() if isinstance(one, dict) and "estimate" in one]
    for one in single + whole["pairs"] + [pair["cohen_kappa"] for pair in whole["pairs"]]:
        assert one["estimate"] is not None or one["reason"]
        assert (one["low"] is None) == (one["high"] is None)
        if one["low"] is not None:
            assert one["low"] <= one["estimate"] <= one["high"]
        elif one["estimate"] is not None:
            assert one["reason"]
