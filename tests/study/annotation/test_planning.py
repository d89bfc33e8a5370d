import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from study.annotation.design import AnnotationDesign
from study.annotation.planning import assign, audit, plan
from study.design.errors import DesignError
from study.trial.questions import check_plan


def design_of(**values) -> AnnotationDesign:
    return AnnotationDesign.from_dict({"lag_rule": "shorten", **values})


def named(count):
    return [f"face-{number}" for number in range(count)]


@settings(max_examples=60, deadline=None)
@given(
    images=st.integers(1, 60),
    people=st.integers(1, 9),
    each=st.integers(1, 9),
    repeats=st.sampled_from([0, 0.1, 0.25, 1]),
    lag=st.integers(1, 80),
    seed=st.integers(0, 1000),
)
def test_every_plan_keeps_its_promises(images, people, each, repeats, lag, seed):
    assume(each <= people <= images * each)
    design = design_of(participants=people, annotators_per_image=each, self_repeats=repeats, min_lag=lag)
    planned = plan(named(images), design, np.random.default_rng(seed))
    check_plan(planned.questions)
    audited = audit(planned, named(images), design)
    assert audited.passed, audited.failed
    # Once more, without the audit's own words.
    first = planned.questions[planned.questions["kind"] == "first"]
    assert (first.groupby("image")["participant"].nunique() == each).all()
    assert len(first) == images * each
    loads = first.groupby("participant").size()
    assert loads.max() - loads.min() <= 1
    places = planned.questions.set_index("question")
    for row in planned.questions[planned.questions["kind"] == "self_repeat"].itertuples():
        original = places.loc[row.repeats]
        assert (original["participant"], original["image"]) == (row.participant, row.image)
        assert row.position - original["position"] >= planned.lag


def test_every_pair_of_annotators_shares_about_as_many_images():
    chosen = assign(600, 6, 2, np.random.default_rng(1))
    met = np.zeros((6, 6), dtype=int)
    for one, other in chosen:
        met[min(one, other), max(one, other)] += 1
    shared = met[np.triu_indices(6, 1)]
    assert shared.sum() == 600
    assert shared.max() - shared.min() <= 2


def test_equal_seeds_give_equal_plans():
    plans = [plan(named(30), design_of(), np.random.default_rng(5)).questions for _ in range(2)]
    assert plans[0].equals(plans[1])


def test_a_lag_that_is_too_long_is_shortened_and_told_or_refused():
    short = plan(named(20), design_of(min_lag=500), np.random.default_rng(0))
    assert short.lag < 500
    assert f"{short.lag} questions" in short.notes[0]
    with pytest.raises(DesignError, match="min_lag = 500"):
        plan(named(20), design_of(min_lag=500, lag_rule="strict"), np.random.default_rng(0))


def test_too_few_images_are_refused():
    with pytest.raises(DesignError, match="no image"):
        plan([], design_of(), np.random.default_rng(0))
    with pytest.raises(DesignError, match="too few"):
        plan(named(2), design_of(participants=6, annotators_per_image=2), np.random.default_rng(0))


def test_the_audit_finds_what_is_broken():
    design = design_of()
    planned = plan(named(30), design, np.random.default_rng(0))
    questions = planned.questions
    first = questions.index[questions["kind"] == "first"]
    questions.loc[first[0], "image"] = questions.loc[first[1], "image"]
    failed = {check.name for check in audit(planned, named(30), design).failed}
    assert "every image has as many different annotators as designed" in failed
