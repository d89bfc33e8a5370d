"""Action-unit intensities as the two sides of a face feel them."""

from engine.faces.spec import FaceSpec

UNILATERAL_UNITS = (12, 14)  # the lip corner: Contempt tightens one alone


class Muscles:
    """Reads an action unit's intensity: `muscles(12)`, or on one side `muscles(12, -1)` (left)."""

    def __init__(self, spec: FaceSpec) -> None:
        self._units = dict(spec.action_units)
        self._unilateral = spec.unilateral

    def __call__(self, unit: int, side: int = 0) -> float:
        """Intensity in [0, 1] of `unit`; side 0 is the mean of both."""
        intensity = self._units.get(unit, 0.0)
        if unit not in UNILATERAL_UNITS or not self._unilateral:
            return intensity
        if side == 0:
            return intensity * (1 - abs(self._unilateral) / 2)
        return intensity * (1 - max(0.0, -side * self._unilateral))

    @property
    def jaw(self) -> float:
        """How far the chin comes down, in face units (units 26 and 27)."""
        return min(0.30, 0.13 * self(26) + 0.25 * self(27))
