import numpy as np
import pytest

from benchmarks.predictions import DOING, HONEST, _named, _people, given, halves
from study.design.design import DEFAULT
from study.findings.simulation import PAPER, answer_trials, draw_people
from study.planning.plan import plan
from study.planning.precision import forecast
from study.planning.stand_in import stand_in_labels


@pytest.mark.parametrize("overlap_design", ["ring", "complete", "balanced_incomplete_block"])
def test_simulated_people_answer_the_questions_of_the_plan(overlap_design):
    rng = np.random.default_rng(1)
    design = DEFAULT.changed(images_per_emotion=30, overlap_design=overlap_design, attention_checks=4)
    questions = plan(stand_in_labels(30, rng), design, rng).questions
    trials = answer_trials(given(questions), PAPER, draw_people(PAPER, 6, rng), rng)
    asked = questions[questions["kind"] != "attention"]
    by = ["participant", "experiment", "kind"]
    counted = (table.groupby(by, observed=True).size().to_dict() for table in (trials, asked))
    assert next(counted) == next(counted)
    # Of these the findings have every half-width that the forecast speaks of.
    foretold = {one.finding for one in forecast(design).findings}
    found = halves(trials)
    assert set(found) == foretold
    assert np.isfinite(list(found.values())).all()


def test_the_honest_are_seldom_named_and_those_who_press_any_key_fail_their_checks():
    rng = np.random.default_rng(2)
    honest, careless, sided = (
        _named(*_people(60, 200, rng, **(HONEST | DOING[name])), 200)
        for name in ("honest", "any key, 2 s", "left blindly in 50 %")
    )
    assert (honest != "").mean() < 0.06
    assert careless.str.contains("attention").mean() > 0.6
    assert sided.str.contains("side bias").all()
