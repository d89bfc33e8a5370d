"""Files that a researcher sends from a page: kept in the data folder, unpacked with care."""

import errno
import secrets
import shutil
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from db.settings import Settings
from study.errors import CatalogError

TABLES = (".csv", ".parquet", ".json", ".npy")
_LARGEST = 64 * 2**30
_CHUNK = 2**20


def keep_upload(settings: Settings, name: str, sent: BinaryIO) -> Path:
    """Keep an uploaded table, or unpack an uploaded zip; returns the file, or the folder, to import.

    A zip with one folder at its top gives that folder.

    Raises:
        CatalogError: it is neither a zip nor a table, is damaged, leads out of its folder, or does not fit.
    """
    kind = PurePosixPath(name).suffix.lower()
    if kind != ".zip" and kind not in TABLES:
        raise CatalogError(f"{name} is no zip and no table ({', '.join(TABLES)}): send one of these")
    if not name.isprintable():
        raise CatalogError(f"{name!r} cannot be a file's name on the server: give it another")
    folder = settings.data_dir / "uploads" / secrets.token_hex(8)
    folder.mkdir(parents=True)
    try:
        if kind == ".zip":
            return _unpacked(name, sent, folder)
        file = folder / PurePosixPath(name.replace("\\", "/")).name
        with file.open("wb") as kept:
            shutil.copyfileobj(sent, kept, _CHUNK)
    except OSError as problem:
        shutil.rmtree(folder, ignore_errors=True)
        raise CatalogError(f"{name} cannot be kept on the server: {problem.strerror}") from problem
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return file


def _unpacked(name: str, sent: BinaryIO, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(sent) as packed:
            members = [
                one for one in packed.infolist() if not one.is_dir() and not _is_litter(_plain(one.filename))
            ]
            _check(name, members, folder)
            for member in members:
                target = folder / _plain(member.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as read, target.open("wb") as kept:
                    shutil.copyfileobj(read, kept, _CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
        raise CatalogError(f"{name} cannot be unpacked: {problem}") from problem
    except OSError as problem:
        full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "the server's disk is full: make room, or" if full else f"{problem.strerror}:"
        raise CatalogError(
            f"{name} cannot be unpacked: {what} put the folder on the server and import it from there"
        ) from problem
    tops = list(folder.iterdir())
    return tops[0] if len(tops) == 1 and tops[0].is_dir() else folder


def _check(name: str, members: list[zipfile.ZipInfo], folder: Path) -> None:
    if not members:
        raise CatalogError(f"{name} is empty")
    files = Counter(_plain(member.filename) for member in members)
    folders = {str(folder) for file in files for folder in PurePosixPath(file).parents}
    for file, count in files.items():
        if count > 1 or file in folders:
            what = "twice" if count > 1 else "as a file and as a folder"
            raise CatalogError(f"{name} holds {file!r} {what}: pack it anew")
    for member in members:
        path = PurePosixPath(_plain(member.filename))
        if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise CatalogError(f"{name} holds {member.filename!r}, which leads out of its folder")
    size, free = sum(member.file_size for member in members), shutil.disk_usage(folder).free
    if size > _LARGEST or size > free * 0.9:
        raise CatalogError(
            f"{name} would unpack to {size / 2**30:.1f} GiB; {free / 2**30:.1f} GiB are free: "
            "put the folder on the server and import it from there"
        )


def _plain(name: str) -> str:
    """A member's name with the slashes of the format; some packers of Windows write backslashes."""
    return name.replace("\\", "/")


def _is_litter(name: str) -> bool:
    """What archivers of some systems add: no part of a data set."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in (".DS_Store", "Thumbs.db")
