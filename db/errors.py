"""What the database says when it cannot be opened or is not what it should be."""


class DatabaseError(ValueError):
    """A setting, folder or database that cannot be used: the message says what, where, and what to do."""
