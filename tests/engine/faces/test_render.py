from dataclasses import replace

import numpy as np
import pytest

from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.faces import FaceError, FaceSpec, render_action_unit, render_expression, render_face
from engine.faces.hair import HAIR_STYLES
from engine.faces.population import draw_face
from engine.faces.spec import Identity, Pose

SIZE = 96
UPPER_UNITS = (1, 2, 4, 5, 7)
LOWER_UNITS = (10, 11, 12, 14, 15, 16, 17, 20, 22, 23, 24, 25, 26, 27)


def pixels(**changes):
    return np.asarray(render_face(FaceSpec(**changes), SIZE), dtype=int)


def change(**changes):
    return np.abs(pixels(**changes) - pixels()).sum(axis=2)


def test_the_same_face_has_the_same_pixels():
    spec = draw_face(7, 3).spec
    assert render_face(spec, SIZE).tobytes() == render_face(spec, SIZE).tobytes()


def test_faces_of_another_seed_or_number_differ():
    faces = {render_face(draw_face(seed, index).spec, SIZE).tobytes() for seed in (1, 2) for index in (0, 8)}
    assert len(faces) == 4


def test_a_face_looks_alike_at_any_size():
    spec = draw_face(7, 1).spec
    small = np.asarray(render_face(spec, 96), dtype=int)
    reduced = np.asarray(render_face(spec, 288).reduce(3), dtype=int)
    assert np.abs(small - reduced).mean() < 4


@pytest.mark.parametrize("unit", ACTION_UNITS)
def test_every_action_unit_can_be_seen(unit):
    assert (change(action_units={unit: 1.0}) > 40).sum() > 25


@pytest.mark.parametrize("unit", ACTION_UNITS)
def test_an_action_unit_shows_the_more_the_stronger_it_is(unit):
    assert change(action_units={unit: 1.0}).sum() > change(action_units={unit: 0.4}).sum()


@pytest.mark.parametrize("unit", UPPER_UNITS)
def test_units_of_brows_and_lids_leave_the_mouth_alone(unit):
    moved = change(action_units={unit: 1.0})
    assert moved[: SIZE // 2].sum() > 20 * moved[2 * SIZE // 3 :].sum()


@pytest.mark.parametrize("unit", LOWER_UNITS)
def test_units_of_the_mouth_leave_the_brows_alone(unit):
    moved = change(action_units={unit: 1.0})
    assert moved[SIZE // 2 :].sum() > 20 * moved[: 2 * SIZE // 5].sum()


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_contempt_tightens_one_lip_corner_alone(side):
    moved = change(action_units={12: 0.8, 14: 1.0}, unilateral=side)
    left, right = moved[:, : SIZE // 2 - 6].sum(), moved[:, SIZE // 2 + 6 :].sum()
    assert (left > 3 * right) if side < 0 else (right > 3 * left)


@pytest.mark.parametrize("style", HAIR_STYLES)
def test_no_hair_style_hides_eyes_or_mouth(style):
    bald, haired = (pixels(identity=Identity(hair_style=name)) for name in ("bald", style))
    features = np.abs(bald - haired).sum(axis=2)[44:78, 30:66]
    assert (features > 40).mean() < 0.02


@pytest.mark.parametrize(
    "identity", [Identity(beard="full"), Identity(beard="moustache"), Identity(glasses=True)]
)
def test_beards_and_glasses_show(identity):
    assert change(identity=identity).sum() > 4000


def test_pose_turns_the_head():
    assert change(pose=Pose(yaw=15)).sum() > 50_000


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_an_expression_can_be_shown_on_any_person(emotion):
    shown = [render_expression(emotion, 1.0, person, 64) for person in (1, 2)]
    assert shown[0].size == (64, 64)
    assert shown[0].tobytes() != shown[1].tobytes()


def test_no_intensity_is_the_face_at_rest():
    assert render_expression("Fear", 0.0, 3, 64).tobytes() == render_action_unit(12, 0.0, 3, 64).tobytes()


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: render_expression("Joy", 1.0, 1, 64), "unknown emotion 'Joy'.*Happy"),
        (lambda: render_expression("Happy", 1.5, 1, 64), "intensity 1.5"),
        (lambda: render_action_unit(3, 1.0, 1, 64), "action unit 3"),
        (lambda: render_action_unit(12, -0.1, 1, 64), "action unit 12 is -0.1"),
        (lambda: render_face(FaceSpec(), 8), "8 pixels.*between 32 and 2048"),
        (lambda: replace(FaceSpec(), action_units={12: 2.0}), "action unit 12 is 2.0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(ask, says):
    with pytest.raises(FaceError, match=says):
        ask()
