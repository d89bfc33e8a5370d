"""Import a data set: write its image manifest, and list what is missing."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.importing import ImportReport

NAME = "manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("source", type=Path, help="the data set's folder, or a .csv or .parquet table")
    parser.add_argument("--out", type=Path, required=True, help="the manifest to write, .parquet or .csv")
    parser.add_argument(
        "--adapter",
        help="affectnet-plus, affectnet-npy, affectnet-csv, ferplus, rafdb, table or folders; "
        "found by a look at the source where it is not given",
    )
    parser.add_argument("--images", type=Path, help="the folder of the images, where it is not the usual one")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help="a manifest column and the table's own, such as hard_label=emotion; repeatable",
    )
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="WORD=LABEL",
        help="what a word of the data set means, such as joyful=Happy; repeatable",
    )
    parser.add_argument(
        "--order",
        default="",
        help="labels of classes 0, 1, 2 … or of the folders in their order, separated by commas; "
        "or FOLDER=LABEL pairs",
    )
    parser.add_argument(
        "--split",
        default="70,15,15",
        help="parts of train, validation and test where the data set has no split (default 70,15,15)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of that split (default 0)")
    parser.add_argument(
        "--keep-other", action="store_true", help="keep images labelled None, Uncertain or Non-Face"
    )
    parser.add_argument("--keep-unlabelled", action="store_true", help="keep images without a label")
    parser.add_argument("--keep-missing", action="store_true", help="keep images whose file is missing")


def run(args: argparse.Namespace) -> int:
    """Import the source, and print what was found."""
    import numpy as np

    from engine.adapters.source import Options
    from engine.importing import Choices, import_source

    report = import_source(
        args.source,
        args.out,
        np.random.default_rng(args.seed),
        adapter=args.adapter,
        options=Options(
            columns=_pairs("--map", args.map),
            words=_pairs("--label", args.label),
            order=tuple(part.strip() for part in args.order.split(",") if part.strip()),
            images=args.images,
        ),
        choices=Choices(_shares(args.split), args.keep_other, args.keep_unlabelled, args.keep_missing),
        progress=True,
    )
    print(_text(report, args.split))
    return 0


def _pairs(option: str, values: list[str]) -> dict[str, str]:
    for value in values:
        if "=" not in value:
            raise EngineError(f"{option} {value}: write two names with = between them")
    return dict(value.split("=", 1) for value in values)


def _shares(text: str) -> tuple[float, float, float]:
    try:
        train, validation, test = (float(part) for part in text.split(","))
    except ValueError:
        raise EngineError(f"--split {text}: write three numbers, such as 70,15,15") from None
    return train, validation, test


def _text(report: "ImportReport", split: str) -> str:
    from engine.importing import emotion_counts

    lines = [f"{report.images:,} images, read as {report.adapter}"]
    lines += [f"  {name:<12}{count:>9,}" for name, count in emotion_counts(report).items()]
    drawn = f" (drawn {split}, stratified by label)" if report.split_drawn else ""
    lines.append("  " + ", ".join(f"{name} {count:,}" for name, count in report.by_split.items()) + drawn)
    if not report.files_checked:
        lines.append("No folder of images was found, so that the files were not asked for; see --images")
    for title, counts in (
        ("Left out", report.left_out),
        ("Kept, but", report.remarks),
        ("Missing values", report.missing),
    ):
        listed = [(name, count) for name, count in counts.most_common() if count]
        if listed:
            lines.append(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in listed))
    return "\n".join([*lines, *(f"Wrote {file}" for file in report.files)])
