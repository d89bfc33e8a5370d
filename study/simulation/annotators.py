"""Simulated annotators with planted truth. Pure: a plan and what its faces show in, readings out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.annotations import LABELS
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS
from study.annotation.responses import DIMENSIONS
from study.annotation.tables import VALUES
from study.errors import StudyError
from study.simulation.pace import response_times, until_they_leave

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP = 0.05
"""Of the sliders and of the affect grid."""
TAKEN_FOR: Mapping[str, str] = {
    "Neutral": "Sad",
    "Happy": "Neutral",
    "Sad": "Neutral",
    "Surprise": "Fear",
    "Fear": "Surprise",
    "Disgust": "Anger",
    "Anger": "Disgust",
    "Contempt": "Neutral",
}
"""The emotion that half of the wrong names of each go to; the others share the rest evenly."""
AFFECT: Mapping[str, tuple[float, float]] = {
    "Neutral": (0.0, 0.0),
    "Happy": (0.8, 0.35),
    "Sad": (-0.7, -0.35),
    "Surprise": (0.15, 0.8),
    "Fear": (-0.55, 0.75),
    "Disgust": (-0.7, 0.35),
    "Anger": (-0.6, 0.65),
    "Contempt": (-0.55, 0.2),
}
"""Valence and arousal of a face that shows one emotion fully, where the image has none of its own: places in
the quadrants of Russell's (1980) circumplex, chosen and not measured."""


@dataclass(frozen=True)
class Annotator:
    """One simulated annotator.

    sensitivity: of each emotion the chance that its own name is given where it shows, and in the soft-label
    form the factor of its score. none, uncertain, non_face: shares of readings that say so. lapse: share
    given blindly. slider_bias: added to every score; slider_noise, affect_noise: standard deviations of
    scores, and of valence and arousal. consistency: share of repeats that say the first label again
    unthought (hard_label), share of the noise's variance that is the same each time. seconds: median
    response time (None: the design's). drop_out: probability of leaving before the end.
    """

    sensitivity: tuple[float, ...] = (0.85,) * len(EMOTIONS)
    none: float = 0.02
    uncertain: float = 0.04
    non_face: float = 0.01
    lapse: float = 0.02
    slider_bias: float = 0.0
    slider_noise: float = 0.15
    affect_noise: float = 0.2
    consistency: float = 0.7
    seconds: float | None = None
    drop_out: float = 0.0

    def __post_init__(self) -> None:
        shares = {"lapse": self.lapse, "consistency": self.consistency, "drop_out": self.drop_out}
        shares |= {"none": self.none, "uncertain": self.uncertain, "non_face": self.non_face}
        for name, value in [*shares.items(), *(("sensitivity", one) for one in self.sensitivity)]:
            if not 0 <= value <= 1:
                raise StudyError(f"annotator: {name} = {value} must be from 0 to 1")
        if len(self.sensitivity) != len(EMOTIONS):
            raise StudyError(f"annotator: sensitivity must be {len(EMOTIONS)} shares, one of each emotion")
        if self.no_emotion.sum() > 1:
            raise StudyError(
                f"annotator: none = {self.none}, uncertain = {self.uncertain} and non_face ="
                f" {self.non_face} must be 1 or less together"
            )
        if min(self.slider_noise, self.affect_noise) < 0 or not -1 <= self.slider_bias <= 1:
            raise StudyError(
                f"annotator: slider_noise = {self.slider_noise} and affect_noise = {self.affect_noise} must"
                f" be 0 or more, slider_bias = {self.slider_bias} from -1 to 1"
            )
        if self.seconds is not None and self.seconds <= 0:
            raise StudyError(f"annotator: seconds = {self.seconds} must be above 0")

    @property
    def no_emotion(self) -> Floats:
        """Shares of None, Uncertain and Non-Face."""
        return np.array([self.none, self.uncertain, self.non_face])

    @property
    def confusion(self) -> Floats:
        """The chance of each name (columns) where an emotion shows (rows): (8, 8), rows sum to 1."""
        missed = 1 - np.array(self.sensitivity)
        found = np.tile((missed / 2 / (len(EMOTIONS) - 2))[:, None], (1, len(EMOTIONS)))
        for row, emotion in enumerate(EMOTIONS):
            found[row, EMOTIONS.index(TAKEN_FOR[emotion])] = missed[row] / 2
        np.fill_diagonal(found, self.sensitivity)
        return found


@dataclass(frozen=True)
class Panel:
    """Who annotates: `annotators` in turn (the first again after the last), and `poor` in the last place of
    three or more, where there is one.

    sharpness: who names one emotion sees each in proportion to its score to this power. People name the
    strongest of several far more often than its part of their sum.
    """

    annotators: tuple[Annotator, ...]
    poor: Annotator | None = None
    sharpness: float = 8.0

    def __post_init__(self) -> None:
        if not self.annotators:
            raise StudyError("panel: annotators must name at least one")
        if not 0 <= self.sharpness <= 100:
            raise StudyError(f"panel: sharpness = {self.sharpness} must be from 0 to 100")

    def people(self, count: int) -> list[Annotator]:
        """The annotators of a task of `count` participants."""
        people = [self.annotators[one % len(self.annotators)] for one in range(count)]
        return people if self.poor is None or count < 3 else [*people[:-1], self.poor]

    def poor_code(self, codes: list[str]) -> str | None:
        """Which of the participants is the poor annotator."""
        return max(codes) if self.poor is not None and len(codes) > 2 else None


POOR = Annotator(
    sensitivity=(0.35,) * len(EMOTIONS),
    none=0.06,
    uncertain=0.12,
    lapse=0.3,
    slider_noise=0.4,
    affect_noise=0.6,
    consistency=0.1,
)
# Guesses at people, not measured: five who differ a little, and one poor.
_SURELY = (0.85, 0.95, 0.85, 0.8, 0.75, 0.8, 0.85, 0.7)
USUAL = Panel(
    (
        Annotator(_SURELY, uncertain=0.03, consistency=0.8),
        Annotator(_SURELY, uncertain=0.06, slider_bias=0.05, consistency=0.75),
        Annotator((0.8,) * len(EMOTIONS), slider_bias=-0.05, consistency=0.7),
        Annotator((0.9,) * len(EMOTIONS), slider_noise=0.12, affect_noise=0.15, consistency=0.8),
        Annotator((0.75,) * len(EMOTIONS), uncertain=0.08, none=0.04, consistency=0.6),
    ),
    POOR,
)


def simulate_readings(
    questions: pd.DataFrame,
    faces: pd.DataFrame,
    form: str,
    panel: Panel,
    seconds: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Answer a task's plan as the panel would, in the order of participants and positions.

    questions: question, participant, position, image, kind; faces: image, the eight soft_* scores that show,
    valence, arousal. Returns question, participant, image, kind, position, the form's values, rt_ms and
    hidden_ms, up to where each leaves. `seconds`: the median where an annotator has none of their own.
    Raises StudyError for an image of which nothing is known.
    """
    table = questions.sort_values(["participant", "position"], ignore_index=True)
    missing = set(table["image"]) - set(faces["image"])
    if missing:
        raise StudyError(f"faces: nothing is known of the image {min(missing)!r} of the plan")
    who, codes = pd.factorize(table["participant"])
    people = panel.people(len(codes))
    own, _ = pd.factorize(table["participant"].astype(str) + "/" + table["image"].astype(str))
    shown = faces.set_index("image").loc[table["image"]]
    values = _SAID[form](_Asked(table, who, own, people, shown, panel.sharpness), rng)
    said = pd.DataFrame(values, columns=list(VALUES[form]))
    table = table[["question", "participant", "image", "kind", "position"]].join(said)
    medians = [seconds if one.seconds is None else one.seconds for one in people]
    table["rt_ms"] = response_times(table, who, medians, rng).astype(float)
    kept = until_they_leave(table, who, [one.drop_out for one in people], rng)
    return table.assign(hidden_ms=0.0)[kept].reset_index(drop=True)


@dataclass(frozen=True)
class _Asked:
    """Questions in order, with the number of each one's annotator, and of annotator and image."""

    table: pd.DataFrame
    who: Ints
    own: Ints
    people: list[Annotator]
    shown: pd.DataFrame
    sharpness: float

    def of(self, name: str) -> Floats:
        """What each question's annotator has of this, (questions, 1) or (questions, 8)."""
        values = np.array([getattr(one, name) for one in self.people], dtype=float)
        return values.reshape(len(self.people), -1)[self.who]

    def blind(self, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Which questions are answered without looking."""
        return np.asarray(rng.random(len(self.who)) < self.of("lapse")[:, 0])


def _labels(asked: _Asked, rng: np.random.Generator) -> NDArray[np.object_]:
    scores = asked.shown[list(SOFT_COLUMNS)].to_numpy(float)
    # Relative to the highest, so that a power of small scores stays a number; all at 0 are all alike.
    most = scores.max(axis=1, keepdims=True)
    strength = np.where(most > 0, scores / np.where(most > 0, most, 1), 1.0) ** asked.sharpness
    shows = strength / strength.sum(axis=1, keepdims=True)
    confusion = np.array([one.confusion for one in asked.people])[asked.who]
    others = asked.of("no_emotion")
    named = np.einsum("qe,qen->qn", shows, confusion) * (1 - others.sum(axis=1, keepdims=True))
    edges = np.cumsum(np.hstack([named, others]), axis=1)
    kept = (asked.table["kind"] == "first").to_numpy()
    kept = kept | (rng.random(len(kept)) < asked.of("consistency")[:, 0])
    impression = rng.random(int(asked.own.max()) + 1)[asked.own]
    drawn = np.where(kept, impression, rng.random(len(kept)))
    said = np.minimum((drawn[:, None] > edges).sum(axis=1), len(LABELS) - 1)
    said = np.where(asked.blind(rng), rng.integers(len(LABELS), size=len(said)), said)
    return np.array(LABELS, dtype=object)[said]


def _scores(asked: _Asked, rng: np.random.Generator) -> Floats:
    shows = asked.shown[list(SOFT_COLUMNS)].to_numpy(float)
    placed = asked.of("sensitivity") * shows + asked.of("slider_bias")
    placed = placed + asked.of("slider_noise") * _noise(asked, len(EMOTIONS), rng)
    return _stepped(np.where(asked.blind(rng)[:, None], rng.random(placed.shape), placed), 0)


def _affects(asked: _Asked, rng: np.random.Generator) -> Floats:
    shows = asked.shown[list(DIMENSIONS)].to_numpy(float)
    placed = shows + asked.of("affect_noise") * _noise(asked, len(DIMENSIONS), rng)
    return _stepped(np.where(asked.blind(rng)[:, None], rng.uniform(-1, 1, placed.shape), placed), -1)


def _noise(asked: _Asked, scales: int, rng: np.random.Generator) -> Floats:
    """Noise of unit variance, of which the annotator's consistency is the same each time."""
    same = rng.standard_normal((int(asked.own.max()) + 1, scales))[asked.own]
    kept = asked.of("consistency")
    return np.asarray(np.sqrt(kept) * same + np.sqrt(1 - kept) * rng.standard_normal(same.shape))


def _stepped(values: Floats, least: float) -> Floats:
    """What a slider can say: whole steps from `least` to 1."""
    # What is added turns the negative zeros of rounding into zeros.
    return np.asarray(np.round(np.round(np.clip(values, least, 1) / STEP) * STEP, 2) + 0.0)


_SAID = {"hard_label": _labels, "soft_label": _scores, "affect": _affects}
