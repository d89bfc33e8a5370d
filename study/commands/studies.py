"""List the studies of this installation: their state, and how far they are."""

import argparse

NAME = "studies"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print JSON, a list of objects")


def run(args: argparse.Namespace) -> int:
    """Print one line for each study."""
    from study import studies
    from study.installation import opened_database

    with opened_database() as (database, _), database.session() as session:
        listed = studies.list_studies(session)
    listed.loc[(listed["state"] == "draft") & listed["frozen_at"].notna(), "state"] = "frozen"
    shown = listed[["name", "state", "simulated", "participants", "finished", "answered", "total"]]
    if args.json:
        print(shown.to_json(orient="records", indent=2))
    elif shown.empty:
        print("no studies yet: python -m study create DESIGN.toml makes a draft")
    else:
        print(shown.to_string(index=False))
    return 0
