"""68 landmarks and head pose by MediaPipe's FaceLandmarker, from a model file that the user names.

Needs requirements-metadata.txt. The landmarks are those points of the 478-point mesh that lie where the 68 of
300-W do; landmarks_28 are not given, because the paper does not say which points they are. Angles are in
degrees: yaw is positive where the nose points to the image's right, pitch where it points up, roll where the
head leans clockwise as one sees it.
"""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from engine.providers.provider import Describer, Photograph, ProviderError

if TYPE_CHECKING:
    from PIL import Image

NAME = "mediapipe"
NOTICE = (
    "MediaPipe computes on this machine, but sends Google figures about its use (its privacy notice) and has "
    "no setting against it. To keep it from the network: unshare -rn python -m engine metadata …"
)

_COLUMNS = ("landmarks_68", "yaw", "pitch", "roll")
_MARGIN = 0.25

Array = npt.NDArray[np.float64]

# Points of the mesh for each of the 68, in their order; of two the middle. Left and right are mirror images.
MESH_POINTS: tuple[tuple[int, ...], ...] = (
    *(
        (127,),
        (234,),
        (93,),
        (132, 58),
        (58, 172),
        (136,),
        (150,),
        (176,),
        (152,),
    ),  # jaw, from the image's left
    *((400,), (379,), (365,), (288, 397), (361, 288), (323,), (454,), (356,)),
    *((70,), (63,), (105,), (66,), (107,)),  # brows
    *((336,), (296,), (334,), (293,), (300,)),
    *((168, 6), (197, 195), (5,), (4,)),  # bridge of the nose
    *((98,), (97,), (2,), (326,), (327,)),  # nostrils
    *((33,), (160,), (158,), (133,), (153,), (144,)),  # eyes
    *((362,), (385,), (387,), (263,), (373,), (380,)),
    *((61,), (39,), (37,), (0,), (267,), (269,), (291,)),  # outer lips
    *((321,), (314,), (17,), (84,), (91,)),
    *((78,), (82,), (13,), (312,), (308,), (317,), (14,), (87,)),  # inner lips
)


class FaceDescriber:
    """Asks MediaPipe's landmarker about one image at a time."""

    columns: Sequence[str] = _COLUMNS

    def __init__(self, landmarker: Any, mediapipe: Any) -> None:
        self._landmarker = landmarker
        self._mediapipe = mediapipe

    def describe(self, photograph: Photograph) -> Mapping[str, object]:
        """The clearest face's points and pose; raises ProviderError where no face is found."""
        whole = photograph.upright()
        face, left, top = _region(whole, photograph.box)
        kind = self._mediapipe.ImageFormat.SRGB
        pixels = np.ascontiguousarray(face, dtype=np.uint8)
        found = self._landmarker.detect(self._mediapipe.Image(image_format=kind, data=pixels))
        if not found.face_landmarks:
            raise ProviderError("MediaPipe finds no face")
        mesh = np.array([(point.x, point.y) for point in found.face_landmarks[0]], dtype=np.float64)
        points = landmarks_68(mesh * face.size + (left, top))
        angles = head_pose(np.asarray(found.facial_transformation_matrixes[0], dtype=np.float64))
        return {"landmarks_68": points.ravel().tolist(), **angles}


@contextmanager
def open_provider(model: Path | None) -> Iterator[Describer]:
    """Open the FaceLandmarker in the .task file `model`; raises ProviderError without it or MediaPipe."""
    if model is None:
        raise ProviderError(
            "the provider mediapipe needs its model file: download face_landmarker.task as MediaPipe's Face "
            "Landmarker guide says, and name it with --model face_landmarker.task"
        )
    if not model.is_file():
        raise ProviderError(f"{model} does not exist; give MediaPipe's face_landmarker.task")
    mediapipe, vision, options = _library()
    print(NOTICE, file=sys.stderr)
    try:
        landmarker = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=options(model_asset_buffer=model.read_bytes()),
                output_facial_transformation_matrixes=True,
            )
        )
    except (RuntimeError, ValueError) as problem:
        raise ProviderError(
            f"{model} is no face landmarker model that MediaPipe reads: {problem}"
        ) from problem
    with contextlib.closing(landmarker):
        yield FaceDescriber(landmarker, mediapipe)


def landmarks_68(mesh: npt.ArrayLike) -> Array:
    """The 68 points (68, 2) of a mesh (478, 2), in the order of 300-W; raises ProviderError for another."""
    points = np.asarray(mesh, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 468:
        raise ProviderError(f"a mesh of shape {points.shape}; expected 468 or more points of x and y")
    return np.stack([points[list(places)].mean(axis=0) for places in MESH_POINTS])


def head_pose(matrix: npt.ArrayLike) -> dict[str, float]:
    """Yaw, pitch and roll in degrees of a facial transformation matrix (4, 4).

    The matrix turns the canonical face (x to the image's right, y up, z towards the camera) by roll about z,
    after yaw about y, after pitch about x. Raises ProviderError where it is no such matrix.
    """
    transform = np.asarray(matrix, dtype=np.float64)
    if transform.shape != (4, 4) or not np.allclose(transform[3], (0, 0, 0, 1), atol=1e-3):
        raise ProviderError(f"no facial transformation matrix: {transform.tolist()}")
    rotation = transform[:3, :3] / np.linalg.norm(transform[:3, :3], axis=0)
    pitch = np.arctan2(rotation[2, 1], rotation[2, 2])
    yaw = np.arctan2(-rotation[2, 0], np.hypot(rotation[2, 1], rotation[2, 2]))
    roll = np.arctan2(rotation[1, 0], rotation[0, 0])
    # Turning the canonical face about x by a positive angle lowers its nose; about z, it leans anticlockwise.
    angles = {"yaw": yaw, "pitch": -pitch, "roll": -roll}
    return {name: float(np.degrees(angle)) for name, angle in angles.items()}


def _library() -> tuple[Any, Any, Any]:
    try:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision
    except ImportError as problem:
        raise ProviderError(
            f"MediaPipe is not installed ({problem}): pip install -r requirements-metadata.txt"
        ) from problem
    return mediapipe, vision, BaseOptions


def _region(
    image: "Image.Image", box: tuple[float, float, float, float] | None
) -> tuple["Image.Image", int, int]:
    """The part of an image round its face box, and where it begins; the whole image where there is no box."""
    if box is None:
        return image, 0, 0
    x, y, width, height = box
    left, top = max(0, round(x - _MARGIN * width)), max(0, round(y - _MARGIN * height))
    right = min(image.width, round(x + (1 + _MARGIN) * width))
    bottom = min(image.height, round(y + (1 + _MARGIN) * height))
    if left >= right or top >= bottom:
        raise ProviderError(
            f"the face box {box} lies beyond the image of {image.width} x {image.height} pixels"
        )
    return cast("Any", image.crop((left, top, right, bottom))), left, top
