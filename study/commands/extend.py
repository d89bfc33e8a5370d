"""Set a study's deadline, or one participant's own."""

import argparse

NAME = "extend"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the study's name or number")
    parser.add_argument("until", metavar="WHEN", help="2026-12-01 (its end), 2026-12-01T18:00 or 7d from now")
    parser.add_argument("--participant", metavar="P", help="this participant alone")


def run(args: argparse.Namespace) -> int:
    """Set the deadline, and say what moved with it."""
    from datetime import UTC, datetime

    from study.field import doors
    from study.field.moments import read_moment
    from study.installation import opened_database

    now = datetime.now(UTC)
    until = read_moment(args.until, now)
    with opened_database() as (database, _), database.begin() as session:
        study = doors.study_named(session, args.study)
        if args.participant:
            person = doors.participant_coded(session, study, args.participant)
            doors.extend_participant(session, person.id, until, now=now)
            print(f"{person.code} has until {until:%Y-%m-%d %H:%M %Z}")
        else:
            moved = doors.extend_study(session, study.id, until, now=now)
            print(f"{doors.standing_words(study)}; {moved} participants' own deadlines were moved to it")
    return 0
