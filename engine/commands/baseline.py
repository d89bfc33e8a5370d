"""Train and judge baselines: one network on the hard-labels or the soft-labels of a label file (Tables 8-11).

Give --backbone and --subset several times for a table of all of them. A single run writes into --out itself,
several each into a folder <backbone>-<subset> there; stopped and called again, finished runs are kept.
"""

import argparse
import sys
from pathlib import Path

NAME = "baseline"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("manifest", type=Path, help="image manifest with the splits train and validation")
    parser.add_argument("--labels", type=Path, required=True, help="label file of its images")
    parser.add_argument("--kind", choices=("hard", "soft"), required=True)
    parser.add_argument(
        "--backbone", action="append", help="any timm name (default: resnet50); may be given again"
    )
    parser.add_argument(
        "--subset",
        action="append",
        help="All, Easy, Challenging or Difficult (default: All); may be given again",
    )
    parser.add_argument(
        "--balance",
        choices=("none", "upsampling", "weights", "both"),
        help="how rare emotions are evened out (default: both for hard, as in the paper; none for soft)",
    )
    parser.add_argument("--recipe", default="paper", help="its images and ensemble settings (default: paper)")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for predictions, scores and report.html"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    parser.add_argument("--no-pretrained", action="store_true", help="start from new weights")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting of the recipe"
    )


def run(args: argparse.Namespace) -> int:
    """Train, write predictions, scores and tables, and print the tables; 1 where an image could not be
    read.
    """
    from engine.balancing import Balance
    from engine.baselines import BaselineRun
    from engine.evaluation.baseline_runs import baseline_report, run_baselines
    from engine.evaluation.page import text_table, write_report
    from engine.recipe import load_recipe

    recipe = load_recipe(args.recipe, [*args.set, *(["pretrained=false"] if args.no_pretrained else [])])
    balance: Balance = args.balance or ("both" if args.kind == "hard" else "none")
    runs = [
        BaselineRun(args.kind, backbone, subset, balance)
        for backbone in dict.fromkeys(args.backbone or ["resnet50"])
        for subset in dict.fromkeys(args.subset or ["All"])
    ]
    summaries, unreadable = run_baselines(
        args.manifest, args.labels, recipe, runs, args.out, device=args.device
    )
    report = baseline_report(summaries, unreadable)
    write_report(report, args.out)
    for sentence in report.sentences:
        print(sentence)
    for name, decimals in report.printed.items():
        print(f"\n{name}\n{text_table(report.tables[name], decimals)}")
    print(f"\nEverything: {args.out / 'report.html'} and the files beside it")
    if len(unreadable):
        print(f"{len(unreadable)} images could not be read: {args.out / 'unreadable.csv'}", file=sys.stderr)
    return int(len(unreadable) > 0)
