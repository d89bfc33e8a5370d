"""What is wrong with words."""

from study.design.errors import DesignError


class WordingError(DesignError):
    """Words that no participant can be shown; the message names the key and says what to do."""

    def __init__(self, message: str, key: str = "words") -> None:
        super().__init__(key, f"words: {message}")
