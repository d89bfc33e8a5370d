"""Print the EMFACS tables: action units, their overlap, and their scores."""

import argparse
import json
from collections.abc import Mapping, Sequence

NAME = "tables"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--printed",
        action="store_true",
        help="the overlap and the scores as the paper prints them, where they contradict its Table 2",
    )


def run(args: argparse.Namespace) -> int:
    """Print the tables of the paper (Tables 2 and 3, Eq. 8)."""
    from engine.emfacs import EMOTION_ACTION_UNITS, au_scores, overlap

    action_units = {emotion: list(units) for emotion, units in EMOTION_ACTION_UNITS.items()}
    common, scores = overlap(args.printed), {str(u): s for u, s in au_scores(args.printed).items()}
    if args.json:
        print(json.dumps({"action_units": action_units, "overlap": common, "au_scores": scores}, indent=2))
    else:
        print(_text(action_units, common, scores))
    return 0


def _text(
    action_units: Mapping[str, Sequence[int]],
    common: Mapping[str, Mapping[str, int]],
    scores: Mapping[str, float],
) -> str:
    lines = ["Action units (Table 2)"]
    lines += [f"  {emotion:<10}{' '.join(map(str, units)) or '-'}" for emotion, units in action_units.items()]
    lines += ["", "Common action units (Table 3)", " " * 12 + "".join(f"{e:>10}" for e in common)]
    for emotion, row in common.items():
        counts = ("-" if other == emotion else str(row[other]) for other in common)
        lines.append(f"  {emotion:<10}" + "".join(f"{count:>10}" for count in counts))
    lines += ["", "Action-unit scores (Eq. 8)"]
    lines += [f"  {'AU' + unit:<10}{score:.4f}" for unit, score in scores.items()]
    return "\n".join(lines)
