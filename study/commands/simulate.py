"""Dry run: simulated participants answer a study through the real routes, and the findings are checked."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from sqlalchemy.orm import Session

    from db.session import Database
    from db.settings import Settings
    from study.simulation.annotators import Panel
    from study.simulation.copying import SimulatedStudy
    from study.simulation.outcome import Outcome
    from study.simulation.respondents import Truth

    Check = Callable[[Session, Callable[[], object]], pd.DataFrame]

NAME = "simulate"
_OF_BOTH = {
    "none": "share that finds none right; of annotators, that says None",
    "lapse": "share of questions answered blindly",
    "consistency": "how much of a response is the same when the image is met again, 0 to 1",
    "seconds": "median response time",
    "drop-out": "probability of leaving before the end",
}
_OF_EXPERIMENTS = {
    "soft": "share that prefers the soft-label (Experiment 1)",
    "hard": "share that prefers the hard-label",
    "both": "share that finds both right",
    "accuracy": "share correct in Experiment 2",
    "side-bias": "pull to the left side, in standard deviations",
}
_OF_ANNOTATORS = {
    "sensitivity": "chance that an emotion that shows is named so, 0 to 1",
    "sharpness": "how far the strongest emotion is seen before the others: the power of its score",
    "uncertain": "share that says Uncertain",
    "non-face": "share that says Non-Face",
    "slider-bias": "what is added to every score of a soft-label",
    "slider-noise": "standard deviation of a score",
    "affect-noise": "standard deviation of valence and arousal",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument(
        "study", metavar="STUDY", help="a study's or annotation task's name or number; it is copied"
    )
    parser.add_argument("--participants", type=int, metavar="N", help="how many (default: as designed)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn by lot (default 0)")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="delete what the last --replace made of this study, as pages do",
    )
    parser.add_argument("--url", help="a running server (default: one is started for the dry run)")
    for title, planted in (
        (
            "what is planted (default: six participants like the paper's; annotators who differ a little)",
            _OF_BOTH,
        ),
        ("in a study of experiments", _OF_EXPERIMENTS),
        ("in an annotation task", _OF_ANNOTATORS),
    ):
        group = parser.add_argument_group(title)
        for name, words in planted.items():
            group.add_argument(f"--{name}", type=float, metavar="X", help=words)
    # The last group is the task's.
    group.add_argument("--labels", metavar="SET", help="whose soft-labels the faces show (default: newest)")
    group.add_argument(
        "--no-poor", action="store_true", help="without the one annotator of poor reliability, the last"
    )


def run(args: argparse.Namespace) -> int:
    """Walk, then print what was planted and what was found; 1 where something was not recovered."""
    import numpy as np

    from study.errors import StudyError
    from study.installation import opened_database
    from study.jobs.queue import acting_researcher
    from study.simulation.rehearsals import only_whole

    if args.participants is not None and args.participants < 1:
        raise StudyError(f"--participants {args.participants}: give 1 or more")
    rng = np.random.default_rng(args.seed)
    with opened_database() as (database, settings):
        with database.session() as session:
            by = acting_researcher(session)
        made, check = _prepared(database, settings, args, rng, by)
        with only_whole(database, made.study_id, by):
            done, found, kept = _walked(database, settings, args.url, made, check, by)
    people = f"{done.participants} participants, {done.finishing} to the end"
    print(f"{done.name}: {done.stored:,} answers of {people}")
    print(found.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    if done.stored != done.planned:
        print(f"{done.planned:,} answers were planned")
    # Who looks at a job's result judges it there: the job itself was done.
    return 0 if done.holds or kept else 1


def _walked(
    database: "Database",
    settings: "Settings",
    url: str | None,
    made: "SimulatedStudy",
    check: "Check",
    by: int | None,
) -> tuple["Outcome", "pd.DataFrame", bool]:
    """Let everybody answer, compare, close the study; the outcome, its table, whether a job keeps it."""
    from tqdm import tqdm

    from study.field.doors import close_door
    from study.jobs.queue import keep_result
    from study.simulation.outcome import outcome
    from study.simulation.recovery import DRAWS
    from study.simulation.server import trial_server
    from study.simulation.walking import walk_all

    with (
        trial_server(settings, url) as address,
        tqdm(total=len(made.planned), desc="answer", unit="answer") as bar,
    ):
        stored = walk_all(address, made, bar.update)
    # The check takes a while, and holds no lock.
    with tqdm(total=DRAWS, desc="check", unit="draw") as bar, database.session() as session:
        found = check(session, bar.update)
    done = outcome(made, stored, found)
    with database.begin() as session:
        close_door(session, made.study_id, now=datetime.now(UTC), by=by)
        kept = keep_result(session, done.to_dict())
    return done, found, kept


def _prepared(
    database: "Database",
    settings: "Settings",
    args: argparse.Namespace,
    rng: "np.random.Generator",
    by: int | None,
) -> tuple["SimulatedStudy", "Check"]:
    """The simulated copy of the study or task that is named, and the check of its findings."""
    from study.access.secret import installation_secret
    from study.annotation.kinds import ANNOTATION
    from study.field.doors import study_named
    from study.simulation.annotation_run import annotation_recovered, prepare_annotation_run
    from study.simulation.dry_run import prepare_dry_run, recovered

    with database.session() as session:
        study = study_named(session, args.study)
    given: dict[str, Any] = {"participants": args.participants, "replace": args.replace, "by": by}
    given |= {"secret": installation_secret(settings), "rng": rng, "now": datetime.now(UTC)}
    if study.kind == ANNOTATION:
        _refuse(args, _OF_EXPERIMENTS, "an annotation task")
        panel = _panel(args)
        task = prepare_annotation_run(database, study.id, panel, labels=args.labels, **given)
        print(f"the faces show: {_sources(task.faces['source'])}")
        return task, lambda session, progress: annotation_recovered(session, task, panel, rng, progress)
    _refuse(args, [*_OF_ANNOTATORS, "labels", "no-poor"], "a study of experiments")
    truth = _truth(args)
    made = prepare_dry_run(database, study.id, truth, **given)
    return made, lambda session, progress: recovered(session, made, truth, rng, progress)


def _refuse(args: argparse.Namespace, names: Iterable[str], kind: str) -> None:
    from study.errors import StudyError

    for name in names:
        if getattr(args, name.replace("-", "_")) not in (None, False):
            raise StudyError(f"--{name}: nothing of the kind is planted in {kind}; leave it out")


def _given(args: argparse.Namespace, kind: type) -> dict[str, Any]:
    """What of a simulated person's fields is planted by an option."""
    names = [one.name for one in fields(kind)]
    return {name: getattr(args, name) for name in names if getattr(args, name, None) is not None}


def _truth(args: argparse.Namespace) -> "Truth":
    from study.simulation.respondents import PAPER, Respondent, Truth

    given = _given(args, Respondent)
    if not given:
        return PAPER
    shares = {"soft": 0.65, "hard": 0.22, "both": 0.08, "none": 0.05}
    return Truth((Respondent(**{**shares, "accuracy": 0.81, **given}),))


def _panel(args: argparse.Namespace) -> "Panel":
    from engine.emfacs import EMOTIONS
    from study.simulation.annotators import POOR, USUAL, Annotator, Panel

    given = _given(args, Annotator)
    if "sensitivity" in given:
        given["sensitivity"] = (given["sensitivity"],) * len(EMOTIONS)
    usual = (Annotator(**given),) if given else USUAL.annotators
    sharpness = Panel.sharpness if args.sharpness is None else args.sharpness
    return Panel(usual, None if args.no_poor else POOR, sharpness)


def _sources(source: "pd.Series[str]") -> str:
    counts = source.value_counts()
    words = {"soft-label": "their soft-label", "hard-label": "their hard-label", "lot": "an emotion by lot"}
    return ", ".join(f"{said} ({counts[name]:,})" for name, said in words.items() if name in counts)
