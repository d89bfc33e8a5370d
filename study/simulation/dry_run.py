"""A dry run: a study's plan answered by simulated participants, and what was planted found again.

The dry run is a study of its own, marked as simulated, so that no simulated answer stands beside a person's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.session import Database
from db.tables import Study
from study import studies
from study.design.design import Design
from study.errors import StudyError
from study.findings.estimate import Estimate, defined
from study.findings.summary import findings
from study.images.catalog import label_frame
from study.images.eligible import study_labels
from study.planning.plan import plan
from study.simulation.copying import Presses, SimulatedStudy, free_name, let_in
from study.simulation.recovery import DRAWS, recovery
from study.simulation.rehearsals import delete_rehearsal, only_whole, replaceable
from study.simulation.respondents import Truth, simulate_answers
from study.trial.trials import questions_frame, trials

SHOWN = (
    *("preference.soft", "preference.hard", "preference.both", "preference.none", "discrimination.accuracy"),
    *("self_agreement.percent", "inter_agreement.percent"),
    *("side_bias.experiment_1.left", "side_bias.experiment_2.left"),
)
"""The findings that a truth plants."""
SECONDS = "response time, median s"
_OF_IMAGE = ["image", "hard_label", "subset", "margin", "entropy"]


@dataclass(frozen=True)
class DryRun(SimulatedStudy):
    """A simulated study of experiments; `planned` is the `answers` contract."""

    labels: pd.DataFrame

    def presses(self, participant: str) -> Presses:
        """What a participant presses at each question, and the response time in milliseconds."""
        sides = self.questions.set_index("question")["side"]
        mine = self.planned[self.planned["participant"] == participant]
        rows = zip(mine["question"], mine["choice"], mine["rt_ms"], strict=True)
        return {name: (_pressed(str(choice), str(sides[name])), float(rt)) for name, choice, rt in rows}


def prepare_dry_run(
    database: Database,
    study_id: int,
    truth: Truth,
    *,
    participants: int | None = None,
    replace: bool = False,
    secret: bytes,
    rng: np.random.Generator,
    now: datetime,
    by: int | None = None,
) -> DryRun:
    """Make the simulated study, open it, invite its participants, and let them agree.

    With as many participants as the study has, its own plan is answered; with others, its design is planned
    anew for them. What takes long, planning and drawing the answers, holds no lock. `replace`: the dry runs
    of this study that were made so before are deleted.

    Raises:
        StudyError: it is an annotation task, or its design cannot be met with so many participants.
    """
    with database.session() as session:
        study = session.get_one(Study, study_id)
        if study.label_set_id is None:
            raise StudyError(f"the study {study.name!r} has no label set: only experiments can be simulated")
        labels = label_frame(session, study.label_set_id)
        copied, questions = _planned(session, study, study.label_set_id, participants)
        before = replaceable(session, study) if replace else []
    for one in before:
        delete_rehearsal(database, one, now=now, by=by)
    with database.begin() as session:
        study = session.get_one(Study, study_id)
        copied = copied.changed(name=free_name(session, copied.name))
        # Public ids tell nothing, and are drawn anew also where the answers are drawn alike.
        ids = np.random.default_rng()
        made = studies.create_study(
            session, copied, study.label_set_id or 0, questions, simulated=True, now=now, rng=ids
        )
        tokens = let_in(session, study, made, secret=secret, now=now, by=by, replaced=replace)
    with only_whole(database, made.id, by):
        with database.session() as session:
            asked = questions_frame(session, made.id)
        answers = simulate_answers(asked, labels, truth, rng, now)
    return DryRun(made.id, made.name, tokens, answers, asked, labels)


def _planned(
    session: Session, study: Study, label_set_id: int, participants: int | None
) -> tuple[Design, pd.DataFrame]:
    """The design of the copy, still under the study's name, and its questions."""
    design = Design.from_dict(study.design)
    people = participants or design.participants
    copied = design.changed(
        title=f"{design.title} (dry run)",
        participants=people,
        demographics=(),
        training=False,
        qualification_images=0,
    )
    if study.frozen_at is not None and people == design.participants:
        return copied, questions_frame(session, study.id)
    labels = study_labels(session, label_set_id, copied)
    return copied, plan(labels, copied, np.random.default_rng(copied.seed)).questions


def recovered(
    session: Session,
    run: DryRun,
    truth: Truth,
    rng: np.random.Generator,
    progress: Callable[[], object] = lambda: None,
    count: int = DRAWS,
) -> pd.DataFrame:
    """Whether the findings of the stored answers are what the truth plants in such a study.

    What is planted is measured by `count` other draws of the same truth over the same plan, in memory; the
    columns are those of `study.simulation.recovery`.
    """
    draws = []
    for _ in range(count):
        draws.append(_in_memory(run, truth, rng))
        progress()
    return recovery(draws, _found(trials(session, run.study_id), run), (*SHOWN, SECONDS))


def _in_memory(run: DryRun, truth: Truth, rng: np.random.Generator) -> dict[str, Estimate]:
    answers = simulate_answers(run.questions, run.labels, truth, rng, pd.Timestamp("2026-01-01", tz="UTC"))
    given = answers[["question", "choice", "correct", "rt_ms", "answered_at"]]
    table = run.questions.merge(given, on="question", how="inner", validate="one_to_one")
    known = [name for name in _OF_IMAGE if name in run.labels.columns]
    table = table.merge(run.labels[known], on="image", how="left", validate="many_to_one")
    return _found(table, run)


def _found(table: pd.DataFrame, run: DryRun) -> dict[str, Estimate]:
    seconds = Estimate(defined(table["rt_ms"].median() / 1000), None, None, len(table), "median")
    return findings(table, sorted(run.tokens)).estimates() | {SECONDS: seconds}


def _pressed(choice: str, side: str) -> str:
    """What is pressed to choose this, where the soft-label (or the image's own) stands on `side`."""
    if choice in ("both", "none"):
        return choice
    other = "right" if side == "left" else "left"
    return side if choice in ("soft", "own") else other
