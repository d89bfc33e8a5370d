"""Freeze a draft: plan it, preregister it, and store its questions; its design changes no more.

An annotation task, which asks nothing to be found out, has a plan and no preregistration.
"""

import argparse
import sys

NAME = "freeze"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the draft's name")


def run(args: argparse.Namespace) -> int:
    """Freeze, showing what is being done, and say where the preregistration lies."""
    from datetime import UTC, datetime

    import numpy as np
    from tqdm import tqdm

    from study.annotation.drafts import freeze_task
    from study.annotation.kinds import ANNOTATION
    from study.field.doors import study_named
    from study.installation import opened_database
    from study.jobs.queue import acting_researcher
    from study.preregistration.freezing import FOLDER, STEPS, freeze

    now, rng = datetime.now(UTC), np.random.default_rng()
    with opened_database() as (database, settings):
        with database.session() as session:
            study = study_named(session, args.study)
            study_id, annotates = study.id, study.kind == ANNOTATION
            by = acting_researcher(session)
        if annotates:
            planned = freeze_task(database, study_id, researcher_id=by, now=now, rng=rng).questions
            people = planned["participant"].nunique()
            print(f"frozen: {len(planned):,} faces to {people} participants")
            return 0
        with tqdm(total=len(STEPS), unit="step", file=sys.stderr) as bar:

            def say(what: str) -> None:
                bar.n = STEPS.index(what)
                bar.set_description(what)

            frozen = freeze(
                database, settings.data_dir, study_id, researcher_id=by, now=now, rng=rng, say=say
            )
            bar.update(len(STEPS) - bar.n)
        design, questions = frozen.design, len(frozen.plan.questions)
        print(f"frozen: {questions:,} questions to {design.participants} participants")
        for note in frozen.plan.notes:
            print(f"note: {note}")
        print(f"preregistration: {settings.data_dir / FOLDER / f'{design.name}.zip'}")
        print(f"SHA-256: {frozen.sha256}")
    return 0
