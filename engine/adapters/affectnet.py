"""What the AffectNet formats share: the numbers of the labels."""

from engine.annotations import LABELS

# AffectNet's indices 0-10 are the project's own order: eight emotions, None, Uncertain, Non-Face.
AFFECTNET_LABELS: tuple[str, ...] = LABELS


def affectnet_label(value: object) -> str | None:
    """The label of an AffectNet index 0-10, given as a number or as text; None where it is no index."""
    try:
        number = float(str(value).strip())
    except ValueError:
        return None
    index = int(number) if number.is_integer() else -1
    return AFFECTNET_LABELS[index] if 0 <= index < len(AFFECTNET_LABELS) else None
