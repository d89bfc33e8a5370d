"""Check a study's data against its preregistration: OK, or every difference and exit status 1."""

import argparse
from pathlib import Path

NAME = "verify"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the preregistration (.zip)")


def run(args: argparse.Namespace) -> int:
    """Compare, print what differs, and return 0 where nothing does, else 1."""
    from study.installation import opened_database
    from study.preregistration.bundle import read_bundle
    from study.preregistration.verification import verify

    bundle = read_bundle(args.bundle)
    with opened_database() as (database, _), database.session() as session:
        found = verify(session, bundle)
    for difference in found.differences:
        print(f"DIFFERS  {difference}")
    for remark in found.remarks:
        print(f"note     {remark}")
    checked = f"{found.questions:,} questions and {found.answers:,} answers of {found.study}"
    print(f"{'OK' if found.ok else f'{len(found.differences)} differences'}: {checked}")
    return 0 if found.ok else 1
