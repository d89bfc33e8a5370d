"""How precise a study would be and what it would find: closed forms, simulation, overlap schemes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from study.findings.simulation import Design

NAME = "power"
FOUND = "share of as many studies whose report finds what is planted"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments; the defaults are the paper's study."""
    parser.add_argument("--participants", type=int, default=6, metavar="N", help="participants (default 6)")
    parser.add_argument(
        "--questions",
        type=int,
        default=667,
        metavar="N",
        help="first-time questions of each participant in each experiment (default 667)",
    )
    parser.add_argument(
        "--self-repeats", type=float, default=0.2, metavar="SHARE", help="asked again, of them (default 0.2)"
    )
    parser.add_argument(
        "--overlap", type=float, default=0.1, metavar="SHARE", help="of other participants (default 0.1)"
    )
    parser.add_argument("--scheme", default="ring", metavar="NAME", help="ring, complete or blocks")
    parser.add_argument(
        "--studies",
        type=int,
        default=0,
        metavar="N",
        help="simulate so many studies of people like the paper's (default 0: closed forms alone)",
    )
    parser.add_argument(
        "--half-width",
        type=float,
        metavar="SHARE",
        help="say how many participants, and answers of one, an interval of ± SHARE takes",
    )
    parser.add_argument(
        "--compare",
        action="store_true",
        help="simulate inter-agreement by ring, complete and balanced incomplete blocks at equal cost",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the simulations (default 0)")


def run(args: argparse.Namespace) -> int:
    """Print half-widths of the 95 % intervals that the study would have, and how often it finds an effect."""
    import numpy as np

    from study.findings import power
    from study.findings.simulation import PAPER

    design = _design(args)
    wished = None if args.half_width is None else power.needed(design, args.half_width)
    print(_lines("by closed form", power.closed_form(design)))
    if wished is not None:
        title = (
            f"needed for ± {args.half_width:g}: participants with this load, for their mean; answers of one"
        )
        print(_lines(title, wished))
    rng = np.random.default_rng(args.seed)
    if args.compare:
        found = power.compare_schemes(design, PAPER, args.studies or 100, rng)
        print(_lines(f"inter-agreement by scheme, {args.studies or 100} simulated studies each", found))
    elif args.studies:
        found = power.simulated(design, PAPER, args.studies, rng)
        print(_lines(f"{args.studies} simulated studies", found))
        print(_lines(FOUND, power.detected(design, PAPER, args.studies, rng)))
    return 0


def _design(args: argparse.Namespace) -> Design:
    from study.errors import StudyError
    from study.findings.simulation import SCHEMES, Design

    for name, value, least in (
        ("--participants", args.participants, 2),
        ("--questions", args.questions, 1),
        ("--studies", args.studies, 0),
        ("--self-repeats", args.self_repeats, 0),
        ("--overlap", args.overlap, 0),
    ):
        if value < least:
            raise StudyError(f"{name} must be {least} or more, not {value}")
    for name, value in (("--self-repeats", args.self_repeats), ("--overlap", args.overlap)):
        if value > 1:
            raise StudyError(f"{name} is a share of the first-time questions, at most 1, not {value}")
    if args.scheme not in SCHEMES:
        raise StudyError(f"--scheme {args.scheme!r} is none of {', '.join(SCHEMES)}")
    return Design(args.participants, args.questions, args.self_repeats, args.overlap, args.scheme)


def _lines(title: str, found: pd.DataFrame) -> str:
    shown = found.to_string(index=False, float_format=lambda value: f"{value:.3f}", na_rep="-")
    return f"{title}\n{shown}\n"
