"""Make a draft of an annotation task: which faces people label, in which form, and how often each."""

import argparse
from pathlib import Path

NAME = "annotate"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("design", type=Path, metavar="DESIGN", help="an annotation design (.toml)")
    parser.add_argument("--dataset", metavar="NAME", help="the dataset's name, where there are several")
    parser.add_argument("--name", metavar="NAME", help="another name than the design's")


def run(args: argparse.Namespace) -> int:
    """Keep the draft, and say how it goes on."""
    from datetime import UTC, datetime

    from study.annotation import drafts, images
    from study.annotation.design import AnnotationDesign
    from study.installation import opened_database

    design = AnnotationDesign.from_toml(args.design)
    if args.name is not None:
        design = design.changed(name=args.name)
    with opened_database() as (database, _), database.begin() as session:
        dataset_id = images.find_dataset(session, args.dataset, design)
        drafts.create_draft(session, design, dataset_id, now=datetime.now(UTC))
        count = images.count(session, dataset_id, design)
    print(f"draft {design.name} made: {count:,} images, {design.annotators_per_image} annotators each")
    print(f"to plan who labels what: python -m study freeze {design.name}")
    return 0
