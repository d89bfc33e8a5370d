"""What annotators said, as tables: every reading, and the votes that an engine learns from."""

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Answer, Image, Participant, Question, Study
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS
from study.annotation.kinds import ANNOTATION
from study.annotation.responses import DIMENSIONS
from study.errors import NotFoundError, StudyError

VALUES = {"hard_label": ("label",), "soft_label": SOFT_COLUMNS, "affect": DIMENSIONS}
"""The columns of a form: label; or the eight scores; or valence and arousal."""
READING = ("image", "annotator", "kind", "position")
TIMES = ("rt_ms", "hidden_ms", "annotated_at")
NO_EMOTION, UNDECIDED = "None", "Uncertain"


def find_task(session: Session, wanted: str) -> Study:
    """The annotation task of this name, or of this id where no study has the name.

    Raises:
        NotFoundError: there is none.
        StudyError: the study asks about labels, it does not collect them.
    """
    study = session.scalar(select(Study).where(Study.name == wanted))
    if study is None and wanted.isdecimal():
        study = session.get(Study, int(wanted))
    if study is None:
        tasks = session.scalars(select(Study.name).where(Study.kind == ANNOTATION).order_by(Study.id))
        raise NotFoundError(f"there is no study {wanted!r}; the annotation tasks are: {_listed(list(tasks))}")
    if study.kind != ANNOTATION:
        raise StudyError(
            f"the study {study.name!r} asks which label is better and collects none; "
            f"python -m study export {study.name} writes its answers"
        )
    return study


def form_of_task(study: Study) -> str:
    """The form in which a task's annotators answer."""
    return str(study.design["form"])


def annotator_name(study_name: str, code: str) -> str:
    """How an annotator of a task is called where votes of several sources meet."""
    return f"{study_name}:{code}"


def readings(session: Session, study: Study, *, finished: bool = False) -> pd.DataFrame:
    """Every reading of a task so far, by annotator and position; erased annotators are left out.

    Columns: image, annotator ("task:code"), kind (first, self_repeat), position, the form's VALUES, rt_ms,
    hidden_ms, annotated_at. `finished` takes those alone who have answered everything.
    """
    columns = [Image.name, Participant.code, Question.kind, Question.position, Answer.response]
    query = (
        select(*columns, Answer.rt_ms, Answer.hidden_ms, Answer.answered_at)
        .join(Question, Question.id == Answer.question_id)
        .join(Participant, Participant.id == Question.participant_id)
        .join(Image, Image.id == Question.image_id)
        .where(Question.study_id == study.id, Participant.erased_at.is_(None))
        .order_by(Participant.code, Question.position)
    )
    if finished:
        query = query.where(Participant.finished_at.is_not(None))
    rows = [tuple(row) for row in session.execute(query)]
    frame = pd.DataFrame(rows, columns=[*READING, "response", *TIMES])
    frame["annotator"] = [annotator_name(study.name, code) for code in frame["annotator"]]
    frame["annotated_at"] = pd.to_datetime(frame["annotated_at"], utc=True)
    form = form_of_task(study)
    said = [_values(form, response) for response in frame["response"]]
    values = pd.DataFrame(said, columns=list(VALUES[form]), index=frame.index)
    kinds: dict[str, Any] = dict.fromkeys(VALUES[form], "str" if form == "hard_label" else "float64")
    parts: list[pd.DataFrame] = [frame[list(READING)], values.astype(kinds), frame[list(TIMES)]]
    return pd.concat(parts, axis=1)


def annotations(found: pd.DataFrame, form: str) -> pd.DataFrame:
    """The annotator-level table of readings: each annotator's first of each image.

    Columns: image, annotator, the form's VALUES, annotated_at.
    """
    first = found[found["kind"] == "first"].reset_index(drop=True)
    return first[["image", "annotator", *VALUES[form], "annotated_at"]]


def votes(annotated: pd.DataFrame, form: str) -> pd.DataFrame:
    """Annotations as votes (image, annotator, label, annotated_at), which `engine train` takes as its MAS.

    A soft-label votes for the emotion that scores highest: Uncertain where several do, None where none is
    above 0.

    Raises:
        StudyError: the form is affect, which names no emotion.
    """
    if form == "affect":
        raise StudyError("valence and arousal name no emotion, so there are no votes to take of them")
    if form == "soft_label":
        scores = annotated[list(SOFT_COLUMNS)].to_numpy(float)
        annotated = annotated.assign(label=_highest(scores))
    return annotated[["image", "annotator", "label", "annotated_at"]]


def _highest(scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[str]:
    if not len(scores):
        return []
    most = scores.max(axis=1)
    alone = (scores == most[:, None]).sum(axis=1) == 1
    named = np.array(EMOTIONS, dtype=object)[scores.argmax(axis=1)]
    return [str(one) for one in np.where(most == 0, NO_EMOTION, np.where(alone, named, UNDECIDED))]


def _values(form: str, response: dict[str, Any]) -> list[Any]:
    if form == "soft_label":
        return list(response["scores"])
    return [response[name] for name in VALUES[form]]


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
