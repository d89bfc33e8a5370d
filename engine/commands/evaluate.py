"""Judge a bundle (Tables 4, 6-10), or a label file alone (Table 5, Figs. 4, IV, V) or beside another one.

A bundle is judged by what its networks said of test-MAS when it was trained, or with --images anew. A label
file needs --images, its manifest, for splits and joint shares, and --bundle for what confidence scores do to
it.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.evaluation.page import Report

NAME = "evaluate"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("source", type=Path, help="a bundle's folder, or a label file (.parquet, .csv)")
    parser.add_argument("--out", type=Path, required=True, help="folder for csv, json and report.html")
    parser.add_argument("--images", type=Path, help="image manifest")
    parser.add_argument(
        "--split",
        help="with a bundle and --images: validation (default), test, or test-mas, the bundle's test images",
    )
    parser.add_argument("--bundle", type=Path, help="with a label file: the bundle that made it")
    parser.add_argument("--against", type=Path, help="with a label file: another one of the same images")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), help="default: the recipe's")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap for means (default: 0)")


def run(args: argparse.Namespace) -> int:
    """Evaluate, print the tables, and write everything; 1 where an image could not be read."""
    from engine.errors import EngineError

    if args.source.is_dir():
        if args.bundle or args.against:
            raise EngineError(
                "--bundle and --against go with a label file; a bundle takes --images and --split"
            )
        if args.split and not args.images:
            raise EngineError(f"--split {args.split} needs --images MANIFEST, whose images are asked about")
        return _bundle(args)
    if not args.source.is_file():
        raise EngineError(f"{args.source} does not exist; give a bundle's folder or a label file")
    if args.split:
        raise EngineError("--split goes with a bundle; a label file is judged as a whole")
    return _labels(args)


def _bundle(args: argparse.Namespace) -> int:
    from engine.evaluation.reports import evaluate_bundle

    report, failures = evaluate_bundle(
        args.source,
        args.images,
        args.split or "validation",
        device=args.device,
        precision=args.precision,
        seed=args.seed,
    )
    _show(args.out, report)
    if failures is None or failures.empty:
        return 0
    print(
        f"{len(failures)} images could not be read; the reasons: {args.out / 'unreadable.csv'}",
        file=sys.stderr,
    )
    return 1


def _labels(args: argparse.Namespace) -> int:
    from engine.evaluation.reports import evaluate_labels

    _show(args.out, evaluate_labels(args.source, args.images, args.bundle, args.against))
    return 0


def _show(out: Path, report: "Report") -> None:
    from engine.evaluation.page import text_table, write_report

    write_report(report, out)
    print(report.title)
    for sentence in report.sentences:
        print(sentence)
    for name in report.printed:
        print(f"\n{name}\n{text_table(report.tables[name], report.printed[name])}")
    print(f"\nEverything: {out / 'report.html'}, {out / 'evaluation.json'} and the csv files beside them")
