"""The installation's secret, from which invitation links and cookie signatures are made."""

import os
import secrets
import tempfile
from pathlib import Path

from db.settings import Settings
from study.errors import StudyError

_BYTES = 32


def installation_secret(settings: Settings) -> bytes:
    """Read the secret of the data folder, made at the first call (mode 0600, one winner among processes).

    Raises:
        StudyError: the file is not a secret of ours, or cannot be read or written.
    """
    path = settings.secret_file
    try:
        if not path.exists():
            settings.prepare()
            _make(path)
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as problem:
        raise StudyError(f"the secret {path} cannot be read or made: {problem}") from problem
    if len(secret) != _BYTES:
        raise StudyError(f"the secret {path} has {len(secret)} bytes, not {_BYTES}: restore it from a backup")
    return secret


def _make(path: Path) -> None:
    # Written whole beside its place, then linked into it: linking fails where another process was first,
    # and then that one's secret is the secret.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()
