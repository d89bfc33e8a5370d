"""Train a recipe's networks on annotated images, and leave a bundle."""

import argparse
import sys
from pathlib import Path

NAME = "train"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("manifest", type=Path, help="image manifest, .parquet or .csv")
    parser.add_argument("--annotations", type=Path, help="annotators' votes; without them hard labels count")
    parser.add_argument(
        "--recipe", default="paper", help="demo, paper, single, or a .toml file (default: paper)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    parser.add_argument(
        "--workers", type=int, help="processes (default: one a core for small images on a CPU)"
    )
    parser.add_argument("--no-pretrained", action="store_true", help="start from new weights")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one setting of the recipe, such as ensemble.epochs=5; may be given again",
    )


def run(args: argparse.Namespace) -> int:
    """Train, and print where the bundle is and what its confidence scores are."""
    from engine.recipe import load_recipe
    from engine.training import train_bundle

    changes = [*args.set, *(["pretrained=false"] if args.no_pretrained else [])]
    bundle = train_bundle(
        args.manifest,
        load_recipe(args.recipe, changes),
        args.out,
        annotations=args.annotations,
        device=args.device,
        workers=args.workers,
    )
    print(f"bundle {bundle.name} in {bundle.folder}", file=sys.stderr)
    for backbone, scores in zip(bundle.recipe.backbones, bundle.ensemble_confidence, strict=True):
        print(f"mean confidence score, ensemble, {backbone}: {scores.mean():.3f}")
    print(f"mean confidence score, AU classifier: {bundle.au_confidence.mean():.3f}")
    return 0
