"""Annotation over HTTP and on the researcher's pages; and the whole road from an answer to a training."""

import json
from datetime import UTC, datetime
from io import BytesIO

import pandas as pd
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

import engine.commands
import study.commands
from app.computing import Computing, task_and_engine
from app.computing import task as task_findings
from app.downloads import task_table
from app.gate import Gate, own_app
from app.identity import PARTICIPANT_COOKIE, signed
from app.installation import Installation
from app.routes import routes
from db.tables import Answer, Image, LabelSet, Question, Study
from db.writer import Writer
from engine.annotations import read_annotations
from engine.cli import main
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.images import read_manifest
from engine.recipe import load_recipe
from engine.roles import assign_roles
from study import studies
from study.access import invitations
from study.annotation.drafts import create_draft
from study.annotation.publishing import published
from study.annotation.tables import find_task
from study.dashboard import version
from study.errors import StudyError
from study.stages import consent
from study.trial import answers, flow
from study.trial.posts import AnswerPost
from tests.annotation_task import freeze, small_task, task_design
from tests.app.test_participant_pages import component, press, take
from tests.small_study import SECRET

HEADERS = {"Origin": "http://testserver"}


def draw(room: str, **query: str) -> AppTest:
    """Draw one room as a script of its own, with the navigation that its links need."""
    script = f"""
import streamlit as st
from app.researcher import {room}
from app.shell import ROOMS
st.navigation([one.page() for one in ROOMS])
{room}.page()
"""
    test = AppTest.from_string(script, default_timeout=90)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def text(test: AppTest) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "success", "error")
    return "\n".join(str(one.value) for kind in kinds for one in test.get(kind))


def served(task) -> Installation:
    return Installation(task.settings, task.database, SECRET, Writer(task.database))


def client_of(place, task, code):
    client = TestClient(Gate(own_app([]), routes(lambda: place)), follow_redirects=False)
    client.get(f"/join/{task.tokens[code]}")
    return client


def post(client, question, said, key="key-0001", **changes):
    body = {"key": key, "question": question, "response": said, "rt_ms": 900, "hidden_ms": 0}
    body |= {"shown_at": None, "input": "key", "have": 0}
    return client.post("/api/trial/answers", json={**body, **changes}, headers=HEADERS)


@pytest.fixture
def task(tmp_path):
    made = small_task(tmp_path)
    made.agree(*made.participants)
    yield made
    made.database.dispose()


@pytest.fixture
def place(task):
    place = served(task)
    yield place
    place.writer.close()


@pytest.fixture
def client(place, task):
    return client_of(place, task, "P01")


def test_a_question_is_a_face_and_nothing_else(client):
    state = client.get("/api/trial/state").json()
    assert state["progress"] == {"answered": 0, "total": 20}
    for question in state["questions"]:
        assert set(question) == {"id", "number", "total", "experiment", "image"}
        assert question["experiment"] is None
    assert "face-" not in json.dumps(state)
    assert client.get(state["questions"][0]["image"]).headers["content-type"].startswith("image/")


def test_an_answer_is_stored_repeated_undone_and_given_anew(client, task):
    first, second = (one["id"] for one in client.get("/api/trial/state").json()["questions"][:2])
    assert post(client, first, {"label": "Non-Face"}).json()["status"] == "stored"
    assert post(client, first, {"label": "Non-Face"}).json()["status"] == "repeated"
    late = post(client, first, {"label": "Happy"}, "key-0002")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "moved_on")
    undo = {"key": "undo-0001", "question": first}
    undone = client.post("/api/trial/undo", json=undo, headers=HEADERS).json()
    assert (undone["status"], undone["question"]["id"]) == ("undone", first)
    assert post(client, first, {"label": "Happy"}, "key-0003").json()["undoable"] == first
    assert post(client, second, {"label": "None"}, "key-0004").json()["progress"]["answered"] == 2
    with task.database.session() as session:
        said = session.scalars(select(Answer).order_by(Answer.position)).all()
    assert [(one.choice, one.response) for one in said] == [
        (None, {"label": "Happy"}),
        (None, {"label": "None"}),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"response": {"label": "Joy"}},
        {"response": {"scores": [0.5] * 8}},
        {"response": {"valence": 0, "arousal": 0}},
        {"response": {"label": "Happy", "more": 1}},
        {"response": None},
        {"response": {"label": "Happy"}, "choice": "left"},
        {"response": {"label": "Happy"}, "rt_ms": "soon"},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_stored(client, changes):
    first = client.get("/api/trial/state").json()["questions"][0]["id"]
    refused = post(client, first, None, **changes)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid")
    assert client.get("/api/trial/state").json()["progress"]["answered"] == 0


def test_a_choice_is_no_answer_to_a_face_and_a_label_none_to_a_comparison(client, tmp_path):
    first = client.get("/api/trial/state").json()["questions"][0]["id"]
    body = {"key": "key-0009", "question": first, "choice": "left", "rt_ms": 900, "hidden_ms": 0}
    body |= {"shown_at": None, "input": "key", "have": 0}
    assert client.post("/api/trial/answers", json=body, headers=HEADERS).status_code == 422


def open_and_invite(program, study_id: int) -> list[str]:
    """Open a frozen task and let everybody agree; returns the links' tokens."""
    now = datetime.now(UTC)
    with program.database.begin() as session:
        studies.open_study(session, study_id, now=now)
        invitations.invite_all(session, study_id, secret=program.secret, now=now)
        tokens = list(invitations.invitation_links(session, study_id, program.secret)["token"])
        for token in tokens:
            consent.agree(session, invitations.accept(session, token, now=now).id, "1", now)
    return tokens


def run(program: str, *arguments: object) -> None:
    package = {"engine": engine.commands, "study": study.commands}[program]
    assert main(program, package, (EngineError, StudyError), [str(one) for one in arguments]) == 0


def test_the_road_closes_from_a_design_file_to_what_an_engine_trains_on(program, tmp_path, capsys):
    """Design and freeze by commands, answer over HTTP; the engine takes the votes as its MAS."""
    with program.database.session() as session:
        query = select(Image.name, Image.hard_label).where(Image.dataset_id == 1, Image.split == "train")
        known = {row[0]: row[1] for row in session.execute(query.order_by(Image.id).limit(96))}
    design = task_design(name="road", images=list(known), participants=2, self_repeats=0.05)
    (tmp_path / "design.toml").write_text(design.to_toml())
    run("study", "annotate", tmp_path / "design.toml")
    run("study", "freeze", "road")
    with program.database.session() as session:
        task = find_task(session, "road")
        asked = select(Question.public_id, Image.name).join(Image, Image.id == Question.image_id)
        shown = {row[0]: row[1] for row in session.execute(asked.where(Question.study_id == task.id))}
    place = Installation(program.settings, program.database, program.secret, Writer(program.database))
    for token in open_and_invite(program, task.id):
        client = TestClient(Gate(own_app([]), routes(lambda: place)), follow_redirects=False)
        client.get(f"/join/{token}")
        number = 0
        while questions := client.get("/api/trial/state").json()["questions"]:
            for one in questions:
                number += 1
                label = {"label": known[shown[one["id"]]]}
                assert post(client, one["id"], label, f"key-{number:05}").status_code == 200
        assert client.get("/api/trial/state").json()["state"] == "done"
    place.writer.close()

    votes = tmp_path / "votes.parquet"
    run("study", "annotations", "road", "--out", votes, "--finished")
    assert "192 rows of 2 annotators on 96 images" in capsys.readouterr().out
    run("engine", "mas", votes, "--out", tmp_path / "mas.parquet", "--test-per-emotion", "2")
    mas = pd.read_parquet(tmp_path / "mas.parquet")
    assert mas["part"].value_counts().to_dict() == {"train-MAS": 80, "test-MAS": 16}
    manifest = tmp_path / "images.parquet"
    run("study", "publish", "road")
    run("study", "manifest", "demo", "--out", manifest, "--annotations", tmp_path / "all.parquet")
    recipe = load_recipe("demo", ["confidence.test_images=2"])
    rows = assign_roles(read_manifest(manifest), read_annotations(votes), recipe)
    assert set(rows["image"]) == set(known)
    assert (rows["label"] == rows["image"].map(known)).all()
    published = read_annotations(tmp_path / "all.parquet")
    assert published["annotator"].str.startswith("road:").sum() == 192


@pytest.fixture
def with_task(program):
    """The id of an open task of the program's own faces, which two of three people have answered."""
    now = datetime.now(UTC)
    with program.database.begin() as session:
        design = task_design(sample=24, name="votes-of-people", title="Votes of people")
        task_id = create_draft(session, design, 1, now=now).id
        freeze(session, task_id, now)
    tokens = open_and_invite(program, task_id)
    with program.database.begin() as session:
        for token in tokens[:2]:
            person = invitations.accept(session, token, now=now).id
            for asked in flow.next_questions(session, person, limit=100):
                said = {"label": EMOTIONS[asked.number % 8]}
                given = AnswerPost(
                    f"key-{asked.id}", asked.id, None, 2000.0, 0.0, now, "key", 0, response=said
                )
                assert answers.record(session, person, given, now).status == "stored"
    return task_id


def test_the_page_shows_agreement_and_publishes(program, visit_as, with_task):
    visit_as(program.researcher_cookies())
    test = draw("annotation", study=str(with_task))
    assert not test.exception
    assert "Annotation · Votes of people" in test.title[0].value
    assert "annotators so far" in text(test)
    test = next(one for one in test.button if one.label == "Publish").click().run()
    assert not test.exception
    assert "votes of 2 annotators published" in test.success[0].value
    with program.database.session() as session:
        assert published(session, find_task(session, "votes-of-people")) == 32


def test_a_process_of_its_own_finds_and_writes_what_a_thread_does(program, with_task):
    with program.database.session() as session:
        seen, label_set = version(session, with_task), session.scalars(select(LabelSet.id)).first()
    found, tables = [], []
    for place in (Computing(), Computing(few_answers=0)):
        said = place.ask(program.settings, with_task, seen, None, task_findings).result(60).found
        beside = place.ask(program.settings, with_task, seen, label_set, task_and_engine).result(60).found
        found.append((said.readings, said.images, said.labels.overall, beside.wmae, beside.rank))
        asked = ("readings", "annotations")
        tables.append([place.run(seen[0], task_table, program.settings, with_task, one) for one in asked])
        place.close()
    assert found[0] == found[1]
    assert tables[0] == tables[1]
    assert found[0][0] == len(pd.read_parquet(BytesIO(tables[0][0])))


def test_readers_see_agreement_and_take_nothing(program, visit_as, with_task):
    visit_as(program.researcher_cookies("reader"))
    test = draw("annotation", study=str(with_task))
    assert not test.exception
    assert not [one for one in test.button if "Publish" in one.label]
    assert "is for owners and researchers" in draw("annotation").warning[0].value


def test_a_task_is_designed_saved_and_frozen_on_the_page(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("annotation")
    assert not test.exception
    field = next(one for one in test.text_input if one.label == "Short name")
    test = field.set_value("my-task").run()
    field = next(one for one in test.number_input if one.label == "Annotators for each image")
    test = field.set_value(9).run()
    assert any("nobody counts twice" in one.value for one in test.error)
    field = next(one for one in test.number_input if one.label == "Annotators for each image")
    test = field.set_value(3).run()
    test = next(one for one in test.radio if one.label == "People answer by").set_value("affect").run()
    test = next(one for one in test.button if one.label == "Save draft").click().run()
    assert not test.exception
    with program.database.session() as session:
        study = session.scalars(select(Study).where(Study.name == "my-task")).one()
        assert study.design["form"] == "affect"
        assert study.design["annotators_per_image"] == 3
        assert "pleasant" in study.consent_text
    assert not next(one for one in test.button if one.label == "Freeze…").disabled
    with program.database.begin() as session:
        freeze(session, study.id)
    test = draw("annotation", study=str(study.id))
    assert not test.exception
    assert "No annotations yet" in text(test)


def test_studies_and_agreement_take_a_task_for_what_it_is(program, visit_as, with_task):
    visit_as(program.researcher_cookies())
    test = draw("studies")
    assert not test.exception
    assert "Votes of people" in text(test)
    test = draw("agreement", study=str(with_task))
    assert not test.exception
    assert "Votes of people" not in test.selectbox[0].options
    assert not draw("watch", study=str(with_task)).exception
    assert not draw("invite", study=str(with_task)).exception
    assert not draw("gallery").exception
    assert not draw("image", set="1", image="1").exception


@pytest.mark.parametrize(
    ("form", "words"),
    [("hard_label", "which emotion"), ("soft_label", "how strongly"), ("affect", "how pleasant")],
)
def test_the_participants_pages_say_what_a_task_asks(form, words, program, visit_as):
    now = datetime.now(UTC)
    with program.database.begin() as session:
        task_id = create_draft(session, task_design(form, sample=12), 1, now=now).id
        freeze(session, task_id, now)
        studies.open_study(session, task_id, now=now)
        invitations.invite_all(session, task_id, secret=program.secret, now=now)
        token = invitations.invitation_links(session, task_id, program.secret)["token"].iloc[0]
        person = invitations.accept(session, token, now=now).id
    visit_as({PARTICIPANT_COOKIE: signed(program.secret, PARTICIPANT_COOKIE, str(person))})
    test = take()
    assert not test.exception
    assert words in text(test)
    test = press(test, "I agree and take part")
    assert not test.exception
    assert component(test) == "facevalue_annotation"
