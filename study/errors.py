"""What a study says when something cannot be done."""


class StudyError(ValueError):
    """Bad input or an impossible request: the message says what, which value, and what to do."""
