"""Agreement between raters, and with themselves, in any table of annotations (one row per reading)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from study.findings.annotators import AnnotatorAgreement

NAME = "agreement"
READABLE_PAIRS = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("table", metavar="TABLE", type=Path, help="a .csv, .tsv or .parquet table")
    parser.add_argument("--item", required=True, metavar="I", help="its column of items, such as image")
    parser.add_argument("--rater", required=True, metavar="R", help="its column of raters, such as annotator")
    parser.add_argument("--label", required=True, metavar="L", help="its column of labels")
    parser.add_argument(
        "--level",
        choices=("nominal", "ordinal", "interval"),
        default="nominal",
        help="what Krippendorff's alpha takes labels for (default nominal; the others need numbers)",
    )
    parser.add_argument(
        "--resamples",
        type=int,
        default=2000,
        help="bootstrap draws of items for the intervals; 0 takes the jackknife (default 2000)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the bootstrap (default 0)")
    parser.add_argument(
        "--consensus",
        type=Path,
        metavar="CSV",
        help="also write each item's likeliest label by Dawid and Skene's model, and print the raters' "
        "accuracies (needs requirements-annotators.txt)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, an object keyed by statistic")


def run(args: argparse.Namespace) -> int:
    """Read the table, find its agreement, and print it."""
    import numpy as np

    from study.errors import StudyError
    from study.findings.annotators import annotator_agreement
    from study.findings.consensus import dawid_skene

    if args.resamples < 0:
        raise StudyError(f"--resamples must be 0 or more, not {args.resamples}")
    table = read_table(args.table, (args.item, args.rater, args.label))
    found = annotator_agreement(
        table,
        args.item,
        args.rater,
        args.label,
        args.level,
        args.resamples,
        np.random.default_rng(args.seed),
    )
    if args.consensus is None:
        print(json.dumps(as_json(found), indent=2, allow_nan=False) if args.json else as_text(found))
        return 0
    consensus = dawid_skene(table, args.item, args.rater, args.label)
    consensus.items.to_csv(args.consensus, index=False)
    if args.json:
        raters = consensus.raters.to_dict("records")
        print(json.dumps(as_json(found) | {"dawid_skene": raters}, indent=2, allow_nan=False))
    else:
        print(f"{as_text(found)}\n\nDawid and Skene: each rater's accuracy, by the fitted model")
        print(consensus.raters.to_string(index=False))
    return 0


def read_table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """A table whose named columns are text; only empty fields are missing, so that None can be a label.

    StudyError for a file that is no table, or whose ending is unknown.
    """
    import pandas as pd

    from study.errors import StudyError

    ending = path.suffix.lower()
    try:
        if ending == ".parquet":
            return pd.read_parquet(path)
        if ending in (".csv", ".tsv"):
            return pd.read_csv(
                path,
                sep="\t" if ending == ".tsv" else ",",
                dtype=dict.fromkeys(columns, str),
                keep_default_na=False,
                na_values=[""],
            )
    except (ValueError, UnicodeDecodeError) as problem:
        raise StudyError(f"{path} cannot be read as a table: {problem}") from problem
    raise StudyError(f"{path} is not a .csv, .tsv or .parquet file")


def as_json(found: AnnotatorAgreement) -> dict[str, Any]:
    """The findings as plain values; numbers that are undefined are null."""
    whole: dict[str, Any] = {name: estimate.as_dict() for name, estimate in found.overall.items()}
    whole["self_agreement"]["by_rater"] = [
        {
            "rater": row["rater"],
            **_value(row, "percent", "low", "high", "percent; Wilson interval over items"),
        }
        for row in found.by_rater.to_dict("records")
    ]
    whole["pairs"] = [_pair(row) for row in found.pairs.to_dict("records")]
    whole["table"] = {
        "items": found.items,
        "raters": found.raters,
        "categories": found.categories,
        "readings_without_label": found.left_out,
        "one_label": found.by_rater.loc[found.by_rater["one_label"], "rater"].tolist(),
    }
    return whole


def _pair(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "a": row["a"],
        "b": row["b"],
        **_value(row, "percent", "low", "high", "percent agreement; Wilson interval over items"),
        "approximate": bool(row["n"]) and bool(row["approximate"]),
        "kappa_misleads": row["kappa_misleads"] is True,
        "cohen_kappa": _value(row, "kappa", "kappa_low", "kappa_high", "Cohen's kappa; asymptotic interval"),
        "gwet_ac1": _value(row, "ac1", "ac1_low", "ac1_high", "Gwet's AC1; asymptotic interval"),
    }


def _value(row: dict[Any, Any], name: str, low: str, high: str, method: str) -> dict[str, Any]:
    from study.findings.estimate import defined

    n, value = int(row["n"]), defined(row[name])
    reason = None
    if n == 0:
        reason = "no item read twice" if name == "percent" and "rater" in row else "no item in common"
    elif value is None:
        reason = "one category alone: chance agreement is complete"
    elif defined(row[low]) is None:
        reason = "full agreement, or too few items, for an interval"
    return {
        "estimate": value,
        "low": defined(row[low]),
        "high": defined(row[high]),
        "n": n,
        "method": method,
        "reason": reason,
    }


def as_text(found: AnnotatorAgreement) -> str:
    """A table for people: each statistic with its interval, then the pairs."""
    lines = [
        f"{found.raters} raters, {found.items} items, {len(found.categories)} categories: "
        + ", ".join(found.categories)
    ]
    if found.left_out:
        lines.append(f"{found.left_out} readings without a label left out")
    lines.append("")
    for name, one in found.overall.items():
        label = name.replace("_", " ")
        lines.append(
            f"{label:20} {_span(one.estimate, one.low, one.high)}  n = {one.n}  {one.reason or one.method}"
        )
    for row in found.by_rater[found.by_rater["one_label"]].to_dict("records"):
        lines.append(
            f"hint: {row['rater']} gave {row['commonest']} in {row['share']:.0%} of {row['readings']} "
            f"readings, the others in {row['others']:.0%}"
        )
    lines += ["", "pairs" if len(found.pairs) else "no pairs"]
    for row in found.pairs.head(READABLE_PAIRS).to_dict("records"):
        value = _value(row, "percent", "low", "high", "")
        span = _span(value["estimate"], value["low"], value["high"])
        lines.append(f"{row['a']} - {row['b']}:  {span}  n = {value['n']}  kappa {_number(row['kappa'])}")
    if len(found.pairs) > READABLE_PAIRS:
        lines.append(f"and {len(found.pairs) - READABLE_PAIRS} more pairs; --json prints all")
    return "\n".join(lines)


def _span(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "undefined"
    return f"{value:.3f} [{_number(low)}, {_number(high)}]"


def _number(value: float | None) -> str:
    return "-" if value is None or value != value else f"{value:.3f}"
