"""Turn annotators' votes into the multi-annotated set, and into human soft-labels."""

import argparse
from pathlib import Path

NAME = "mas"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("annotations", type=Path, help="a .csv or .parquet table: image, annotator, label")
    parser.add_argument("--out", type=Path, required=True, help="the set to write, .parquet or .csv")
    parser.add_argument("--keywords", type=Path, help="a table with image and keyword, which breaks ties")
    parser.add_argument("--minimum", type=int, default=2, help="annotators that an image needs (default 2)")
    parser.add_argument(
        "--tie-rule",
        choices=("first", "undecided"),
        default="first",
        help="a tie without a keyword goes to the label given first (default), or stays undecided",
    )
    parser.add_argument(
        "--test-per-emotion", type=int, default=100, help="unanimous test images an emotion (default 100)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the test set (default 0)")
    parser.add_argument("--labels", type=Path, help="write the votes as a label file too, for `score`")


def run(args: argparse.Namespace) -> int:
    """Write the set and print what it holds (Sec. 3.1, Table 1)."""
    import numpy as np

    from engine.annotations import AnnotationError, multi_annotated_set, read_annotations
    from engine.human_labels import PARTS, human_labels, mas_table
    from engine.images import read_table, write_table

    annotations, keywords = read_annotations(args.annotations), None
    if args.keywords:
        words = read_table(args.keywords)
        if not {"image", "keyword"} <= set(words.columns):
            raise AnnotationError(f"{args.keywords} needs the columns image and keyword")
        keywords = words.drop_duplicates("image").set_index("image")["keyword"]
    mas = multi_annotated_set(annotations, keywords, minimum=args.minimum, tie_rule=args.tie_rule)
    table = mas_table(mas, np.random.default_rng(args.seed), args.test_per_emotion)
    write_table(table, args.out)
    counts = table["part"].value_counts()
    print(", ".join(f"{part} {counts.get(part, 0):,}" for part in PARTS))
    decided = table["decided_by"].value_counts()
    print("Decided by " + ", ".join(f"{rule} {count:,}" for rule, count in decided.items()))
    print(f"Wrote {args.out}")
    if args.labels:
        write_table(human_labels(annotations, mas), args.labels)
        print(f"Wrote {args.labels}")
    return 0
