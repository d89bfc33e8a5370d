"""Say who is where in a study, how fast, and what its deadline will find."""

import argparse
from pathlib import Path

NAME = "status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the study's name or number")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table of participants to FILE")


def run(args: argparse.Namespace) -> int:
    """Print the state of the study, its participants with their hints, and the forecast."""
    from datetime import UTC, datetime

    from study.access.acts import Act
    from study.access.audit import note
    from study.errors import StudyError
    from study.field.doors import study_named
    from study.field.hints import hints
    from study.field.watching import outlook_words, table, watch
    from study.installation import opened_database

    now = datetime.now(UTC)
    with opened_database() as (database, _), database.session() as session:
        study = study_named(session, args.study)
        seen = watch(session, study.id, now)
        counts = dict(zip(seen.people["participant_id"], seen.people["answered"], strict=True))
        shown = table(seen, hints(session, counts, study.id))
    if args.csv:
        try:
            shown.to_csv(args.csv, index=False)
        except OSError as problem:
            raise StudyError(
                f"--csv {args.csv} cannot be written: {problem.strerror or problem}"
            ) from problem
        with opened_database() as (database, _), database.begin() as session:
            note(session, None, Act.PARTICIPANTS_TAKEN, study.name, now=now)
    until = "no deadline" if study.deadline is None else f"until {study.deadline:%Y-%m-%d %H:%M} UTC"
    print(f"{study.title}  ({study.state}, {until})")
    print(outlook_words(seen))
    brief = ["participant", "stage", "answered", "total", "last_answer_at", "per_day", "finish_at", "hints"]
    brief_table = shown[brief].copy()
    for name in ("last_answer_at", "finish_at"):
        brief_table[name] = [f"{one:%m-%d %H:%M}" if one == one and one else "" for one in shown[name]]
    brief_table["per_day"] = [f"{one:.1f}" if one == one else "" for one in shown["per_day"]]
    print(brief_table.fillna("").to_string(index=False))
    if args.csv:
        print(f"written: {args.csv}")
    return 0
