"""A small annotation task in a new SQLite file, for tests of the services, the routes and the pages."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.session import Database
from db.settings import Settings
from study import studies
from study.access import invitations
from study.annotation.design import AnnotationDesign
from study.annotation.drafts import create_draft, prepare, seal
from study.images.catalog import import_dataset, import_label_set
from study.stages import consent
from study.trial import answers, flow
from study.trial.posts import AnswerPost
from tests.small_study import NOW, SECRET, empty_database, small_labels, small_manifest

NAME = "faces"
SAYS = {
    "hard_label": {"label": "Happy"},
    "soft_label": {"scores": [0.0, 0.8, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0]},
    "affect": {"valence": 0.5, "arousal": -0.25},
}


@dataclass(frozen=True)
class Task:
    """The opened database and what is in it."""

    settings: Settings
    database: Database
    study_id: int
    tokens: dict[str, str]
    participants: dict[str, int]

    def agree(self, *codes: str) -> None:
        """Give the participants' consent."""
        with self.database.begin() as session:
            for code in codes:
                consent.agree(session, self.participants[code], "1", NOW)

    def answer(self, code: str, says, count: int = 1000) -> None:
        """Answer a participant's next questions; says(number) is the response to the face of that number."""
        with self.database.begin() as session:
            person = self.participants[code]
            for asked in flow.next_questions(session, person, limit=count):
                post = AnswerPost(
                    key=f"key-{person}-{asked.number}",
                    question=asked.id,
                    choice=None,
                    response=says(asked.number),
                    rt_ms=2000.0,
                    hidden_ms=0.0,
                    shown_at=NOW,
                    input="key",
                    have=0,
                )
                assert answers.record(session, person, post, NOW).status == "stored"


def task_design(form: str = "hard_label", **changes) -> AnnotationDesign:
    """A task of three people, two to each of the 24 faces, with some shown again."""
    values = {
        "name": NAME,
        "title": "What do these faces show?",
        "form": form,
        "participants": 3,
        "annotators_per_image": 2,
        "self_repeats": 0.2,
        "min_lag": 5,
        "deadline_days": 3650,
        "demographics": [],
        "training": False,
    }
    return AnnotationDesign.from_dict({**values, **changes})


def freeze(session: Session, study_id: int, now: datetime = NOW) -> pd.DataFrame:
    """Freeze a draft within a transaction; returns its questions."""
    prepared = prepare(session, study_id)
    seal(session, prepared, now=now, rng=np.random.default_rng(study_id))
    return prepared.plan.questions


def small_task(folder: Path, form: str = "hard_label", **changes) -> Task:
    """An open task in `folder`, which becomes its data folder, and a label set of its images."""
    settings, database = empty_database(folder)
    root = settings.data_dir / "datasets" / "small"
    with database.begin() as session:
        dataset = import_dataset(session, "small", root, small_manifest(root), data_dir=folder, now=NOW)
        import_label_set(session, "small", "small", small_labels(), now=NOW)
        study = create_draft(session, task_design(form, **changes), dataset.id, now=NOW)
        freeze(session, study.id)
        studies.open_study(session, study.id, now=NOW)
        study.deadline = None
        invitations.invite_all(session, study.id, secret=SECRET, now=NOW)
        links = invitations.invitation_links(session, study.id, SECRET)
        tokens = dict(zip(links["participant"], links["token"], strict=True))
        people = {code: invitations.accept(session, token, now=NOW).id for code, token in tokens.items()}
        study_id = study.id
    return Task(settings, database, study_id, tokens, people)
