"""What the engine says when its input is wrong."""


class EngineError(ValueError):
    """Bad input: the message says what, which value, and what to do."""
