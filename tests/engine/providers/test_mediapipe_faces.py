"""The geometry is tested for itself; MediaPipe where it is installed. Its model file is nobody's to ship."""

import importlib.util
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.providers.mediapipe_faces import (
    MESH_POINTS,
    FaceDescriber,
    head_pose,
    landmarks_68,
    open_provider,
)
from engine.providers.provider import Photograph, ProviderError

INSTALLED = importlib.util.find_spec("mediapipe") is not None


def turned(axis: int, degrees: float) -> np.ndarray:
    """A right-handed turn about x, y or z as a (4, 4) matrix."""
    matrix, cosine, sine = np.eye(4), math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    one, other = [place for place in range(3) if place != axis]
    sign = -1 if axis == 1 else 1
    matrix[one, one] = matrix[other, other] = cosine
    matrix[one, other], matrix[other, one] = -sign * sine, sign * sine
    return matrix


def test_every_of_the_68_points_is_the_middle_of_its_mesh_points() -> None:
    mesh = np.stack([np.arange(478.0), -np.arange(478.0)], axis=1)
    points = landmarks_68(mesh)
    assert points.shape == (68, 2)
    assert points[8].tolist() == [152, -152]  # the chin
    assert points[27].tolist() == [87, -87]  # between mesh points 168 and 6
    assert len(set(MESH_POINTS)) == 68


def test_no_turn_is_no_angle_whatever_the_size_of_the_face() -> None:
    matrix = np.diag([3.0, 3.0, 3.0, 1.0])
    matrix[:3, 3] = (5, -2, -40)
    assert all(abs(angle) < 1e-9 for angle in head_pose(matrix).values())


@pytest.mark.parametrize(
    ("axis", "degrees", "name", "expected"),
    [(1, 20, "yaw", 20), (0, 15, "pitch", -15), (2, 10, "roll", -10)],
)
def test_a_turn_about_one_axis_is_one_angle(axis: int, degrees: float, name: str, expected: float) -> None:
    angles = head_pose(turned(axis, degrees))
    assert angles.pop(name) == pytest.approx(expected)
    assert all(abs(angle) < 1e-9 for angle in angles.values())


def test_the_signs_are_those_that_the_module_says() -> None:
    nose, crown = np.array([0, 0, 1, 1.0]), np.array([0, 1, 0, 1.0])
    assert (turned(1, 20) @ nose)[0] > 0  # yaw +20: the nose is on the image's right
    assert (turned(0, 15) @ nose)[1] < 0  # pitch -15: the nose is lower
    assert (turned(2, 10) @ crown)[0] < 0  # roll -10: the crown leans to the image's left, anticlockwise


def test_turns_together_are_told_apart() -> None:
    matrix = turned(2, -8) @ turned(1, 25) @ turned(0, -12)
    assert head_pose(matrix) == pytest.approx({"yaw": 25, "pitch": 12, "roll": 8})


@pytest.mark.parametrize("matrix", [np.eye(3), np.arange(16.0).reshape(4, 4)])
def test_another_matrix_is_refused(matrix: np.ndarray) -> None:
    with pytest.raises(ProviderError, match="no facial transformation matrix"):
        head_pose(matrix)


def test_points_are_told_in_pixels_of_the_upright_image_though_only_the_face_box_was_asked_about(
    tmp_path: Path,
) -> None:
    sideways = Image.new("RGB", (60, 100))
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways.save(tmp_path / "face.jpg", exif=exif)
    asked: list[tuple[int, ...]] = []

    def detect(image: Any) -> SimpleNamespace:
        asked.append(image.data.shape)
        middle = [SimpleNamespace(x=0.5, y=0.5)] * 478
        return SimpleNamespace(face_landmarks=[middle], facial_transformation_matrixes=[np.eye(4)])

    library = SimpleNamespace(
        ImageFormat=SimpleNamespace(SRGB=1), Image=lambda image_format, data: SimpleNamespace(data=data)
    )
    photograph = Photograph("a", tmp_path / "face.jpg", (40.0, 20.0, 40.0, 20.0), {})
    said = FaceDescriber(SimpleNamespace(detect=detect), library).describe(photograph)
    assert asked == [(30, 60, 3)]
    assert said["landmarks_68"] == [60.0, 30.0] * 68


@pytest.mark.parametrize(("model", "message"), [(None, "needs its model file"), ("absent", "does not exist")])
def test_a_model_file_must_be_named(model: str | None, message: str, tmp_path: Path) -> None:
    given = None if model is None else tmp_path / model
    with pytest.raises(ProviderError, match=message), open_provider(given):
        pass


def test_a_file_that_is_no_model_is_refused_or_mediapipe_asked_for(tmp_path: Path) -> None:
    (tmp_path / "face.task").write_bytes(b"no model")
    message = "no face landmarker model" if INSTALLED else "requirements-metadata.txt"
    with pytest.raises(ProviderError, match=message), open_provider(tmp_path / "face.task"):
        pass


@pytest.mark.skipif(
    not INSTALLED, reason="MediaPipe is not installed: pip install -r requirements-metadata.txt"
)
def test_eyes_lips_and_jaw_are_those_that_mediapipe_names() -> None:
    from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarksConnections as Mesh

    parts = {
        (0, 17): Mesh.FACE_LANDMARKS_FACE_OVAL,
        (17, 22): Mesh.FACE_LANDMARKS_RIGHT_EYEBROW,
        (22, 27): Mesh.FACE_LANDMARKS_LEFT_EYEBROW,
        (36, 42): Mesh.FACE_LANDMARKS_RIGHT_EYE,
        (42, 48): Mesh.FACE_LANDMARKS_LEFT_EYE,
        (48, 68): Mesh.FACE_LANDMARKS_LIPS,
    }
    for (first, last), connections in parts.items():
        known = {point for line in connections for point in (line.start, line.end)}
        assert {point for places in MESH_POINTS[first:last] for point in places} <= known
