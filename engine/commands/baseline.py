"""Train and evaluate a baseline: one network on the hard-labels or on the soft-labels of a label file."""

import argparse
from pathlib import Path

NAME = "baseline"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("manifest", type=Path, help="image manifest with the splits train and validation")
    parser.add_argument("--labels", type=Path, required=True, help="label file of its images")
    parser.add_argument("--kind", choices=("hard", "soft"), required=True)
    parser.add_argument("--backbone", default="resnet50", help="any timm name (default: resnet50)")
    parser.add_argument("--subset", default="All", help="All, Easy, Challenging or Difficult (default: All)")
    parser.add_argument("--recipe", default="paper", help="its images and ensemble settings (default: paper)")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for predictions.parquet and score.json"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    parser.add_argument("--no-pretrained", action="store_true", help="start from new weights")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting of the recipe"
    )


def run(args: argparse.Namespace) -> int:
    """Train, write the predictions and the score, and print the main figures."""
    import math

    from tqdm import tqdm

    from engine.baselines import summary, train_baseline
    from engine.bundle import write_json
    from engine.images import write_table
    from engine.recipe import load_recipe

    recipe = load_recipe(args.recipe, [*args.set, *(["pretrained=false"] if args.no_pretrained else [])])
    with tqdm(desc="baseline", unit="batch") as bar:

        def report(epoch: int, batches: int, loss: float) -> None:
            bar.update(batches - bar.n)
            bar.set_postfix_str(f"epoch {epoch}/{recipe.ensemble.epochs}, loss {loss:.4f}", refresh=False)

        found = train_baseline(
            args.manifest,
            args.labels,
            recipe,
            kind=args.kind,
            backbone=args.backbone,
            subset=args.subset,
            device=args.device,
            report=report,
        )
    write_table(found.predictions, args.out / "predictions.parquet")
    write_json(summary(found), args.out / "score.json")
    figures = {
        "accuracy": found.score.accuracy,
        "macro recall": found.score.macro_recall,
        "W-MAE": found.score.w_mae,
        "W-FR": found.score.w_fr,
        "area under the error curve": found.score.ced_auc,
    }
    print(f"{found.trained_on} images trained, {found.score.images} validated ({args.subset}): {args.out}")
    for name, value in figures.items():
        if value is not None and not math.isnan(value):
            print(f"{name}: {value:.4f}")
    return 0
