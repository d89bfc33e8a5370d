"""Put a task's votes beside the votes of its dataset, for the gallery and for training."""

import argparse

NAME = "publish"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the annotation task's name or number")
    parser.add_argument(
        "--finished", action="store_true", help="of those alone who have answered everything (default: all)"
    )


def run(args: argparse.Namespace) -> int:
    """Publish in place of what the task published before, and say how much."""
    from datetime import UTC, datetime

    from study.annotation.publishing import publish
    from study.annotation.tables import find_task
    from study.installation import opened_database

    with opened_database() as (database, _), database.begin() as session:
        study = find_task(session, args.study)
        done = publish(session, study, finished=args.finished, now=datetime.now(UTC))
    print(
        f"{done.votes:,} votes of {done.annotators} annotators on {done.images:,} images published "
        f"({done.before:,} stood before)"
    )
    return 0
