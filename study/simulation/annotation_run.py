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

from db.tables import Image, Participant, Question, Study
from engine.soft_labels import SOFT_COLUMNS
from study.annotation.design import AnnotationDesign
from study.annotation.drafts import PreparedTask, create_draft, prepare, seal
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
    session: Session,
    study_id: int,
    panel: Panel,
    *,
    participants: int | None = None,
    labels: str | None = None,
    secret: bytes,
    rng: np.random.Generator,
    now: datetime,
) -> AnnotationRun:
    """Make the simulated task, open it, invite its annotators, and let them agree.

    With as many participants as the task has, its own plan is answered; with others, its design is planned
    anew for them. `labels` names the label set whose soft-labels the faces show (`study.simulation.faces`).

    Raises:
        StudyError: its design cannot be met with so many participants, or there is no such label set.
    """
    study = session.get_one(Study, study_id)
    design = AnnotationDesign.from_dict(study.design)
    if study.dataset_id is None:
        raise StudyError(f"the annotation task {study.name!r} has no dataset")
    people = participants or design.participants
    copied = design.changed(
        name=free_name(session, design.name),
        title=f"{design.title} (dry run)",
        participants=people,
        demographics=(),
        training=False,
        qualification_images=0,
    )
    made = create_draft(session, copied, study.dataset_id, simulated=True, copied_from=study.name, now=now)
    if study.frozen_at is not None and people == design.participants:
        plan = AnnotationPlan(_planned(session, study_id), design.min_lag, ())
        prepared = PreparedTask(made.id, copied, study.dataset_id, plan)
    else:
        prepared = prepare(session, made.id)
    # Public ids tell nothing, and are drawn anew also where the readings are drawn alike.
    seal(session, prepared, now=now, rng=np.random.default_rng())
    tokens = let_in(session, study, made, secret=secret, now=now)
    asked = _planned(session, made.id)
    faces = faces_of(session, study, asked["image"].unique().tolist(), labels, rng)
    said = simulate_readings(asked, faces, copied.form, panel, copied.seconds_per_question, rng)
    poor = panel.poor_code(list(tokens))
    return AnnotationRun(made.id, made.name, tokens, said, asked, copied, faces, poor)


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


def _planned(session: Session, study_id: int) -> pd.DataFrame:
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
