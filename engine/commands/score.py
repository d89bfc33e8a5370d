"""Compare two label files: W-MAE, W-FR, area under the error curve, accuracy, recall."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.scoring import Score

NAME = "score"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("true", type=Path, help="the label file that counts as true")
    parser.add_argument("predicted", type=Path, help="the label file to judge")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object; shares are fractions of 1"
    )
    parser.add_argument(
        "--threshold", type=float, default=0.3, help="error beyond which an image fails (0.3)"
    )
    parser.add_argument("--ced-limit", type=float, default=0.3, help="where the error curve ends (0.3)")
    parser.add_argument(
        "--curve", type=Path, help="write the cumulative error curve to this .csv or .parquet"
    )


def run(args: argparse.Namespace) -> int:
    """Print the soft and hard metrics (Eq. 15, Tables 8-11)."""
    from engine.images import write_table
    from engine.label_file import read_labels
    from engine.scoring import score

    result = score(
        read_labels(args.true, soft=False),
        read_labels(args.predicted, soft=False),
        threshold=args.threshold,
        ced_limit=args.ced_limit,
    )
    if args.curve:
        write_table(result.curve, args.curve)
    print(json.dumps(_plain(result), indent=2) if args.json else _text(result))
    return 0


def _plain(result: "Score") -> dict[str, Any]:
    fields = {name: value for name, value in vars(result).items() if name not in ("confusion", "curve")}
    return {**fields, "confusion": result.confusion.tolist()}


def _text(result: "Score") -> str:
    overall: dict[str, float | int | None] = {
        "images": result.images,
        "w_mae": result.w_mae,
        "w_fr": result.w_fr,
    }
    overall |= {"recall": result.macro_recall}
    lines = [
        f"{result.images:,} images in both files; {result.only_in_true:,} only in the true one, "
        f"{result.only_in_predicted:,} only in the predicted one",
        f"Accuracy {_percent(result.accuracy)}, area under the error curve to {result.ced_limit:g}: "
        f"{_percent(result.ced_auc)}",
        f"As Eq. 15 is printed: W-MAE {_percent(result.w_mae_printed)}, W-FR {_percent(result.w_fr_printed)}",
        f"{'':<13}{'images':>8}{'W-MAE':>9}{'W-FR':>9}{'recall':>9}{'precision':>11}{'F1':>9}",
        _row("All", overall),
    ]
    lines += [_row(name, values) for name, values in result.by_subset.items()]
    lines += [_row(name, values) for name, values in result.by_emotion.items()]
    return "\n".join([*lines, *(f"No {what}: {why}" for what, why in result.reasons.items())])


def _row(name: str, values: dict[str, float | int | None]) -> str:
    recall = values.get("recall", values.get("macro_recall"))
    shares = (values["w_mae"], values["w_fr"], recall, values.get("precision"), values.get("f1"))
    cells = (f"{_percent(share):>{width}}" for share, width in zip(shares, (9, 9, 9, 11, 9), strict=True))
    return f"{name:<13}{values['images']:>8,}" + "".join(cells)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"
