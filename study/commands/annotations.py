"""Write what a task's annotators said: the annotator-level table, which the engine trains on."""

import argparse
from pathlib import Path

NAME = "annotations"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the annotation task's name or number")
    parser.add_argument("--out", type=Path, required=True, help="the table to write (.parquet, .csv)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--votes", action="store_true", help="of soft-labels: each one's highest emotion, for engine train"
    )
    what.add_argument("--readings", action="store_true", help="repeats and times too, a row for each answer")
    parser.add_argument(
        "--finished", action="store_true", help="those alone who have answered everything (default: all)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the table, and say what is in it and what takes it."""
    from datetime import UTC, datetime

    from engine.images import write_table
    from study.access.acts import Act
    from study.access.audit import note
    from study.annotation.tables import annotations, find_task, form_of_task, readings, votes
    from study.errors import StudyError
    from study.installation import opened_database

    with opened_database() as (database, _), database.session() as session:
        study = find_task(session, args.study)
        form, found = form_of_task(study), readings(session, study, finished=args.finished)
        name = study.name
    if found.empty:
        whose = "has finished" if args.finished else "has answered"
        raise StudyError(f"nobody {whose} in {name!r}: there is nothing to write")
    table = found if args.readings else annotations(found, form)
    if args.votes:
        table = votes(table, form)
    if not args.out.absolute().parent.is_dir():
        raise StudyError(f"--out {args.out}: the folder {args.out.parent} does not exist")
    write_table(table, args.out)
    with opened_database() as (database, _), database.begin() as session:
        note(session, None, Act.ANNOTATIONS_TAKEN, name, {"rows": len(table)}, now=datetime.now(UTC))
    people, images = table["annotator"].nunique(), table["image"].nunique()
    print(f"{len(table):,} rows of {people} annotators on {images:,} images: {args.out}")
    if "label" in table and not args.readings:
        print(f"to learn from them: python -m engine train MANIFEST --annotations {args.out} --out BUNDLE")
    return 0
