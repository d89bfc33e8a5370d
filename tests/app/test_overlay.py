"""What is drawn on a face: well-formed, of the image's size, and told in words."""

from xml.etree import ElementTree

import pytest

from app.overlay import data_url, drawing, spoken
from study.images.portrait import Geometry

SVG = "{http://www.w3.org/2000/svg}"


def lines(pose):
    tree = ElementTree.fromstring(drawing(Geometry((), (), None, pose), (200, 100)))
    ends = [
        tuple(float(line.get(name)) for name in ("x1", "y1", "x2", "y2")) for line in tree.iter(f"{SVG}line")
    ]
    return [(x2 - x1, y2 - y1) for x1, y1, x2, y2 in ends]


def test_every_point_and_the_box_lie_where_they_are_in_the_file():
    geometry = Geometry(((10.0, 20.0), (30.0, 40.0)), ((5.0, 6.0),), (1.0, 2.0, 80.0, 90.0), None)
    tree = ElementTree.fromstring(drawing(geometry, (200, 100)))
    assert tree.get("viewBox") == "0 0 200 100"
    assert [(dot.get("cx"), dot.get("cy")) for dot in tree.iter(f"{SVG}circle")] == [
        ("10.0", "20.0"),
        ("30.0", "40.0"),
        ("5.0", "6.0"),
    ]
    box = next(tree.iter(f"{SVG}rect"))
    assert (box.get("x"), box.get("width"), box.get("height")) == ("1.0", "80.0", "90.0")
    assert (
        spoken(geometry)
        == "2 points of the 68-point landmarks, 1 points of the 28-point landmarks, the face’s box"
    )


def test_the_axes_of_a_head_that_looks_ahead_lie_across_and_down():
    across, down, ahead = lines((0.0, 0.0, 0.0))
    assert across == pytest.approx((25.0, 0.0))
    assert down == pytest.approx((0.0, 25.0))
    assert ahead == pytest.approx((0.0, 0.0))


def test_the_axes_turn_with_the_head():
    assert lines((90.0, 0.0, 0.0))[2] == pytest.approx((25.0, 0.0), abs=0.1)
    assert lines((0.0, 90.0, 0.0))[2] == pytest.approx((0.0, -25.0), abs=0.1)
    assert lines((0.0, 0.0, 90.0))[0] == pytest.approx((0.0, 25.0), abs=0.1)


def test_a_drawing_becomes_an_address_of_an_image():
    assert data_url("<svg/>") == "data:image/svg+xml;base64,PHN2Zy8+"
