"""Write a dataset of the database as the manifest, and the votes, that the engine reads."""

import argparse
from pathlib import Path

NAME = "manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("dataset", help="the dataset's name")
    parser.add_argument("--out", type=Path, required=True, help="image manifest to write (.parquet, .csv)")
    parser.add_argument("--annotations", type=Path, help="where to write the annotators' votes")


def run(args: argparse.Namespace) -> int:
    """Write, and print how much there is."""
    from db.schema import require_head
    from db.session import open_database
    from db.settings import Settings
    from study.errors import StudyError
    from study.images.manifests import write_manifest, write_votes

    settings = Settings.from_environment()
    database = open_database(settings)
    try:
        require_head(database)
        with database.session() as session:
            print(f"{write_manifest(session, settings, args.dataset, args.out):,} images: {args.out}")
            if args.annotations is not None:
                votes = write_votes(session, args.dataset, args.annotations)
                if not votes:
                    raise StudyError(
                        f"nobody has voted on the images of {args.dataset!r}: leave --annotations out"
                    )
                print(f"{votes:,} votes: {args.annotations}")
    finally:
        database.dispose()
    return 0
