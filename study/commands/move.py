"""Point a dataset at the folder that its files were moved to, or say where they are missing."""

import argparse
from pathlib import Path

NAME = "move"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("dataset", help="the dataset's name")
    parser.add_argument("--to", type=Path, help="the folder that holds its files now; without it: only look")


def run(args: argparse.Namespace) -> int:
    """Look for the dataset's files or move it, and say what is found; 1 where files are missing."""
    from datetime import UTC, datetime

    from study.images import places
    from study.installation import opened_database

    with opened_database() as (database, settings), database.begin() as session:
        dataset_id = places.dataset_named(session, args.dataset)
        if args.to is None:
            place = places.place_of(session, settings, dataset_id)
        else:
            folder, now = args.to.expanduser().absolute(), datetime.now(UTC)
            place = places.move_dataset(session, settings, dataset_id, folder, now=now)
    print(
        f"{place.folder} has {place.found:,} of the {place.looked_at:,} files of {place.dataset} looked for"
    )
    if place.missing:
        print(f"missing, for example: {', '.join(place.missing)}")
    return 0 if place.found == place.looked_at else 1
