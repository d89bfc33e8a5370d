"""A dry run of an annotation task: simulated annotators answer its plan, and what was planted is found again.

It is a task of its own, marked as simulated, so that no simulated reading stands beside a person's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.session import Database
from db.tables import Image, Participant, Question, Study
from engine.soft_labels import SOFT_COLUMNS
from study.annotation.design import AnnotationDesign
from study.annotation.drafts import PreparedTask, create_draft, planned, seal
from study.annotation.planning import AnnotationPlan
from study.annotation.responses import DIMENSIONS, Response
from study.annotation.tables import annotator_name, readings
from study.errors import StudyError
from study.question_columns import QUESTION_COLUMNS
from study.simulation.annotation_findings import measured
from study.simulation.annotators import Panel, simulate_readings
from study.simulation.copying import Presses, SimulatedStudy, free_name, let_in
from study.simulation.faces import faces_of
from study.simulation.recovery import DRAWS, recovery
from study.simulation.rehearsals import delete_rehearsal, only_whole, replaceable

_original = aliased(Question)


@dataclass(frozen=True)
class AnnotationRun(SimulatedStudy):
    """A simulated annotation task; `planned` holds the readings, `faces` what each image shows.

    poor: the code of the poor annotator, where there is one.
    """

    design: AnnotationDesign
    faces: pd.DataFrame
    poor: str | None

    def presses(self, participant: str) -> Presses:
        """What an annotator says of each face, and the response time in milliseconds."""
        mine = self.planned[self.planned["participant"] == participant].to_dict("records")
        form = self.design.form
        return {str(row["question"]): (_response(form, row), float(row["rt_ms"])) for row in mine}


def prepare_annotation_run(
    database: Database,
    study_id: int,
    panel: Panel,
    *,
    participants: int | None = None,
    labels: str | None = None,
    replace: bool = False,
    secret: bytes,
    rng: np.random.Generator,
    now: datetime,
    by: int | None = None,
) -> AnnotationRun:
    """Make the simulated task, open it, invite its annotators, and let them agree.

    With as many participants as the task has, its own plan is answered; with others, its design is planned
    anew for them. `labels` names the label set whose soft-labels the faces show (`study.simulation.faces`).
    `replace`: the dry runs of this task that were made so before are deleted.

    Raises:
        StudyError: its design cannot be met with so many participants, or there is no such label set.
    """
    with database.session() as session:
        study = session.get_one(Study, study_id)
        if study.dataset_id is None:
            raise StudyError(f"the annotation task {study.name!r} has no dataset")
        copied, plan = _plan(session, study, study.dataset_id, participants)
        shown = plan.questions["image"].unique().tolist()
        faces = faces_of(session, study, shown, labels, rng)
        before = replaceable(session, study) if replace else []
    for one in before:
        delete_rehearsal(database, one, now=now, by=by)
    with database.begin() as session:
        study = session.get_one(Study, study_id)
        copied = copied.changed(name=free_name(session, copied.name))
        source = study.dataset_id or 0
        made = create_draft(
            session, copied, source, simulated=True, copied_from=study.name, researcher_id=by, now=now
        )
        # Public ids tell nothing, and are drawn anew also where the readings are drawn alike.
        ids = np.random.default_rng()
        seal(session, PreparedTask(made.id, copied, source, plan), researcher_id=by, now=now, rng=ids)
        tokens = let_in(session, study, made, secret=secret, now=now, by=by, replaced=replace)
    with only_whole(database, made.id, by):
        with database.session() as session:
            asked = _asked(session, made.id)
        said = simulate_readings(asked, faces, copied.form, panel, copied.seconds_per_question, rng)
    poor = panel.poor_code(list(tokens))
    return AnnotationRun(made.id, made.name, tokens, said, asked, copied, faces, poor)


def _plan(
    session: Session, study: Study, dataset_id: int, participants: int | None
) -> tuple[AnnotationDesign, AnnotationPlan]:
    """The design of the copy, still under the task's name, and who labels what."""
    design = AnnotationDesign.from_dict(study.design)
    people = participants or design.participants
    copied = design.changed(
        title=f"{design.title} (dry run)",
        participants=people,
        demographics=(),
        training=False,
        qualification_images=0,
    )
    if study.frozen_at is not None and people == design.participants:
        return copied, AnnotationPlan(_asked(session, study.id), design.min_lag, ())
    return copied, planned(session, copied, dataset_id)


def annotation_recovered(
    session: Session,
    run: AnnotationRun,
    panel: Panel,
    rng: np.random.Generator,
    progress: Callable[[], object] = lambda: None,
    count: int = DRAWS,
) -> pd.DataFrame:
    """Whether the findings of the stored readings are what the panel plants in such a task.

    As `study.simulation.dry_run.recovered`; every finding of the task's page is shown, and how its votes
    compare with what the faces show.
    """
    form, seconds = run.design.form, run.design.seconds_per_question
    poor = None if run.poor is None else annotator_name(run.name, run.poor)
    draws = []
    for _ in range(count):
        said = simulate_readings(run.questions, run.faces, form, panel, seconds, rng)
        said["annotator"] = [annotator_name(run.name, code) for code in said["participant"]]
        draws.append(measured(said, form, run.faces, poor))
        progress()
    stored = readings(session, session.get_one(Study, run.study_id))
    found = measured(stored, form, run.faces, poor)
    return recovery(draws, found, list(found))


def _asked(session: Session, study_id: int) -> pd.DataFrame:
    """The `questions` contract of a task, by participant and position."""
    query = (
        select(
            *(Question.public_id, Participant.code, Question.position),
            *(Image.name, Question.kind, _original.public_id),
        )
        .join(Participant, Participant.id == Question.participant_id)
        .join(Image, Image.id == Question.image_id)
        .outerjoin(_original, _original.id == Question.repeats_id)
        .where(Question.study_id == study_id)
        .order_by(Participant.code, Question.position)
    )
    columns = ["question", "participant", "position", "image", "kind", "repeats"]
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns, dtype=object)
    frame = frame.assign(experiment=None, foil=None, foil_distance=np.nan, side="left", option_order=None)
    return frame[list(QUESTION_COLUMNS)].astype({"position": "int64"})


def _response(form: str, row: Mapping[Any, Any]) -> Response:
    if form == "hard_label":
        return {"label": row["label"]}
    if form == "soft_label":
        return {"scores": [row[name] for name in SOFT_COLUMNS]}
    return {name: row[name] for name in DIMENSIONS}
