"""A dry run of an annotation task: what is copied and planted; tests/app/test_dry_run.py walks the routes."""

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from db.tables import Annotation, Image, Label, LabelFacet, LabelSet, Study
from study.annotation.drafts import create_draft
from study.annotation.findings import task_findings
from study.annotation.publishing import publish
from study.annotation.tables import annotator_name, find_task, readings
from study.errors import NotFoundError, StudyError
from study.simulation.annotation_findings import measured
from study.simulation.annotation_run import annotation_recovered, prepare_annotation_run
from study.simulation.annotators import AFFECT, USUAL
from study.simulation.faces import faces_of
from tests.annotation_task import small_task, task_design
from tests.small_study import NOW, SECRET, small_labels

RNG = np.random.default_rng


@pytest.fixture
def task(tmp_path):
    made = small_task(tmp_path)
    yield made
    made.database.dispose()


def prepared(task, study_id, participants=None, labels=None):
    return prepare_annotation_run(
        task.database,
        study_id,
        USUAL,
        participants=participants,
        labels=labels,
        secret=SECRET,
        rng=RNG(3),
        now=NOW,
    )


def test_the_plan_of_a_frozen_task_is_answered_in_a_simulated_copy(task):
    run, planned = prepared(task, task.study_id), prepared(task, task.study_id)
    with task.database.begin() as session:
        copy = session.get_one(Study, run.study_id)
        assert (copy.name, copy.simulated, copy.state, copy.kind) == (
            "faces-dry-run",
            True,
            "open",
            "annotation",
        )
        assert copy.title.endswith("(dry run)")
        own = ["participant", "position", "image", "kind"]
        assert planned.name == "faces-dry-run-2"
        assert planned.questions[own].equals(run.questions[own])
        assert not set(planned.questions["question"]) & set(run.questions["question"])
        assert planned.planned["label"].equals(run.planned["label"])
        assert (run.poor, run.finishing, len(run.planned)) == ("P03", 3, 60)
        assert readings(session, find_task(session, "faces")).empty
        with pytest.raises(StudyError, match="simulated"):
            publish(session, copy, now=NOW)
        assert session.scalars(select(Annotation)).first() is None


def test_a_draft_and_other_numbers_of_people_are_planned_anew(task):
    with task.database.begin() as session:
        draft = create_draft(session, task_design("affect", name="second"), 1, now=NOW)
    run = prepared(task, draft.id, participants=4)
    assert sorted(run.tokens) == ["P01", "P02", "P03", "P04"]
    said, seconds = run.presses("P01").popitem()[1]
    assert set(said) == {"valence", "arousal"}
    assert seconds > 0
    with pytest.raises(StudyError, match="nobody counts twice"):
        prepared(task, draft.id, participants=1)
    with pytest.raises(NotFoundError, match=r"'other'; there are: small"):
        prepared(task, draft.id, labels="other")


def test_faces_show_their_soft_label_else_their_hard_label_else_a_lot(task):
    names = [f"face-{at:02}" for at in range(24)]
    with task.database.begin() as session:
        study = find_task(session, "faces")
        soft = faces_of(session, study, names, None, RNG(0))
        assert set(soft["source"]) == {"soft-label"}
        assert soft["soft_fear"].to_numpy() == pytest.approx(small_labels()["soft_fear"].to_numpy())
        for table in (LabelFacet, Label, LabelSet):
            session.execute(delete(table))
        session.execute(update(Image).where(Image.name == "face-00").values(hard_label=None))
        session.execute(update(Image).where(Image.name == "face-01").values(valence=-0.9, arousal=0.1))
        bare = faces_of(session, study, names, None, RNG(0))
    assert bare["source"].value_counts().to_dict() == {"hard-label": 23, "lot": 1}
    assert tuple(bare.loc[1, ["valence", "arousal"]]) == (-0.9, 0.1)
    assert tuple(bare.loc[4, ["valence", "arousal"]]) == AFFECT["Fear"]
    assert bare.loc[4, "soft_fear"] == 1


@pytest.mark.parametrize("form", ["hard_label", "soft_label", "affect"])
def test_what_is_measured_holds_every_number_of_the_tasks_page_and_that_the_poor_one_stays_behind(task, form):
    with task.database.begin() as session:
        draft = create_draft(session, task_design(form, name="measured", annotators_per_image=3), 1, now=NOW)
    run = prepared(task, draft.id)
    said = run.planned.assign(
        annotator=[annotator_name("measured", one) for one in run.planned["participant"]]
    )
    found = measured(said, form, run.faces, "measured:P03")
    page = task_findings(said, form)
    if page.labels is not None:
        assert page.labels.overall.items() <= found.items()
    for one in page.scales:
        assert found[f"{one.scale} alpha"] == one.alpha
    assert found["P03, poor, less than the others"].estimate > 0
    assert measured(said.head(0), form, run.faces, None) == {}
    # Nobody has answered yet: nothing is found, and nothing is judged.
    with task.database.session() as session:
        assert annotation_recovered(session, run, USUAL, RNG(1), count=2).empty
