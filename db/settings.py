"""Where the data lie, where the server listens, and how people reach it; from the environment."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from db.errors import DatabaseError

DEFAULT_PORT = 8501


@dataclass(frozen=True)
class Settings:
    """The settings of one installation. `data_dir` is absolute; nothing is created until `prepare`.

    `public_url` is how people reach it from elsewhere, without a slash at its end; None where it has no name.
    """

    data_dir: Path
    database_url: str
    port: int = DEFAULT_PORT
    host: str = "127.0.0.1"
    public_url: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read DATA_DIR, DATABASE_URL, PORT, HOST and PUBLIC_URL; each may be left out.

        The defaults are ./data, the SQLite file in it, 8501, 127.0.0.1, and no name.

        Raises:
            DatabaseError: PORT is no port, or PUBLIC_URL no address.
        """
        values = os.environ if environ is None else environ
        data_dir = Path(values.get("DATA_DIR") or "data").expanduser().absolute()
        return cls(
            data_dir=data_dir,
            database_url=values.get("DATABASE_URL") or f"sqlite:///{data_dir / 'facevalue.db'}",
            port=_port(values.get("PORT") or str(DEFAULT_PORT)),
            host=values.get("HOST") or "127.0.0.1",
            public_url=_public(values["PUBLIC_URL"]) if values.get("PUBLIC_URL") else None,
        )

    @property
    def own_url(self) -> str:
        """What a browser on this machine opens, without a slash at its end."""
        name = "localhost" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://[{name}]:{self.port}" if ":" in name else f"http://{name}:{self.port}"

    @property
    def link_url(self) -> str:
        """What links begin with that a command prints."""
        return self.public_url or self.own_url

    @property
    def secret_file(self) -> Path:
        """The file that holds the installation's secret (mode 0600)."""
        return self.data_dir / "secret"

    @property
    def cache_dir(self) -> Path:
        """The folder of what can be made again, such as thumbnails."""
        return self.data_dir / "cache"

    def prepare(self) -> None:
        """Make the data folder where it is absent.

        Raises:
            DatabaseError: the folder cannot be made or written.
        """
        try:
            # For this user alone: it holds faces, answers and the secret. One that is there stays as it is.
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.data_dir):
                pass
        except OSError as problem:
            raise DatabaseError(
                f"the data folder {self.data_dir} cannot be written ({problem.strerror or problem}): "
                "set DATA_DIR to a folder that can"
            ) from problem

    def open_to_others(self) -> bool:
        """Whether other users of this machine may look into the data folder."""
        return os.name == "posix" and bool(self.data_dir.stat().st_mode & 0o077)


def _public(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise DatabaseError(
            f"PUBLIC_URL is {text!r}: give the address that people open, such as https://lab.example"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 < port < 65536:
        raise DatabaseError(f"PORT is {text!r}: give a number from 1 to 65535")
    return port
