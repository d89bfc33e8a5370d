"""Soft-label the images of a manifest or a folder with a bundle."""

import argparse
import sys
from pathlib import Path

NAME = "label"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("source", type=Path, help="image manifest (.parquet, .csv), or a folder of images")
    parser.add_argument("--bundle", type=Path, required=True, help="folder that `train` made")
    parser.add_argument("--out", type=Path, required=True, help="label file to write, .parquet")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), help="default: the recipe's")
    parser.add_argument("--part", type=int, default=4096, help="images kept at a time (default: 4096)")
    parser.add_argument("--batch", type=int, help="images asked about at once (default: by their size)")
    parser.add_argument(
        "--allow-unreadable",
        action="store_true",
        help="end with 0 although some images could not be read; they are listed all the same",
    )
    parser.add_argument("--per-network", action="store_true", help="add each network's probability")


def run(args: argparse.Namespace) -> int:
    """Label, and print what was done; 1 where an image could not be read and that is not allowed."""
    from engine.labelling import label_images

    done = label_images(
        args.source,
        args.bundle,
        args.out,
        device=args.device,
        precision=args.precision,
        part=args.part,
        batch=args.batch,
        per_network=args.per_network,
    )
    print(f"{done.labelled} images labelled: {done.labels_file}")
    if done.failures_file is None:
        return 0
    print(f"{done.failed} images could not be read; the reasons: {done.failures_file}", file=sys.stderr)
    return 0 if args.allow_unreadable and done.labelled else 1
