"""Take a dataset, or one of its label sets, out of the database; files elsewhere stay."""

import argparse

NAME = "remove"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="the dataset's name, or with --label-set a label set's")
    parser.add_argument("--label-set", action="store_true", help="remove a label set alone")
    parser.add_argument("--yes", action="store_true", help="do it; without it: only say what would go")


def run(args: argparse.Namespace) -> int:
    """Say what goes with it, and remove it where that was asked for."""
    from datetime import UTC, datetime

    from db.session import widen
    from study.images import removal
    from study.installation import opened_database
    from study.jobs.queue import acting_researcher

    now = datetime.now(UTC)
    with opened_database() as (database, settings):
        with database.session() as session:
            if args.label_set:
                going = removal.label_set_removal(session, args.name)
            else:
                going = removal.dataset_removal(session, settings, args.name)
        for line in going.lines():
            print(line)
        going.refuse()
        if not args.yes:
            print("Nothing was removed: give --yes to do it.")
            return 0
        with database.begin() as session:
            widen(session)
            by = acting_researcher(session)
            if args.label_set:
                going = removal.remove_label_set(session, args.name, by=by, now=now, progress=True)
            else:
                going = removal.remove_dataset(session, settings, args.name, by=by, now=now, progress=True)
        removal.delete_copies(going)
    print(f"{args.name} was removed.")
    return 0
