"""What an annotator says of a face, in one of three forms: a hard-label, a soft-label, or an affect."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.annotations import LABELS
from engine.emfacs import EMOTIONS
from study.errors import InvalidPostError

FORMS = ("hard_label", "soft_label", "affect")
"""hard_label: one of eight emotions, None, Uncertain, Non-Face. soft_label: eight scores from 0 to 1, in the
order of the emotions. affect: valence and arousal, each from -1 to 1 (Russell's affect grid)."""
DIMENSIONS = ("valence", "arousal")
Response = dict[str, Any]


def read_response(value: Any) -> Response:
    """Read what a page posts: `{"label": …}`, `{"scores": [eight]}`, or `{"valence": …, "arousal": …}`.

    Raises:
        InvalidPostError: it is none of these; the message says what is wrong.
    """
    if not isinstance(value, Mapping):
        raise InvalidPostError("response must be a JSON object")
    for keys, read in _READERS.items():
        if set(value) == set(keys):
            return read(value)
    raise InvalidPostError("response must have label alone, scores alone, or valence and arousal")


def form_of(response: Mapping[str, Any]) -> str:
    """The form of a response that was read."""
    return FORMS[list(_READERS).index(tuple(response))]


def _label(value: Mapping[str, Any]) -> Response:
    if not isinstance(value["label"], str) or value["label"] not in LABELS:
        raise InvalidPostError(f"response.label must be one of {', '.join(LABELS)}")
    return {"label": value["label"]}


def _scores(value: Mapping[str, Any]) -> Response:
    scores = value["scores"]
    if not isinstance(scores, list) or len(scores) != len(EMOTIONS):
        raise InvalidPostError(f"response.scores must be {len(EMOTIONS)} numbers")
    return {"scores": [_number("scores", score, 0) for score in scores]}


def _affect(value: Mapping[str, Any]) -> Response:
    return {name: _number(name, value[name], -1) for name in DIMENSIONS}


def _number(name: str, value: Any, least: float) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not least <= value <= 1:
        raise InvalidPostError(f"response.{name}: {value!r} must be a number from {least:g} to 1")
    return float(value) + 0.0  # -0.0 is 0.0


_READERS: Mapping[tuple[str, ...], Callable[[Mapping[str, Any]], Response]] = {
    ("label",): _label,
    ("scores",): _scores,
    DIMENSIONS: _affect,
}
