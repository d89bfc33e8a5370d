import numpy as np
import pytest

from study.figures.curves import (
    course_figure,
    lag_figure,
    psychometric_figure,
    response_times_figure,
    speed_figure,
)
from study.figures.shares import accuracy_by, preference_by
from study.figures.sides import ceiling_figure, side_figure
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.summary import findings
from tests.study.findings.trial_tables import table


@pytest.fixture(scope="module")
def found():
    return findings(simulate_trials(Design(questions=150), Population(), np.random.default_rng(1)))


def drawn(found):
    return {
        "emotion": preference_by(found.preference.by_emotion),
        "margin": preference_by(found.preference.by_margin),
        "accuracy": accuracy_by(found.discrimination.by_subset),
        "psychometric": psychometric_figure(found.psychometric),
        "lag": lag_figure(found.retest),
        "course": course_figure(found.quality),
        "speed": speed_figure(found.quality),
        "times": response_times_figure(found.quality),
        "side": side_figure(found.side_bias[1]),
        "ceiling": ceiling_figure(found.ceiling),
    }


def test_each_figure_draws_its_finding(found):
    for name, figure in drawn(found).items():
        assert figure.data, name
        assert figure.layout.yaxis.title.text, name


def test_values_drawn_are_the_values_found(found):
    figures = drawn(found)
    assert list(figures["emotion"].data[0].y) == found.preference.by_emotion["soft"].tolist()
    assert list(figures["side"].data[0].y) == found.side_bias[1].by_participant["left"].tolist()
    assert figures["psychometric"].data[2].x[0] == found.psychometric.threshold.estimate
    assert sum(sum(bar.y) for bar in figures["times"].data) == found.answers


def test_answers_are_told_apart_by_mark_as_well_as_colour(found):
    symbols = [trace.marker.symbol for trace in drawn(found)["emotion"].data]
    assert len(set(symbols)) == 4


def test_without_answers_every_figure_says_why():
    for name, figure in drawn(findings(table())).items():
        assert not figure.data, name
        assert figure.layout.annotations[0].text.endswith("yet"), name
