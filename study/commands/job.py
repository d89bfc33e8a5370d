"""Run a queued job (the pages start these by themselves)."""

import argparse

NAME = "job"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("job", type=int, help="the job's number")


def run(args: argparse.Namespace) -> int:
    """Wait for the job's turn, run its commands, and keep what they say in DATA_DIR/jobs."""
    import os

    from db.schema import require_head
    from db.session import open_database
    from db.settings import Settings
    from study.jobs.runner import run_job

    # Participants' answers go before long work.
    os.nice(10)
    settings = Settings.from_environment()
    database = open_database(settings)
    try:
        require_head(database)
        return run_job(settings, database, args.job)
    finally:
        database.dispose()
