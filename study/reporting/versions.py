"""Which program made a report: its release, its source, Python, and the libraries that compute and draw."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "db", "engine", "study")
SOURCES = (".py", ".js", ".html", ".css", ".toml")
LIBRARIES = ("numpy", "pandas", "scipy", "plotly", "SQLAlchemy", "pyarrow")
_RELEASE = re.compile(r"^## \[?v?(\d[^\s\]]*)", re.MULTILINE)


def versions() -> dict[str, str]:
    """Names and versions, the program first.

    `FaceValue` is the newest release of the changelog, or "unreleased". `source` is the first 12
    hexadecimal digits of the SHA-256 of the program's files (code, pages, participants' words), so that a
    changed program never passes for another; `commit` is there where the program runs from a git checkout.
    """
    found = {"FaceValue": release(), "source": source_fingerprint()}
    commit = _commit()
    if commit:
        found["commit"] = commit
    found["Python"] = platform.python_version()
    return found | {name: version(name) for name in LIBRARIES}


def release(root: Path = ROOT) -> str:
    """The newest numbered heading of CHANGELOG.md; "unreleased" where there is none."""
    changelog = root / "CHANGELOG.md"
    found = _RELEASE.search(changelog.read_text(encoding="utf-8")) if changelog.is_file() else None
    return found.group(1) if found else "unreleased"


def source_fingerprint(root: Path = ROOT) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of the program's files, in order of their paths."""
    digest = hashlib.sha256()
    files = (path for room in ROOMS for path in (root / room).rglob("*") if path.suffix in SOURCES)
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _commit() -> str | None:
    """The commit of the checkout, marked where files differ from it; None outside one, or without git."""
    if not (ROOT / ".git").exists():
        return None
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", *ROOMS)
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit} with changes" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True, timeout=10
    )
    return done.stdout.strip()
