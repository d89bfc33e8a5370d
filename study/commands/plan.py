"""Plan a study: write every question of every participant, and say what was planned."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from study.design.design import Design
    from study.planning.audit import Audit
    from study.planning.plan import Plan

NAME = "plan"
_FLAGS: dict[str, dict[str, Any]] = {
    "images-per-emotion": {"type": int, "metavar": "N", "help": "images drawn of each emotion"},
    "participants": {"type": int, "metavar": "N", "help": "participants"},
    "experiments": {"type": int, "nargs": "+", "metavar": "E", "help": "experiments: 1, 2 or both"},
    "self-repeats": {
        "type": float,
        "metavar": "SHARE",
        "help": "self-repeats, as a share of the first-time load",
    },
    "overlap": {
        "type": float,
        "metavar": "SHARE",
        "help": "questions of other participants, as such a share",
    },
    "overlap-design": {"metavar": "NAME", "help": "ring, complete, balanced_incomplete_block or none"},
    "block-size": {"type": int, "metavar": "N", "help": "participants to a question, in balanced blocks"},
    "min-lag": {
        "type": int,
        "metavar": "N",
        "help": "questions from an original to its repeat, which must be met",
    },
    "exposure": {"metavar": "RULE", "help": "apart, apart_if_possible or any"},
    "foil-policy": {"metavar": "NAME", "help": "random, matched_hard_label or distance_bins"},
    "seed": {"type": int, "metavar": "N", "help": "seed; equal seeds give equal plans"},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; those left out come from the design file or the preset."""
    base = parser.add_mutually_exclusive_group()
    base.add_argument("--design", type=Path, metavar="TOML", help="a design file")
    base.add_argument("--preset", metavar="NAME", help="affectnet_plus_paper (default) or quick_pilot")
    for flag, options in _FLAGS.items():
        parser.add_argument(f"--{flag}", **options)
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="label set (parquet or csv); else stand-ins"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write the questions (.csv or .parquet)"
    )


def run(args: argparse.Namespace) -> int:
    """Plan, audit, write and summarise; 1 where the audit fails."""
    import numpy as np

    from study.planning.audit import audit
    from study.planning.plan import plan

    design = _design(args)
    rng = np.random.default_rng(design.seed)
    labels = _labels(args.labels, design, rng)
    planned = plan(labels, design, rng)
    audited = audit(planned.questions, design, planned.images)
    if args.out:
        _write(planned.questions, args.out)
    _print_summary(planned, audited, stand_in=args.labels is None, out=args.out)
    return 0 if audited.passed else 1


def _design(args: argparse.Namespace) -> "Design":
    from study.design.design import Design

    names = [flag.replace("-", "_") for flag in _FLAGS]
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if "experiments" in given:
        given["experiments"] = tuple(given["experiments"])
    if args.design:
        return Design.from_dict({**Design.from_toml(args.design).to_dict(), **_lag_demanded(given)})
    return Design.from_dict({"preset": args.preset or "affectnet_plus_paper", **given})


def _lag_demanded(given: dict[str, Any]) -> dict[str, Any]:
    """Make a lag on the command line a demand, whatever rule the file has."""
    return {**given, "lag_rule": "strict"} if "min_lag" in given else given


def _labels(path: Path | None, design: "Design", rng: Any) -> "pd.DataFrame":
    from study.errors import StudyError
    from study.planning.stand_in import stand_in_labels

    if path is not None:
        return _read(path)
    if design.images or design.subsets:
        raise StudyError("a design that lists images or subsets needs --labels: stand-in images have neither")
    return stand_in_labels(design.images_per_emotion or 500, rng, design.emotions)


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd
    from pyarrow import ArrowException

    from study.errors import StudyError

    if not path.is_file():
        raise StudyError(f"--labels {path}: there is no such file")
    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={"image": str})
    except (ArrowException, ValueError) as problem:
        raise StudyError(f"--labels {path} cannot be read as a table: {problem}") from problem


def _write(questions: "pd.DataFrame", path: Path) -> None:
    from study.errors import StudyError

    if not path.parent.is_dir():
        raise StudyError(f"--out {path}: the folder {path.parent} does not exist")
    if path.suffix == ".parquet":
        questions.to_parquet(path, index=False)
    else:
        questions.to_csv(path, index=False)


def _print_summary(planned: "Plan", audited: "Audit", stand_in: bool, out: Path | None) -> None:
    questions, design = planned.questions, planned.design
    print(f"{design.title}  (seed {design.seed})")
    if stand_in:
        print("Images are stand-ins with seeded soft-labels, for planning alone: give --labels for a study.")
    print(
        f"\n{len(questions):,} questions of {len(planned.images):,} images"
        f" to {design.participants} participants\n"
    )
    counts = questions.groupby(["participant", "kind"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["first", "self_repeat", "overlap"], fill_value=0)
    counts.insert(0, "questions", counts.sum(axis=1))
    for number in design.experiments:
        firsts = questions[(questions["kind"] == "first") & (questions["experiment"] == number)]
        counts[f"first in Exp. {number}"] = firsts.groupby("participant").size()
    hours = counts["questions"] * design.seconds_per_question / 3600
    counts["hours"] = hours.round(1)
    print(counts.rename_axis(index=None, columns=None).to_string())
    edges = audited.pairs[audited.pairs["shared"] > 0]
    if len(edges):
        print("\nQuestions that pairs share:")
        print("  " + "  ".join(f"{row.a}-{row.b} {row.shared}" for row in edges.itertuples()))
    print("\nAudit:")
    marks = {True: "pass", False: "FAIL", None: "note"}
    for check in audited.checks:
        print(f"  {marks[check.passed]}  {check.name}: {check.figure}")
    for note in planned.notes:
        print(f"Note: {note}.")
    if out:
        print(f"\nWritten: {out}")
