import numpy as np

from engine.faces.canvas import Canvas, spline
from engine.faces.eyes import brow_line, eye_shape
from engine.faces.mouth import mouth_shape
from engine.faces.muscles import Muscles
from engine.faces.portrait import Portrait
from engine.faces.spec import FaceSpec, Framing, Pose


def portrait(unilateral=0.0, **units):
    numbers = {int(name[2:]): level for name, level in units.items()}
    return Portrait(FaceSpec(action_units=numbers, unilateral=unilateral), 64, 2)


def mouth(**units):
    return mouth_shape(portrait(**units))


def test_a_spline_passes_through_its_ends():
    curve = spline(((0, 0), (1, 2), (3, 1)), 9)
    assert curve.shape == (9, 2)
    np.testing.assert_allclose(curve[[0, -1]], ((0, 0), (3, 1)))


def test_the_middle_of_a_straight_head_is_drawn_in_the_middle():
    canvas = Canvas(100, 2, Pose(), Framing(scale=0.4))
    np.testing.assert_allclose(canvas.project([(0, 0), (0.5, 0)], depth=0.0), [(100, 98), (140, 98)])


def test_what_stands_out_moves_more_when_the_head_turns():
    canvas = Canvas(100, 1, Pose(yaw=15), Framing())
    nose, ear = canvas.project([(0, 0.3)])[0], canvas.project([(0, 0.3)], depth=0.0)[0]
    assert nose[0] > ear[0] + 3


def test_the_lip_corner_goes_up_with_12_and_down_with_15():
    rest, smile, frown = mouth(), mouth(au12=1.0), mouth(au15=1.0)
    for side in (-1, 1):
        assert smile.corner(side)[1] < rest.corner(side)[1] - 0.05
        assert frown.corner(side)[1] > rest.corner(side)[1] + 0.05
        assert abs(smile.corner(side)[0]) > abs(rest.corner(side)[0])


def test_the_mouth_opens_more_from_25_to_26_to_27():
    gaps = [mouth(**{f"au{unit}": 1.0}).gap for unit in (24, 25, 26, 27)]
    assert gaps[0] == 0
    assert gaps == sorted(gaps)
    assert len(set(gaps)) == 4


def test_lips_grow_thin_with_23_and_24_and_full_with_22():
    def height(shape):
        return float(np.mean(shape.lower_outer[:, 1] - shape.lower_inner[:, 1]))

    assert height(mouth(au24=1.0)) < height(mouth(au23=1.0)) < height(mouth()) < height(mouth(au22=1.0))


def test_20_stretches_the_mouth_and_22_draws_it_together():
    def width(shape):
        return float(shape.corner(1)[0] - shape.corner(-1)[0])

    assert width(mouth(au22=1.0)) < width(mouth()) < width(mouth(au20=1.0))


def test_one_sided_units_move_one_corner():
    rest, smirk = mouth(), mouth(au12=1.0, au14=1.0, unilateral=1.0)
    assert smirk.corner(1)[1] < rest.corner(1)[1] - 0.05
    np.testing.assert_allclose(smirk.corner(-1)[1], rest.corner(-1)[1], atol=0.002)


def test_a_two_sided_unit_feels_the_mean_of_both():
    muscles = Muscles(FaceSpec(action_units={12: 0.8, 6: 0.5}, unilateral=-1.0))
    assert (muscles(12, -1), muscles(12, 1), muscles(12), muscles(6)) == (0.8, 0.0, 0.4, 0.5)


def test_1_raises_the_inner_brow_and_2_the_outer():
    rest, one, two = (brow_line(portrait(**units), 1)[:, 1] for units in ({}, {"au1": 1.0}, {"au2": 1.0}))
    assert rest[0] - one[0] > 0.08 > abs(rest[-1] - one[-1])
    assert rest[-4] - two[-4] > 0.08 > abs(rest[0] - two[0])


def test_4_lowers_the_brows_and_draws_them_together():
    rest, knit = brow_line(portrait(), 1), brow_line(portrait(au4=1.0), 1)
    assert knit[0, 1] > rest[0, 1] + 0.05
    assert knit[0, 0] < rest[0, 0]


def test_5_opens_the_eyes_and_6_7_and_9_narrow_them():
    rest = eye_shape(portrait()).opening
    assert eye_shape(portrait(au5=1.0)).opening > 1.3 * rest
    for unit in ("au6", "au7", "au9"):
        assert eye_shape(portrait(**{unit: 1.0})).opening < 0.85 * rest
