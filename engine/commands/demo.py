"""Render demo faces, simulate their annotators, and write the dataset."""

import argparse
from pathlib import Path

NAME = "demo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument(
        "--out", type=Path, help="folder of the dataset; the same command goes on where it was"
    )
    parser.add_argument("--faces", type=int, default=2400, help="how many (default: 2400)")
    parser.add_argument("--seed", type=int, default=7, help="same seed, same faces (default: 7)")
    parser.add_argument("--size", type=int, default=160, help="side of a picture in pixels (default: 160)")
    parser.add_argument(
        "--held-out-size",
        type=int,
        help="side of the validation faces, which people will look at (default: as --size)",
    )
    parser.add_argument("--workers", type=int, help="processes (default: one a core)")
    parser.add_argument(
        "--sheet",
        type=Path,
        help="also write a contact sheet (.png): every emotion, and every action unit alone",
    )


def run(args: argparse.Namespace) -> int:
    """Write the dataset, the contact sheet, or both."""
    from datetime import UTC, datetime

    from engine.demo import DemoError, make_demo
    from engine.faces.sheet import contact_sheet

    if args.out is None and args.sheet is None:
        raise DemoError(
            "nothing to do: give --out, a folder for the dataset, or --sheet, a file for a contact sheet"
        )
    if args.workers is not None and args.workers < 1:
        raise DemoError(f"--workers {args.workers} is none; give 1 or more")
    if args.out is not None:
        make_demo(
            args.out, args.faces, args.seed, args.size, datetime.now(UTC), args.workers, args.held_out_size
        )
    if args.sheet is not None:
        args.sheet.parent.mkdir(parents=True, exist_ok=True)
        contact_sheet(args.size).save(args.sheet)
    return 0
