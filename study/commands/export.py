"""Export a study as an anonymised Psych-DS data set: tables, data dictionary, and Parquet."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "export"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="a study's name or id in DATA_DIR")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="a folder that is new or empty"
    )
    parser.add_argument("--force", action="store_true", help="replace an earlier export in that folder")
    parser.add_argument(
        "--redraw-codes", action="store_true", help="draw participants' codes anew, untraceably"
    )
    parser.add_argument(
        "--demographics",
        action="store_true",
        help="include what participants said of themselves, which may tell who they are",
    )


def run(args: argparse.Namespace) -> int:
    """Write the data set and say what is in it."""
    from datetime import UTC, datetime

    import numpy as np

    from db.tables import Study
    from study.access.acts import Act
    from study.access.audit import note
    from study.exporting.folder import export_folder
    from study.exporting.tables import Options
    from study.installation import opened_database
    from study.reporting.source import find_study

    options = Options(args.redraw_codes, args.demographics)
    # Nobody must be able to draw the same codes again, so nothing seeds them.
    rng = np.random.default_rng()
    now = datetime.now(UTC)
    with opened_database() as (database, _):
        with database.session() as session:
            study_id = find_study(session, args.study)
            rows = export_folder(
                session, study_id, args.out, now=now, rng=rng, options=options, force=args.force
            )
        with database.begin() as session:
            name, detail = session.get_one(Study, study_id).name, {"demographics": args.demographics}
            note(session, None, Act.STUDY_EXPORTED, name, detail, now=now)
    for name, count in rows.items():
        print(f"{name:14} {count:9,} rows")
    print(f"Written: {args.out}")
    return 0
