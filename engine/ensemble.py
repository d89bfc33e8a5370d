"""The ensemble of binary classifiers (Sec. 3.2)."""

import numpy as np
import numpy.typing as npt

from engine.emfacs import EMOTIONS
from engine.errors import EngineError


def semantic_scores(confidence: npt.ArrayLike, probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """SC_EB (images, 8): the mean over backbones of confidence score times probability (Eq. 5).

    `confidence` is (backbones, 8), `probability` of the emotion (backbones, images, 8). Each backbone has its
    own confidence score per emotion (Table 6). Raises EngineError for other shapes.
    """
    scores, probabilities = np.asarray(confidence, np.float64), np.asarray(probability, np.float64)
    backbones = len(scores) if scores.ndim else 0
    if not backbones or scores.shape != (backbones, len(EMOTIONS)):
        raise EngineError(f"confidence has shape {scores.shape}; expected (backbones, {len(EMOTIONS)})")
    if probabilities.ndim != 3 or probabilities.shape[::2] != scores.shape:
        raise EngineError(f"probability has shape {probabilities.shape}; expected ({backbones}, images, 8)")
    return np.asarray((scores[:, None, :] * probabilities).mean(axis=0))
