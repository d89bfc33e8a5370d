"""Engine and Import: what is there, what can be started, and who may."""

from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest

from app.researcher import jobs
from db.tables import Job, LabelSet
from engine.emfacs import EMOTIONS
from engine.history import History
from tests.untrained import untrained_bundle


def draw(room: str) -> AppTest:
    script = f"from app.researcher import {room}\n{room}.page()"
    return AppTest.from_string(script, default_timeout=90).run()


def written(test: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "success", "warning", "error", "code")
    return "\n".join(str(element.value) for kind in kinds for element in test.get(kind))


@pytest.fixture
def launched(monkeypatch):
    """The numbers of jobs whose process would have been started."""
    started = []
    monkeypatch.setattr(jobs, "launch", lambda _settings, job_id: started.append(job_id))
    return started


def _button(test, label):
    return next(button for button in test.button if button.label == label)


def _field(test, label):
    return next(field for field in test.text_input if field.label == label)


def _job(program):
    with program.database.session() as session:
        return session.query(Job).one()


@pytest.mark.parametrize("room", ["engine", "importing"])
def test_an_empty_program_says_what_to_do(empty_program, visit_as, room):
    visit_as(empty_program.researcher_cookies())
    test = draw(room)
    assert not test.exception
    assert "No job was started yet" in written(test)


def test_a_reader_starts_nothing(program, visit_as):
    visit_as(program.researcher_cookies("reader"))
    assert "you are a reader" in written(draw("importing"))
    assert "Start training" not in [button.label for button in draw("engine").button]


def test_a_training_is_queued_with_the_commands_that_do_it(program, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the bundle").set_value("mine")
    test.text_area[0].set_value("ensemble.epochs=1\n")
    _button(test, "Start training").click().run()
    assert not test.exception
    job = _job(program)
    assert launched == [job.id]
    write, train, evaluate = job.arguments["commands"]
    assert write[:3] == ["study", "manifest", "demo"]
    assert train[-2:] == ["--set", "ensemble.epochs=1"]
    assert evaluate[:2] == ["engine", "evaluate"]
    assert "It waits for the jobs before it." in written(test)


def test_a_name_that_is_none_is_refused_in_words(program, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the bundle").set_value("../mine")
    _button(test, "Start training").click().run()
    assert "cannot be a folder's name" in test.error[0].value
    assert not launched


def test_a_running_job_can_be_stopped_and_started_again(program, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the bundle").set_value("mine")
    _button(test, "Start training").click().run()
    _button(test, "Stop").click().run()
    assert "Stopped. Start it again" in written(test)
    _button(test, "Start it again").click().run()
    assert len(launched) == 2


def test_a_folder_is_looked_at_and_then_imported(empty_program, visit_as, launched, tmp_path):
    for folder in ("smiles", "Sad"):
        (tmp_path / "faces" / folder).mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (8, 8)).save(tmp_path / "faces" / folder / f"{number}.png")
    visit_as(empty_program.researcher_cookies())
    test = draw("importing")
    _field(test, "Folder or table on the server").set_value(str(tmp_path / "faces")).run()
    assert not test.exception
    assert "say “Labels of classes 0, 1, 2 …" in test.error[0].value
    assert "--order" not in test.error[0].value
    order = _field(test, "Labels of classes 0, 1, 2 …, or of the folders in their order")
    order.set_value("smiles=Happy,Sad=Sad").run()
    said = written(test)
    assert "6 images" in said
    assert "Happy **3**" in said
    assert _field(test, "Name of the data set").value == "faces"
    _field(test, "Name of the data set").set_value("mine")
    _button(test, "Import").click().run()
    read, bring = _job(empty_program).arguments["commands"]
    assert read[:3] == ["engine", "manifest", str(tmp_path / "faces")]
    assert bring[:3] == ["study", "import", "mine"]
    assert len(launched) == 1


def test_a_place_that_is_not_there_is_told(empty_program, visit_as):
    visit_as(empty_program.researcher_cookies())
    test = draw("importing")
    _field(test, "Folder or table on the server").set_value("/nowhere/at/all").run()
    assert "does not exist" in test.error[0].value


def _bundle(program, name, *, backbones=("test_resnet",)):
    """An untrained bundle in the program's folder, with counts, roles, and the history of two epochs."""
    folder = program.settings.data_dir / "bundles" / name
    untrained_bundle(folder, backbones=backbones)
    history = History(folder)
    for epoch in (1, 2):
        for emotion in EMOTIONS:
            history.add(("ensemble", backbones[0], emotion), epoch, 1 / epoch, 0.4 + 0.1 * epoch)
            history.add(("action_units", backbones[0], emotion), epoch, 9 / epoch, 0.5)
    history.close()
    return folder


def _choose(test, view):
    next(one for one in test.segmented_control if one.label == "Show").set_value(view).run()
    return test


def test_a_bundle_shows_its_networks_how_they_learnt_and_its_recipe(program, visit_as):
    _bundle(program, "mine")
    visit_as(program.researcher_cookies())
    test = draw("engine")
    assert not test.exception
    networks = test.dataframe[1].value
    assert len(networks) == 16
    assert {"part", "emotion", "loss", "confidence"} <= set(networks.columns)
    _choose(test, "Learning")
    assert not test.exception
    assert len(test.get("plotly_chart")) == 2
    assert test.dataframe[1].value["epoch"].tolist() == sorted([1, 2] * 8)
    _choose(test, "Recipe")
    settings = dict(zip(*test.dataframe[1].value.to_dict("list").values(), strict=True))
    assert settings["images.size"] == "32"


def test_two_bundles_are_compared_setting_by_setting(program, visit_as):
    _bundle(program, "first")
    _bundle(program, "second", backbones=("test_byobnet",))
    visit_as(program.researcher_cookies())
    test = draw("engine")
    next(one for one in test.selectbox if one.label == "Compared with").set_value("first").run()
    assert "first has no network of the same backbone and emotion." in written(test)
    _choose(test, "Recipe")
    differing = test.dataframe[1].value
    assert differing["Setting"].tolist() == ["au_backbone", "backbones"]
    assert differing["second"].tolist() == ["test_byobnet", "test_byobnet"]


def test_broken_and_foreign_bundles_are_told_and_the_others_shown(program, visit_as):
    _bundle(program, "good")
    for name, spoil in (("half", "{"), ("newer", '{"format": 9}'), ("empty", "")):
        (_bundle(program, name) / "bundle.json").write_text(spoil)
    (program.settings.data_dir / "bundles" / "begun" / "unfinished").mkdir(parents=True)
    lacking = _bundle(program, "lacking")
    next((lacking / "networks").glob("*.safetensors")).unlink()
    visit_as(program.researcher_cookies())
    test = draw("engine")
    assert not test.exception
    told = " ".join(str(one.value) for one in test.warning)
    assert "half/bundle.json is damaged" in told
    assert "is of bundle format 9, and this engine reads format 1" in told
    assert "lacks the network" in told
    assert test.dataframe[0].value["Bundle"].tolist() == ["good"]
    assert "Not finished yet: begun." in written(test)


def test_too_few_images_of_an_emotion_are_told_before_a_training_is_queued(program, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the bundle").set_value("mine")
    next(one for one in test.selectbox if one.label == "Recipe").set_value("paper")
    _button(test, "Start training").click().run()
    assert not test.exception
    told = test.error[0].value
    assert "sets 100 images of each emotion apart" in told
    assert "in “Changed settings” confidence.test_images=" in told
    assert launched == []


def test_a_second_press_and_a_taken_name_start_nothing(program, visit_as, launched):
    _bundle(program, "taken")
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the bundle").set_value("mine")
    _button(test, "Start training").click().run()
    _button(test, "Start training").click().run()  # as a double click: once, and no word about it
    assert len(launched) == 1
    assert not test.error
    with program.database.begin() as session:
        session.execute(update(Job).values(created_at=datetime.now(UTC) - timedelta(minutes=1)))
    _button(test, "Start training").click().run()
    assert len(launched) == 1
    assert "makes the same" in test.error[0].value
    _field(test, "Name of the bundle").set_value("taken")
    _button(test, "Start training").click().run()
    assert "there is a bundle 'taken' already" in test.error[0].value
    _field(test, "Name of the bundle").set_value("other")
    test.text_area[0].set_value("ensemble.epochs=none\n")
    _button(test, "Start training").click().run()
    assert "ensemble.epochs is 'none'; it must be a whole number" in test.error[0].value
    assert len(launched) == 1


def test_a_label_set_of_a_taken_name_is_refused_before_a_job_starts(program, visit_as, launched):
    _bundle(program, "mine")
    with program.database.session() as session:
        name = session.scalars(select(LabelSet.name)).first()
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the label set").set_value(name)
    _button(test, "Start labelling").click().run()
    assert f"There is a label set {name!r} already" in test.error[0].value
    assert not launched
    _field(test, "Name of the label set").set_value("new")
    _button(test, "Start labelling").click().run()
    assert "--allow-unreadable" in _job(program).arguments["commands"][1]


def test_a_job_that_has_long_said_nothing_is_doubted(program, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the bundle").set_value("mine")
    _button(test, "Start training").click().run()
    with program.database.begin() as session:
        job = session.query(Job).one()
        now = datetime.now(UTC)
        job.state, job.started_at, job.heartbeat_at = "running", now, now + timedelta(minutes=5)
        job.progress = {"step": 2, "steps": 3, "spoke": (now - timedelta(minutes=25)).isoformat()}
    said = written(draw("engine"))
    assert "It has said nothing for 25 minutes." in said


def test_a_job_that_was_started_again_is_listed_once(program, visit_as, launched):
    visit_as(program.researcher_cookies())
    test = draw("engine")
    _field(test, "Name of the bundle").set_value("mine")
    _button(test, "Start training").click().run()
    _button(test, "Stop").click().run()
    _button(test, "Start it again").click().run()
    assert written(test).count("Train mine on demo") == 1
    assert "Start it again" not in [button.label for button in test.button]


def test_photographs_without_labels_come_in_by_one_button(empty_program, visit_as, launched, tmp_path):
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "photos" / "IMG_1.png")
    visit_as(empty_program.researcher_cookies())
    test = draw("importing")
    _field(test, "Folder or table on the server").set_value(str(tmp_path / "photos")).run()
    assert "Nothing would come in" in test.error[0].value
    _button(test, "Keep images without a label (to label or annotate them)").click().run()
    assert "no label **1**" in written(test)
    _button(test, "Import").click().run()
    read, _ = _job(empty_program).arguments["commands"]
    assert "--keep-unlabelled" in read
