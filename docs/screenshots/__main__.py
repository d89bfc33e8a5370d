"""`python -m docs.screenshots [MODULE …]`: take the pictures of all modules here, or of those named.

A module of pictures has `take(served: Served) -> None`; each gets a served copy of the data folder.
"""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

import docs.screenshots
from app.serving import ServingError
from db.settings import Settings
from docs.screenshots.program import served_copy

NOT_PICTURES = ("__main__", "program")


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures; 0 is well, 2 means that the program could not be served."""
    names = [found.name for found in pkgutil.iter_modules(docs.screenshots.__path__)]
    known = [name for name in names if name not in NOT_PICTURES]
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots", description=docs.screenshots.__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(known)}; all by default")
    chosen = parser.parse_args(argv).modules or known
    if unknown := sorted(set(chosen) - set(known)):
        parser.error(f"there are no pictures named {', '.join(unknown)}: choose of {', '.join(known)}")
    try:
        for name in chosen:
            take = importlib.import_module(f"docs.screenshots.{name}").take
            with served_copy(Settings.from_environment()) as served:
                take(served)
    except (ServingError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
