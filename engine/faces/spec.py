"""What one rendered face is made of: identity, expression, pose, light and framing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.emfacs import ACTION_UNITS
from engine.errors import EngineError

Colour = tuple[float, float, float]


class FaceError(EngineError):
    """A face that cannot be drawn as asked."""


@dataclass(frozen=True)
class Identity:
    """Who is drawn. Shape values are factors around 1; tone, age and the other shares lie in [0, 1].

    `tone` runs from the lightest skin (0) to the darkest (1), `age` from 18 years (0) to 80 (1),
    `presentation` from masculine (0) to feminine (1).
    """

    tone: float = 0.25
    age: float = 0.25
    presentation: float = 0.5
    undertone: float = 0.0
    face_width: float = 1.0
    jaw_width: float = 1.0
    chin_width: float = 1.0
    face_length: float = 1.0
    eye_size: float = 1.0
    eye_spacing: float = 1.0
    eye_tilt: float = 0.0
    lid_fold: float = 1.0
    brow_thickness: float = 1.0
    brow_height: float = 0.0
    brow_arch: float = 0.0
    nose_width: float = 1.0
    nose_length: float = 1.0
    mouth_width: float = 1.0
    lip_fullness: float = 1.0
    hair_style: str = "parted"
    hair_colour: Colour = (70, 48, 36)
    part_side: int = 1
    beard: str = "none"
    glasses: bool = False
    iris: Colour = (92, 64, 42)
    clothing: Colour = (86, 104, 128)
    collar: str = "round"
    freckles: float = 0.0

    @property
    def years(self) -> int:
        """Age in whole years."""
        return round(18 + 62 * self.age)

    @property
    def gender(self) -> str:
        """Gender presentation as the manifest's `gender` column has it."""
        return "Female" if self.presentation >= 0.5 else "Male"


@dataclass(frozen=True)
class Pose:
    """Head rotation in degrees: yaw to the picture's right, pitch upwards, roll clockwise."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True)
class Light:
    """Where the light comes from (-1 left or above, 1 right or below), how strong and how warm (-1 to 1)."""

    x: float = -0.5
    y: float = -0.5
    strength: float = 0.7
    warmth: float = 0.0


@dataclass(frozen=True)
class Framing:
    """Scale (the share of the picture that half a head takes) and shift (in shares of the picture)."""

    scale: float = 0.385
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class FaceSpec:
    """Everything that decides a face's pixels.

    `action_units` maps a FACS unit to its intensity in [0, 1]; absent units are at rest. `unilateral` in
    [-1, 1] fades units 12 and 14 on one side: -1 leaves them on the picture's left, 1 on its right.
    """

    action_units: Mapping[int, float] = field(default_factory=dict)
    unilateral: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    identity: Identity = field(default_factory=Identity)
    pose: Pose = field(default_factory=Pose)
    light: Light = field(default_factory=Light)
    framing: Framing = field(default_factory=Framing)
    background: tuple[Colour, Colour] = ((214, 220, 226), (168, 178, 190))

    def __post_init__(self) -> None:
        for unit, intensity in self.action_units.items():
            if unit not in ACTION_UNITS:
                raise FaceError(f"action unit {unit} cannot be drawn; choose among {list(ACTION_UNITS)}")
            if not 0.0 <= intensity <= 1.0:
                raise FaceError(f"the intensity of action unit {unit} is {intensity}; it must lie in [0, 1]")
