from collections import Counter

import numpy as np
import pytest

from engine.emfacs import EMOTION_ACTION_UNITS, EMOTIONS
from engine.faces.expression import draw_expression, draw_units, prototype
from engine.faces.population import COMPOUND_SHARE, COMPOUNDS, draw_face
from engine.faces.spec import FaceError


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_an_emotion_shows_units_of_its_own_row_alone(emotion):
    rng = np.random.default_rng(1)
    row = set(EMOTION_ACTION_UNITS[emotion])
    assert set(prototype(emotion)) <= row
    assert all(set(draw_units(emotion, rng)) <= row for _ in range(100))


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_unit_of_an_emotion_is_shown_at_times(emotion):
    rng = np.random.default_rng(2)
    shown = {unit for _ in range(400) for unit in draw_units(emotion, rng)}
    assert shown == set(EMOTION_ACTION_UNITS[emotion])


def test_pressed_lips_are_never_parted():
    rng = np.random.default_rng(3)
    for _ in range(200):
        units = draw_expression({"Anger": 0.6, "Surprise": 0.4}, 1.0, rng).action_units
        assert min(units.get(24, 0.0), max(units.get(25, 0.0), units.get(26, 0.0))) < 0.35


def test_intensity_scales_the_units():
    strong, faint = (
        sum(draw_expression({"Fear": 1.0}, intensity, np.random.default_rng(4)).action_units.values())
        for intensity in (1.0, 0.4)
    )
    assert faint == pytest.approx(0.4 * strong, rel=0.01)


def test_a_mixture_shows_both_emotions():
    units = draw_expression({"Happy": 0.6, "Surprise": 0.4}, 1.0, np.random.default_rng(5)).action_units
    assert min(units[12], units[1], units[2]) > 0.5


def test_contempt_alone_is_one_sided():
    rng = np.random.default_rng(6)
    for emotion in EMOTIONS:
        one_sided = abs(draw_expression({emotion: 1.0}, 1.0, rng).unilateral) > 0.8
        assert one_sided == (emotion == "Contempt")


def test_an_unknown_emotion_is_refused():
    with pytest.raises(FaceError, match="unknown emotion 'Bored'"):
        prototype("Bored")


def test_the_population_is_balanced_and_mixes_three_in_ten():
    faces = [draw_face(7, index) for index in range(800)]
    assert set(Counter(face.keyword for face in faces).values()) == {100}
    mixed = [face.expression.mixture for face in faces if len(face.expression.mixture) > 1]
    assert len(mixed) / len(faces) == pytest.approx(COMPOUND_SHARE, abs=0.04)
    assert {frozenset(pair) for pair in COMPOUNDS} == {frozenset(mixture) for mixture in mixed}
    for face in faces:
        mixture = face.expression.mixture
        assert sum(mixture.values()) == pytest.approx(1.0)
        assert max(mixture, key=mixture.__getitem__) == face.keyword


def test_the_population_is_of_every_skin_tone_age_and_gender():
    people = [draw_face(7, index).spec.identity for index in range(400)]
    tones = np.histogram([person.tone for person in people], bins=5, range=(0, 1))[0]
    assert tones.min() > 50
    assert 0.4 < np.mean([person.gender == "Female" for person in people]) < 0.6
    years = [person.years for person in people]
    assert min(years) < 22
    assert max(years) > 65
