"""The action-unit based classifier, after its networks have answered (Sec. 3.3, Eqs. 9-13)."""

import numpy as np
import numpy.typing as npt

from engine.emfacs import ACTION_UNITS, EMOTIONS, action_unit_matrix, au_scores
from engine.errors import EngineError

NEUTRAL_SIMILARITY = 0.25
"""sim_Neutral: Neutral has no action unit, and Eq. 9 sets its similarity by hand."""

FloatArray = npt.NDArray[np.float64]


def maximum_similarity(printed_scores: bool = False) -> FloatArray:
    """Largest value that Eq. 9 can give each emotion (8,): 1.25 for Happy, 6.08 for Anger, 0 for Neutral."""
    scores = np.array(list(au_scores(printed_scores).values()))
    return np.asarray(action_unit_matrix() @ scores)


def similarity(units: npt.ArrayLike, *, normalised: bool = False, printed_scores: bool = False) -> FloatArray:
    """SV (..., 8): how far predicted action units (..., 21) in [0, 1] agree with each emotion's row (Eq. 9).

    The paper's similarity grows with the number of an emotion's units. `normalised` divides it by that
    emotion's maximum, so that every emotion but Neutral ranges over 0..1. Neutral is 0.25 in both.
    """
    predicted = np.asarray(units, dtype=np.float64)
    if predicted.ndim < 1 or predicted.shape[-1] != len(ACTION_UNITS):
        raise EngineError(f"action units have shape {predicted.shape}; expected (..., {len(ACTION_UNITS)})")
    scores = np.array(list(au_scores(printed_scores).values()))
    values = predicted @ (action_unit_matrix() * scores).T
    if normalised:
        most = maximum_similarity(printed_scores)
        values = values / np.where(most > 0, most, 1.0)
    values[..., EMOTIONS.index("Neutral")] = NEUTRAL_SIMILARITY
    return np.asarray(values)


def binary_similarity(values: npt.ArrayLike, own: int) -> FloatArray:
    """BSV (..., 2): similarity to the network's own emotion, and the mean of the other seven (Eq. 10).

    `values` is (..., 8), `own` a place in `EMOTIONS`. The paper writes "ground truth" for it, but an image's
    label is unknown when it is labelled, so it is always the emotion that the network was trained for.
    """
    array = np.asarray(values, dtype=np.float64)
    if not 0 <= own < len(EMOTIONS):
        raise EngineError(
            f"emotion {own} does not exist; places in EMOTIONS go from 0 to {len(EMOTIONS) - 1}"
        )
    others = np.delete(array, own, axis=-1).mean(axis=-1)
    return np.stack([array[..., own], others], axis=-1)


def au_probability(binary: npt.ArrayLike) -> FloatArray:
    """APV (..., 2): softmax of BSV (Eq. 11); slot 0 is positive."""
    array = np.asarray(binary, dtype=np.float64)
    powers = np.exp(array - array.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def probability(
    positive: npt.ArrayLike,
    units: npt.ArrayLike,
    *,
    normalised: bool = False,
    printed_scores: bool = False,
) -> FloatArray:
    """P (images, 8): mean of the binary head and of the action-unit head of the eight networks (Eq. 12).

    `positive` (images, 8) is slot 0 of each network's BPV; `units` (images, 8, 21) are each network's
    predicted action units, networks in the order of `EMOTIONS`.
    """
    heads, predicted = np.asarray(positive, np.float64), np.asarray(units, np.float64)
    expected = (len(heads), len(EMOTIONS))
    if heads.shape != expected or predicted.shape != (*expected, len(ACTION_UNITS)):
        raise EngineError(
            f"binary heads have shape {heads.shape} and action units {predicted.shape}; "
            f"expected (images, {len(EMOTIONS)}) and (images, {len(EMOTIONS)}, {len(ACTION_UNITS)})"
        )
    values = similarity(predicted, normalised=normalised, printed_scores=printed_scores)
    apv = [au_probability(binary_similarity(values[:, own], own))[:, 0] for own in range(len(EMOTIONS))]
    return (heads + np.stack(apv, axis=1)) / 2


def semantic_scores(confidence: npt.ArrayLike, probabilities: npt.ArrayLike) -> FloatArray:
    """SC_AU (images, 8): confidence score (8,) times probability (images, 8) (Eq. 13)."""
    scores, array = np.asarray(confidence, np.float64), np.asarray(probabilities, np.float64)
    if scores.shape != (len(EMOTIONS),) or array.ndim != 2 or array.shape[1] != len(EMOTIONS):
        raise EngineError(
            f"confidence has shape {scores.shape} and probability {array.shape}; "
            f"expected (8,) and (images, 8)"
        )
    return scores * array
