"""Fill an image manifest's metadata columns: landmarks, head pose, age, gender, ethnicity."""

import argparse
import sys
from pathlib import Path

NAME = "metadata"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("manifest", type=Path, help="image manifest, .parquet or .csv")
    parser.add_argument(
        "--provider",
        required=True,
        help="table (values that another program wrote), mediapipe (68 landmarks and head pose), or the "
        "dotted name of a module of yours, such as mylab.ages",
    )
    parser.add_argument("--model", type=Path, help="the provider's file: the table, or the model")
    parser.add_argument("--out", type=Path, required=True, help="the manifest to write, .parquet or .csv")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace values that stand in the manifest (default: keep them)",
    )


def run(args: argparse.Namespace) -> int:
    """Fill the columns, and print what was filled; 1 where an image could not be described."""
    from engine.describing import describe_images

    done = describe_images(args.manifest, args.provider, args.out, model=args.model, replace=args.replace)
    print(f"{done.images:,} images; {done.complete:,} lacked nothing")
    for name, count in done.filled.items():
        print(f"  {name:<14}{count:>9,} filled")
    print(f"Wrote {done.manifest}")
    if done.failures_file is None:
        return 0
    print(
        f"{done.failed:,} images could not be described; the reasons: {done.failures_file}", file=sys.stderr
    )
    return 1
