"""What people said about one image: annotators' votes, and the answers of studies that asked about it."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Annotation, Answer, Participant, Question, Study

CHOICES = ("soft", "hard", "both", "none")


@dataclass(frozen=True)
class StudyOpinion:
    """The first-time answers of one study about an image, of people who were not erased.

    `preferred` counts the choices of Experiment 1 (soft, hard, both, none); `told_apart` of `asked` answers
    of Experiment 2 found the image's own soft-label. `repeats` counts the answers to repeated questions,
    which are in neither.
    """

    study_id: int
    title: str
    simulated: bool
    preferred: dict[str, int]
    told_apart: int
    asked: int
    repeats: int


def votes(session: Session, image_id: int) -> pd.DataFrame:
    """Annotators' votes on an image: label and n, the most frequent first; None where nothing was chosen."""
    number = func.count().label("n")
    query = select(Annotation.label, number).where(Annotation.image_id == image_id).group_by(Annotation.label)
    rows = session.execute(query.order_by(number.desc(), Annotation.label)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["label", "n"])


def study_opinions(session: Session, image_id: int) -> list[StudyOpinion]:
    """The answers about an image, by study, in the order of the studies; attention checks are left out."""
    query = (
        select(Study.id, Study.title, Study.simulated, Question.kind, Question.experiment, Answer.choice)
        .add_columns(func.count())
        .select_from(Question)
        .join(Answer, Answer.question_id == Question.id)
        .join(Participant, Participant.id == Question.participant_id)
        .join(Study, Study.id == Question.study_id)
        .where(Question.image_id == image_id, Question.experiment.in_((1, 2)))
        .where(Question.kind != "attention", Participant.erased_at.is_(None))
        .group_by(Study.id, Study.title, Study.simulated, Question.kind, Question.experiment, Answer.choice)
        .order_by(Study.id)
    )
    columns = ["study_id", "title", "simulated", "kind", "experiment", "choice", "n"]
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)
    return [_opinion(rows) for _, rows in frame.groupby("study_id", sort=True)]


def _opinion(rows: pd.DataFrame) -> StudyOpinion:
    first = rows[rows["kind"] == "first"]
    one, two = (first[first["experiment"] == number] for number in (1, 2))
    head = rows.iloc[0]
    return StudyOpinion(
        study_id=int(head["study_id"]),
        title=str(head["title"]),
        simulated=bool(head["simulated"]),
        preferred={choice: int(one.loc[one["choice"] == choice, "n"].sum()) for choice in CHOICES},
        told_apart=int(two.loc[two["choice"] == "own", "n"].sum()),
        asked=int(two["n"].sum()),
        repeats=int(rows.loc[rows["kind"] != "first", "n"].sum()),
    )
