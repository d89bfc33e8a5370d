"""Close a study: it takes no more answers."""

import argparse

NAME = "close"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the study's name or number")


def run(args: argparse.Namespace) -> int:
    """Close a study, and say how it stands."""
    from datetime import UTC, datetime

    from study.field import doors
    from study.installation import opened_database

    with opened_database() as (database, _), database.begin() as session:
        study = doors.study_named(session, args.study)
        study = doors.close_door(session, study.id, now=datetime.now(UTC))
        print(doors.standing_words(study))
    return 0
