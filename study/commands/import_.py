"""Bring a manifest's images, votes and labels into the database."""

import argparse
import sys
from pathlib import Path

NAME = "import"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("dataset", help="the dataset's name; one that is there already is added to")
    parser.add_argument("--manifest", type=Path, help="image manifest (.parquet, .csv) of a new dataset")
    parser.add_argument("--annotations", type=Path, help="annotators' votes on its images")
    parser.add_argument("--labels", type=Path, help="label file of its images")
    parser.add_argument(
        "--beside", action="store_true", help="take the votes and labels that lie beside the manifest"
    )
    parser.add_argument("--label-set", metavar="NAME", help="the label set's name (default: the dataset's)")


def run(args: argparse.Namespace) -> int:
    """Import what is given in one transaction, and print what came in."""
    from datetime import UTC, datetime

    from db.schema import upgrade
    from db.session import open_database, widen
    from db.settings import Settings
    from study.images.bringing import bring_in
    from study.images.overview import keep_overview
    from study.installation import refusals_told
    from study.jobs.queue import acting_researcher

    settings = Settings.from_environment()
    settings.prepare()
    database = open_database(settings)
    try:
        upgrade(database)
        with refusals_told(), database.begin() as session:
            widen(session)
            brought = bring_in(
                session,
                settings,
                args.dataset,
                manifest=args.manifest,
                annotations=args.annotations,
                labels=args.labels,
                label_set=args.label_set or args.dataset,
                beside=args.beside,
                by=acting_researcher(session),
                now=datetime.now(UTC),
                progress=True,
            )
        if "labels" in brought:
            print("reading the label set's tables for its page …", file=sys.stderr)
            with database.session() as session:
                keep_overview(session, settings, args.label_set or args.dataset)
    finally:
        database.dispose()
    for what, count in brought.items():
        print(f"{count:,} {what}")
    return 0
