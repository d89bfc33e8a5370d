import numpy as np
import pandas as pd
import pytest

from study.design.design import DEFAULT
from study.errors import StudyError
from study.planning.audit import audit, pairs_shared
from study.planning.plan import plan
from study.planning.stand_in import stand_in_labels

DESIGN = DEFAULT.changed(images_per_emotion=60, attention_checks=4)


@pytest.fixture(scope="module")
def planned():
    return plan(stand_in_labels(60, np.random.default_rng(0)), DESIGN, np.random.default_rng(0))


def failed(questions, planned):
    return {check.name for check in audit(questions, DESIGN, planned.images).failed}


def row(questions, **wanted):
    """The first row with these values."""
    mask = np.logical_and.reduce([questions[name] == value for name, value in wanted.items()])
    return int(np.flatnonzero(mask)[0])


def test_a_plan_passes_every_check(planned):
    audited = audit(planned.questions, DESIGN, planned.images)
    assert audited.passed
    assert len(audited.checks) == 16
    assert all(check.passed for check in audited.checks)


def test_a_plan_survives_a_csv_file(planned, tmp_path):
    planned.questions.to_csv(tmp_path / "plan.csv", index=False)
    assert audit(pd.read_csv(tmp_path / "plan.csv"), DESIGN, planned.images).passed


def spoil_position(table):
    table.loc[3, "position"] = 999


def spoil_image(table):
    table.loc[row(table, kind="first", experiment=1), "image"] = "happy-0001"


def spoil_owner(table):
    first = table.index[(table["kind"] == "first") & (table["participant"] == "P01")][:3]
    table.loc[first, "participant"] = "P02"


def spoil_repeat(table):
    repeat = row(table, kind="self_repeat", participant="P01")
    table.loc[repeat, "repeats"] = table.loc[row(table, kind="first", participant="P02"), "question"]


def spoil_lag(table):
    repeat = row(table, kind="self_repeat")
    original = row(table, question=table.loc[repeat, "repeats"])
    after = row(
        table, participant=table.loc[original, "participant"], position=table.loc[original, "position"] + 1
    )
    one, other = table.loc[repeat, "position"], table.loc[after, "position"]
    table.loc[repeat, "position"], table.loc[after, "position"] = other, one


def spoil_overlap_foil(table):
    overlap = row(table, kind="overlap", experiment=2)
    table.loc[overlap, "foil"] = "nobody"


def spoil_pairs(table):
    overlap = row(table, kind="overlap", participant="P01")
    table.loc[overlap, "participant"] = "P03"


def spoil_exposure(table):
    one = row(table, kind="first", experiment=1, participant="P01")
    other = row(table, kind="first", experiment=2, participant="P01")
    table.loc[one, "image"] = table.loc[other, "image"]


def spoil_sides(table):
    mine = table["participant"] == "P01"
    table.loc[mine, "side"] = "left"


def spoil_order(table):
    table.loc[row(table, experiment=1, side="left"), "option_order"] = "hard,soft"


def spoil_swaps(table):
    sides = table.set_index("question")["side"]
    again = table["kind"] == "self_repeat"
    table.loc[again, "side"] = table.loc[again, "repeats"].map(sides)


def spoil_foil(table):
    second = row(table, experiment=2)
    table.loc[second, "foil"] = table.loc[second, "image"]


def spoil_distance(table):
    table.loc[row(table, experiment=2), "foil_distance"] += 0.1


def spoil_spread(table):
    mine = table["participant"] == "P01"
    check = row(table, participant="P01", kind="attention")
    last = row(table, participant="P01", position=int(table.loc[mine, "position"].max()))
    one, other = table.loc[check, "position"], table.loc[last, "position"]
    table.loc[check, "position"], table.loc[last, "position"] = other, one


def spoil_attention_foil(table):
    check = row(table, kind="attention")
    labels = stand_in_labels(60, np.random.default_rng(0)).set_index("image")
    own = table.loc[check, "image"]
    easy = labels[(labels["rank"] == 1) & (labels["hard_label"] == labels.loc[own, "hard_label"])]
    table.loc[check, "foil"] = easy.index.drop(own)[0]


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (spoil_position, "questions are numbered without gaps"),
        (spoil_image, "every image is asked first once in each experiment"),
        (spoil_owner, "loads are within one"),
        (spoil_owner, "emotions and experiments are within one"),
        (spoil_repeat, "self-repeats repeat the participant's own questions"),
        (spoil_lag, "repeats keep their lag"),
        (spoil_overlap_foil, "overlap questions are another participant's own"),
        (spoil_pairs, "pairs share as the design says (ring)"),
        (spoil_exposure, "no participant meets an image in both experiments"),
        (spoil_sides, "sides are half and half for every participant"),
        (spoil_order, "sides are half and half for every participant"),
        (spoil_swaps, "half of the repeats swap sides"),
        (spoil_foil, "foils come from other images"),
        (spoil_spread, "attention checks are spread over the questions"),
        (spoil_attention_foil, "the foils of attention checks are unmistakable"),
        (spoil_distance, "foils differ visibly, at the distance recorded"),
    ],
)
def test_each_broken_promise_is_found(planned, spoil, name):
    questions = planned.questions.copy()
    spoil(questions)
    assert name in failed(questions, planned)


def test_a_foil_that_the_participant_meets_is_noted(planned):
    questions = planned.questions.copy()
    second = row(questions, kind="first", experiment=2, participant="P01")
    questions.loc[second, "foil"] = questions.loc[row(questions, experiment=1, participant="P01"), "image"]
    check = next(one for one in audit(questions, DESIGN).checks if one.name.startswith("no foil"))
    assert check.passed is None
    assert check.figure == "1 questions have such a foil"


def test_without_labels_what_needs_them_is_not_judged(planned):
    checks = {check.name: check for check in audit(planned.questions, DESIGN).checks}
    assert checks["emotions and experiments are within one"].passed is None
    assert checks["foils differ visibly, at the distance recorded"].passed is None


def test_shared_pairs_count_what_both_answer():
    questions = pd.DataFrame(
        {
            "participant": ["P01", "P02", "P03", "P01", "P01", "P02"],
            "image": ["a", "a", "a", "a", "b", "b"],
            "experiment": [1, 1, 2, 1, 1, 1],
        }
    )
    assert pairs_shared(questions).to_numpy().tolist() == [
        ["P01", "P02", 2],
        ["P01", "P03", 0],
        ["P02", "P03", 0],
    ]


def test_a_table_that_is_no_plan_is_refused():
    with pytest.raises(StudyError, match="column 'question' is missing"):
        audit(pd.DataFrame({"image": []}), DESIGN)
