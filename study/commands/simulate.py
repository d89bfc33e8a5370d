"""Dry run: simulated participants answer a study through the real routes, and the findings are checked."""

import argparse
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from study.simulation.respondents import Truth

NAME = "simulate"
_PLANTED = {
    "soft": "share that prefers the soft-label (Experiment 1)",
    "hard": "share that prefers the hard-label",
    "both": "share that finds both right",
    "none": "share that finds none right",
    "accuracy": "share correct in Experiment 2",
    "lapse": "share of questions answered blindly",
    "side-bias": "pull to the left side, in standard deviations",
    "consistency": "how much of a response is the same when the image is met again, 0 to 1",
    "seconds": "median response time",
    "drop-out": "probability of leaving before the end",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="a study's name or number; it is copied")
    parser.add_argument("--participants", type=int, metavar="N", help="how many (default: as designed)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn by lot (default 0)")
    parser.add_argument("--url", help="a running server (default: one is started for the dry run)")
    planted = parser.add_argument_group("what is planted (default: six participants like the paper's)")
    for name, words in _PLANTED.items():
        planted.add_argument(f"--{name}", type=float, metavar="X", help=words)


def run(args: argparse.Namespace) -> int:
    """Walk, then print what was planted and what was found; 1 where something was not recovered."""
    from datetime import UTC, datetime

    import numpy as np
    from tqdm import tqdm

    from study.access.secret import installation_secret
    from study.errors import StudyError
    from study.field.doors import study_named
    from study.installation import opened_database
    from study.simulation.dry_run import DRAWS, prepare_dry_run, recovered
    from study.simulation.server import trial_server
    from study.simulation.walking import walk_all
    from study.studies import close_study

    if args.participants is not None and args.participants < 1:
        raise StudyError(f"--participants {args.participants}: give 1 or more")
    truth, rng = _truth(args), np.random.default_rng(args.seed)
    with opened_database() as (database, settings):
        with database.begin() as session:
            prepared = prepare_dry_run(
                session,
                study_named(session, args.study).id,
                truth,
                participants=args.participants,
                secret=installation_secret(settings),
                rng=rng,
                now=datetime.now(UTC),
            )
        with (
            trial_server(settings, args.url) as url,
            tqdm(total=len(prepared.planned), desc="answer", unit="answer") as bar,
        ):
            stored = walk_all(url, prepared, bar.update)
        with tqdm(total=DRAWS, desc="check", unit="draw") as bar, database.begin() as session:
            found = recovered(session, prepared, truth, rng, bar.update)
            close_study(session, prepared.study_id)
    people = len(prepared.tokens)
    print(f"{prepared.name}: {stored:,} answers of {people} participants, {prepared.finishing} to the end")
    print(found.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    if stored != len(prepared.planned):
        print(f"{len(prepared.planned):,} answers were planned")
    return 0 if found["holds"].all() and stored == len(prepared.planned) else 1


def _truth(args: argparse.Namespace) -> "Truth":
    from study.simulation.respondents import PAPER, Respondent, Truth

    names = {one.name for one in fields(Respondent)}
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if not given:
        return PAPER
    shares = {"soft": 0.65, "hard": 0.22, "both": 0.08, "none": 0.05}
    return Truth((Respondent(**{**shares, "accuracy": 0.81, **given}),))
