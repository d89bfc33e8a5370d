"""The installation that this process serves: its settings, database, secret and writer, opened once."""

from dataclasses import dataclass
from functools import lru_cache

from db.schema import require_head
from db.session import Database, open_database
from db.settings import Settings
from db.writer import Writer
from study.access.secret import installation_secret


@dataclass(frozen=True)
class Installation:
    """What pages and routes share."""

    settings: Settings
    database: Database
    secret: bytes
    writer: Writer

    @classmethod
    def open(cls, settings: Settings) -> "Installation":
        """Open the database, which must be at the newest schema.

        Raises:
            db.errors.DatabaseError, study.errors.StudyError: it cannot be opened; the message says why.
        """
        database = open_database(settings)
        require_head(database)
        return cls(settings, database, installation_secret(settings), Writer(database))

    def close(self) -> None:
        """Finish the writes under way, and close the database."""
        self.writer.close()
        self.database.dispose()


@lru_cache(maxsize=1)
def installation() -> Installation:
    """The installation that the environment names (DATA_DIR, DATABASE_URL), opened at the first call."""
    return Installation.open(Settings.from_environment())
