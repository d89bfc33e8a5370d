"""Simulated annotators of the demo faces: votes with the confusions that people make."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.emfacs import EMOTIONS, emotion_index

ANNOTATORS: tuple[str, ...] = tuple(f"A{number:02d}" for number in range(1, 13))
MIXTURE_COLUMNS: tuple[str, ...] = tuple(f"mixture_{emotion.lower()}" for emotion in EMOTIONS)

# Share of an emotion's votes that goes elsewhere.
CONFUSIONS: Mapping[str, Mapping[str, float]] = {
    "Neutral": {"Sad": 0.03, "Contempt": 0.02, "Happy": 0.01},
    "Happy": {"Contempt": 0.02, "Neutral": 0.01},
    "Sad": {"Neutral": 0.03, "Fear": 0.02, "Anger": 0.01},
    "Surprise": {"Fear": 0.06, "Happy": 0.01},
    "Fear": {"Surprise": 0.09, "Sad": 0.02},
    "Disgust": {"Anger": 0.07, "Contempt": 0.02},
    "Anger": {"Disgust": 0.06, "Contempt": 0.01},
    "Contempt": {"Happy": 0.06, "Neutral": 0.04, "Disgust": 0.02},
}
_SHARPENING = 1.6
_NO_EMOTION: tuple[tuple[str, float], ...] = (("None", 0.008), ("Uncertain", 0.016))
_COUNTS: tuple[float, ...] = (0.45, 0.32, 0.15, 0.08)
_PAUSE = (4.0, 14.0)


def vote_probabilities(truth: pd.DataFrame) -> npt.NDArray[np.float64]:
    """(n, 10) probability of a vote for each emotion, then None and Uncertain.

    The mixture sharpened (an annotator names what is strongest), a part to Neutral where the intensity is
    below 0.55, then the usual confusions.
    """
    mixture = truth[list(MIXTURE_COLUMNS)].to_numpy(float) ** _SHARPENING
    mixture /= mixture.sum(axis=1, keepdims=True)
    faint = np.clip((0.55 - truth["intensity"].to_numpy(float)) * 2.2, 0, 0.6)[:, None]
    neutral = np.eye(len(EMOTIONS))[emotion_index("Neutral")]
    expressed = (1 - faint) * mixture + faint * neutral
    votes = expressed @ _confusion_matrix()
    others = np.array([share for _, share in _NO_EMOTION])
    rest = np.tile(others, (len(votes), 1))
    return np.hstack((votes * (1 - others.sum()), rest))


def _confusion_matrix() -> npt.NDArray[np.float64]:
    matrix = np.zeros((len(EMOTIONS), len(EMOTIONS)))
    for emotion, goes in CONFUSIONS.items():
        row = emotion_index(emotion)
        for other, share in goes.items():
            matrix[row, emotion_index(other)] = share
        matrix[row, row] = 1 - sum(goes.values())
    return matrix


def simulate_annotators(
    truth: pd.DataFrame, rng: np.random.Generator, now: datetime, per_image: tuple[int, int] = (2, 5)
) -> pd.DataFrame:
    """Votes of `per_image` (least, most) annotators an image: image, annotator, label, annotated_at.

    `truth` holds image, mixture_neutral … mixture_contempt and intensity. Each annotator works through
    their images in order, up to `now`.
    """
    least, most = per_image
    shares = np.array(_COUNTS[: most - least + 1])
    counts = rng.choice(np.arange(least, least + len(shares)), len(truth), p=shares / shares.sum())
    labels = np.array((*EMOTIONS, *(label for label, _ in _NO_EMOTION)))
    cumulative = vote_probabilities(truth).cumsum(axis=1)
    rows = np.repeat(np.arange(len(truth)), counts)
    picks = (rng.random(len(rows))[:, None] > cumulative[rows]).sum(axis=1).clip(max=len(labels) - 1)
    people = np.concatenate([rng.choice(len(ANNOTATORS), count, replace=False) for count in counts])
    frame = pd.DataFrame(
        {
            "image": truth["image"].to_numpy()[rows],
            "annotator": np.array(ANNOTATORS)[people],
            "label": labels[picks],
        }
    )
    elapsed = pd.Series(rng.uniform(*_PAUSE, len(rows))).groupby(people).cumsum()
    frame["annotated_at"] = (
        pd.Timestamp(now)
        - timedelta(seconds=float(elapsed.max()))
        + pd.to_timedelta(elapsed, unit="s").dt.round("ms")
    )
    return frame
