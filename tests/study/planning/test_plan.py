import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.emfacs import EMOTIONS
from study.design.checks import EXPOSURES, FOIL_POLICIES, OVERLAP_DESIGNS
from study.design.design import DEFAULT
from study.design.errors import DesignError
from study.errors import StudyError
from study.planning.attention import check_attention
from study.planning.audit import audit, pairs_shared
from study.planning.images import eligible_images
from study.planning.plan import plan
from study.planning.precision import least_questions
from study.planning.stand_in import stand_in_labels
from study.question_columns import QUESTION_COLUMNS


@pytest.fixture(scope="module")
def paper():
    labels = stand_in_labels(500, np.random.default_rng(0))
    start = time.process_time()
    planned = plan(labels, DEFAULT, np.random.default_rng(7))
    assert time.process_time() - start < 5
    return planned


def planned(images_per_emotion, seed=1, **changes):
    design = DEFAULT.changed(images_per_emotion=images_per_emotion, **changes)
    labels = stand_in_labels(images_per_emotion, np.random.default_rng(seed))
    return plan(labels, design, np.random.default_rng(seed))


def test_the_papers_numbers(paper):
    questions = paper.questions
    counts = questions.groupby(["participant", "kind"]).size().unstack()
    assert len(questions) == 10_406
    assert list(counts.index) == ["P01", "P02", "P03", "P04", "P05", "P06"]
    assert set(counts["first"]) == {1333, 1334}
    assert set(counts["self_repeat"]) == {267}
    assert set(counts["overlap"]) == {134}
    assert set(counts.sum(axis=1)) == {1734, 1735}
    assert counts["first"].sum() == 8000
    shared = pairs_shared(questions)
    edges = shared[shared["shared"] > 0]
    assert len(shared) == 15
    assert list(zip(edges["a"], edges["b"], strict=True)) == [
        ("P01", "P02"),
        ("P01", "P06"),
        ("P02", "P03"),
        ("P03", "P04"),
        ("P04", "P05"),
        ("P05", "P06"),
    ]
    assert set(edges["shared"]) == {134}


def test_the_papers_plan_keeps_every_promise(paper):
    audited = audit(paper.questions, paper.design, paper.images)
    assert [check for check in audited.checks if check.passed is not True] == []
    assert paper.notes == ()


def test_a_plan_has_the_columns_of_the_contract(paper):
    assert tuple(paper.questions.columns) == QUESTION_COLUMNS
    first = paper.questions[paper.questions["experiment"] == 1]
    assert first["foil"].isna().all()
    assert first["foil_distance"].isna().all()
    assert set(first["option_order"]) == {"soft,hard", "hard,soft"}
    second = paper.questions[paper.questions["experiment"] == 2]
    assert set(second["option_order"]) == {"own,foil", "foil,own"}


def test_each_participant_overlaps_the_one_before(paper):
    overlap = paper.questions[paper.questions["kind"] == "overlap"]
    lender = overlap["repeats"].str.slice(0, 3)
    before = {"P01": "P06", **{f"P0{number}": f"P0{number - 1}" for number in range(2, 7)}}
    assert (overlap["participant"].map(before) == lender).all()


def test_overlap_and_repeats_are_even_over_emotions_and_experiments(paper):
    emotion = paper.questions["image"].map(paper.images.set_index("image")["hard_label"])
    again = paper.questions.assign(emotion=emotion).query("kind != 'first'")
    cells = (
        again.groupby(["kind", "participant", "emotion", "experiment"]).size().unstack([2, 3], fill_value=0)
    )
    assert cells.shape == (12, 16)
    assert (cells.max(axis=1) - cells.min(axis=1)).max() <= 1


def test_lags_vary_and_none_is_shorter_than_fifty(paper):
    place = paper.questions.set_index("question")["position"]
    repeats = paper.questions[paper.questions["kind"] == "self_repeat"]
    lag = repeats["position"] - repeats["repeats"].map(place)
    assert lag.min() >= 50
    assert lag.max() > 1500
    assert 450 < lag.mean() < 750


def test_equal_seeds_give_equal_plans_and_others_do_not():
    pd.testing.assert_frame_equal(planned(20, seed=3).questions, planned(20, seed=3).questions)
    assert not planned(20, seed=3).questions.equals(planned(20, seed=4).questions)


def test_the_order_of_the_label_set_does_not_matter():
    labels = stand_in_labels(10, np.random.default_rng(1))
    design = DEFAULT.changed(images_per_emotion=5)
    turned = labels.iloc[::-1].reset_index(drop=True)
    one, other = (plan(table, design, np.random.default_rng(2)).questions for table in (labels, turned))
    pd.testing.assert_frame_equal(one, other)


@st.composite
def designs(draw):
    changes = {
        "images_per_emotion": draw(st.integers(1, 15)),
        "participants": draw(st.integers(1, 8)),
        "experiments": draw(st.sampled_from([(1,), (2,), (1, 2)])),
        "self_repeats": draw(st.sampled_from([0, 0.1, 0.2, 0.5, 1.0])),
        "overlap": draw(st.sampled_from([0, 0.1, 0.3, 1.0])),
        "overlap_design": draw(st.sampled_from(OVERLAP_DESIGNS)),
        "block_size": draw(st.integers(2, 4)),
        "exposure": draw(st.sampled_from(EXPOSURES)),
        "foil_policy": draw(st.sampled_from(FOIL_POLICIES)),
        "min_lag": draw(st.sampled_from([1, 5, 50])),
        "attention_checks": draw(st.sampled_from([0, 0, 1, 2, 3])),
    }
    try:
        return DEFAULT.changed(**changes)
    except StudyError:
        assume(False)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(design=designs(), seed=st.integers(0, 10**6))
def test_every_plan_that_is_not_refused_passes_its_audit(design, seed):
    labels = stand_in_labels(design.images_per_emotion + 1, np.random.default_rng(seed))
    try:
        made = plan(labels, design, np.random.default_rng(seed))
    except StudyError:
        return
    audited = audit(made.questions, design, made.images)
    assert audited.passed, (audited.failed, made.notes)
    if design.participants > 1 and design.exposure != "any":
        first = made.questions[made.questions["kind"] == "first"]
        assert not first.duplicated(["participant", "image"]).any()


@pytest.mark.parametrize("overlap_design", ["complete", "balanced_incomplete_block"])
def test_designs_in_which_all_pairs_share(overlap_design):
    made = planned(60, overlap_design=overlap_design)
    shared = pairs_shared(made.questions)["shared"]
    assert shared.min() > 0
    assert shared.max() - shared.min() <= (2 if overlap_design == "complete" else 0)
    assert audit(made.questions, made.design, made.images).passed


def test_a_block_question_is_answered_by_a_whole_block():
    made = planned(60, overlap_design="balanced_incomplete_block", block_size=3)
    answerers = made.questions.groupby(["image", "experiment"])["participant"].nunique()
    assert set(answerers) == {1, 3}


def test_a_study_too_short_for_its_lag_says_so():
    made = planned(5)  # 17 or 18 questions each, 3 of them repeats
    assert any("too short for a lag of 50" in note for note in made.notes)
    checks = {check.name: check for check in audit(made.questions, made.design, made.images).checks}
    assert checks["repeats keep their lag"].passed


def test_one_participant_cannot_keep_the_experiments_apart_and_the_plan_says_so():
    made = planned(30, participants=1, overlap=0)
    assert any("in both experiments" in note for note in made.notes)
    # At least Experiment 1, which tells which soft-label is an image's own, comes last wherever lags allow.
    first = made.questions.groupby(["experiment", "image"])["position"].agg(["min", "max"]).unstack(0)
    assert (first["max", 2] < first["min", 1]).mean() > 0.8


def test_attention_checks_are_spread_seen_once_and_leave_the_rest_as_it_was():
    made, without = planned(20, attention_checks=5), planned(20)
    checks = made.questions[made.questions["kind"] == "attention"]
    assert set(checks.groupby("participant").size()) == {5}
    assert set(checks["experiment"]) == {2}
    seen = made.questions.groupby(["participant", "image"])["kind"].agg(set)
    assert all(kinds == {"attention"} for kinds in seen if "attention" in kinds)
    rest = made.questions[made.questions["kind"] != "attention"]
    same = ["participant", "experiment", "image", "foil", "side", "kind"]
    pd.testing.assert_frame_equal(rest[same].reset_index(drop=True), without.questions[same])
    assert audit(made.questions, made.design, made.images).passed


def test_the_foil_of_an_attention_check_is_far_and_speaks_of_another_emotion():
    made = planned(40, attention_checks=8)
    labels = made.images.set_index("image")
    scores = labels[[f"soft_{one.lower()}" for one in EMOTIONS]].to_numpy()
    checks = made.questions[made.questions["kind"] == "attention"]
    hard = [EMOTIONS.index(one) for one in labels.loc[checks["image"], "hard_label"]]
    own = scores[labels.index.get_indexer(checks["image"])]
    foil = scores[labels.index.get_indexer(checks["foil"])]
    rows = range(len(checks))
    assert (own[rows, hard] == own.max(axis=1)).all()
    assert (own[rows, hard] - foil[rows, hard]).min() >= 0.4
    assert (foil.argmax(axis=1) != hard).all()
    usual = made.questions.query("kind == 'first'")["foil_distance"]
    assert checks["foil_distance"].min() > usual.median()


def test_attention_checks_take_of_images_that_nobody_else_meets_before_those_of_the_study():
    labels = stand_in_labels(40, np.random.default_rng(1))
    design = DEFAULT.changed(images_per_emotion=10, participants=1, overlap=0, attention_checks=4)
    made = plan(labels, design, np.random.default_rng(1))
    assert not any("attention" in note for note in made.notes)
    listed = tuple(labels["image"].iloc[::5])
    alone = DEFAULT.changed(
        images=listed, images_per_emotion=None, participants=1, overlap=0, attention_checks=2
    )
    made = plan(labels, alone, np.random.default_rng(1))
    assert set(made.questions["image"]) == set(listed)
    assert any("2 attention checks show an image that their participant meets" in note for note in made.notes)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"splits": ("validation",)}, {"a", "c"}),
        ({"ranks": (2, 8)}, {"b", "c"}),
        ({"margins": (0.2, 1.0)}, {"a"}),
        ({"subsets": ("Easy",), "splits": ("train", "validation")}, {"a"}),
    ],
)
def test_images_are_drawn_by_split_rank_margin_and_subset(changes, found):
    labels = stand_in_labels(3, np.random.default_rng(0), ("Happy",)).assign(
        image=["a", "b", "c"],
        split=["validation", "train", "validation"],
        rank=[1, 2, 4],
        margin=[0.5, -0.1, -0.3],
        subset=["Easy", "Challenging", "Difficult"],
    )
    design = DEFAULT.changed(emotions=("Happy",), images_per_emotion=None, **changes)
    assert set(eligible_images(labels, design)["image"]) == found


def test_an_explicit_list_of_images_is_the_study():
    labels = stand_in_labels(10, np.random.default_rng(0))
    images = tuple(labels["image"].iloc[::4])
    design = DEFAULT.changed(images=images, images_per_emotion=None, participants=3)
    assert set(plan(labels, design, np.random.default_rng(0)).questions["image"]) == set(images)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"images_per_emotion": 11}, "asks for 11 of Neutral and the label set has 10"),
        ({"images_per_emotion": 10, "subsets": ("Difficult",)}, "with subsets Difficult and the label set"),
        ({"images_per_emotion": None, "images": ("nobody",)}, "1 of 1 listed images.*'nobody'"),
        ({"min_lag": 500, "lag_rule": "strict"}, "min_lag = 500 is longer than the study allows"),
        ({"participants": 200, "overlap": 0}, "more than the 160 questions that 80 images"),
        (
            {"overlap_design": "complete", "overlap": 0.05, "participants": 12},
            "needs 6 to reach all pairs of 12",
        ),
        ({"overlap": 1.0, "exposure": "apart"}, "asks 26 questions of P01 of P02 too, and only"),
        ({"participants": 1, "overlap": 0, "exposure": "apart"}, "at least two participants"),
        ({"overlap_design": "balanced_incomplete_block", "overlap": 0.05}, "block design of 6 participants"),
        ({"foil_policy": "matched_hard_label", "images_per_emotion": 1}, "has no foil.*of its hard-label"),
        ({"emotions": ("Happy",), "images_per_emotion": 1, "participants": 1, "overlap": 0}, "has no foil"),
        ({"min_foil_difference": 1.0}, "has no foil.*lower the difference"),
        ({"attention_checks": 9}, "attention_checks = 9 is more than one in five of a participant's"),
        (
            {
                "ranks": (2, 8),
                "images_per_emotion": 1,
                "participants": 1,
                "overlap": 0,
                "attention_checks": 1,
            },
            "Easy images",
        ),
        ({"splits": ("validation",)}, "column 'split' is missing"),
        ({"ranks": (8, 8)}, "with ranks 8 to 8 and the label set has"),
    ],
)
def test_an_impossible_design_is_refused_with_the_reason(changes, words):
    labels = stand_in_labels(10, np.random.default_rng(0))
    design = DEFAULT.changed(**{"images_per_emotion": 10, **changes})
    with pytest.raises(StudyError, match=words):
        plan(labels, design, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda table: table.drop(columns="soft_fear"), "'soft_fear' is missing"),
        (lambda table: pd.concat([table, table.iloc[:1]]), "'neutral-0001' stands in more than one row"),
        (lambda table: table.assign(soft_fear=1.2), "'neutral-0001' is not a number from 0 to 1"),
        (lambda table: table.assign(soft_fear=None), "not a number from 0 to 1|must be numbers"),
        (lambda table: table.assign(soft_fear="high"), "must be numbers"),
    ],
)
def test_a_label_set_that_is_none_is_refused(spoil, words):
    labels = spoil(stand_in_labels(5, np.random.default_rng(0)))
    with pytest.raises(StudyError, match=words):
        plan(labels, DEFAULT.changed(images_per_emotion=5), np.random.default_rng(0))


def test_stand_ins_have_the_papers_subsets_and_the_names_of_the_contract():
    labels = stand_in_labels(500, np.random.default_rng(5))
    assert labels["image"].iloc[500] == "happy-0001"
    assert set(labels["hard_label"]) == set(EMOTIONS)
    shares = labels["subset"].value_counts(normalize=True)
    assert shares["Easy"] == pytest.approx(0.675, abs=0.02)
    assert shares["Difficult"] == pytest.approx(0.125, abs=0.02)
    assert (labels["bundle"] == "stand-in").all()


@settings(max_examples=25, deadline=None)
@given(checks=st.integers(1, 12), images=st.integers(1, 8), people=st.integers(2, 5), seed=st.integers(0, 9))
def test_attention_checks_refused_before_there_is_a_plan_are_refused_by_every_plan(
    checks, images, people, seed
):
    design = DEFAULT.changed(
        images_per_emotion=images, participants=people, attention_checks=checks, overlap_design="none"
    )
    labels = stand_in_labels(images, np.random.default_rng(seed))
    try:
        check_attention(labels, least_questions(design, len(labels)), design)
    except DesignError:
        with pytest.raises(StudyError, match="attention_checks"):
            plan(labels, design, np.random.default_rng(seed))
