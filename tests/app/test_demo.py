"""The demo is built once, stage by stage, and goes on where it was interrupted."""

import shutil
from pathlib import Path

import pytest

from app import demo
from app.demo import DemoError
from study import studies
from study.images import catalog
from study.images.gallery import gallery
from study.images.view import View
from study.trial.trials import questions_frame, trials
from tests.seed import stand_in_engine

FACES = 512


class Engine:
    """The drawn stand-in, which notes its commands and breaks down at one of them."""

    def __init__(self, breaks_at: str | None = None) -> None:
        self.commands: list[str] = []
        self.breaks_at = breaks_at

    def __call__(self, arguments: list[str]) -> None:
        self.commands.append(arguments[0])
        stand_in_engine(arguments)
        if arguments[0] == self.breaks_at:
            raise DemoError(f"`python -m engine {arguments[0]}` ended with status 1")


def build(program, engine, said=None) -> None:
    said = [] if said is None else said
    demo.build(program.settings, program.database, engine=engine, faces=FACES, say=said.append)


def test_every_stage_is_named_and_done_once(empty_program):
    engine, said = Engine(), []
    build(empty_program, engine, said)
    assert [line.split()[0] for line in said] == ["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]
    assert engine.commands == ["demo", "train", "label"]
    assert demo.is_built(empty_program.database)
    build(empty_program, engine, said)
    assert len(said) == 6
    assert len(engine.commands) == 3


@pytest.mark.parametrize("command", ["demo", "train", "label"])
def test_an_interrupted_stage_is_done_anew_and_those_before_it_are_kept(empty_program, command):
    broken = Engine(breaks_at=command)
    with pytest.raises(DemoError, match=f"engine {command}.*status 1"):
        build(empty_program, broken)
    assert not demo.is_built(empty_program.database)
    engine = Engine()
    build(empty_program, engine)
    assert engine.commands == ["demo", "train", "label"][broken.commands.index(command) :]
    assert demo.is_built(empty_program.database)
    assert not list(empty_program.settings.data_dir.glob("*/unfinished/*"))


def test_a_failed_stage_says_which_and_how_to_go_on(empty_program):
    with pytest.raises(
        DemoError, match=r"stage 2 of the demo \(Training the engine\).*\n.*goes on from there"
    ):
        build(empty_program, Engine(breaks_at="train"))


def test_the_open_study_asks_ten_minutes_of_each_participant(program):
    listed = by_name(program)
    open_study = listed.loc[demo.OPEN.name]
    assert (open_study["state"], open_study["simulated"], open_study["answered"]) == ("open", False, 0)
    with program.database.session() as session:
        people = studies.progress(session, int(open_study["study_id"]))
    assert people["total"].tolist() == [52] * 4
    assert len(program.invitations()) == 4


def test_the_simulated_study_is_full_closed_and_says_simulated(program):
    simulated = by_name(program).loc[demo.SIMULATED.name]
    assert "simulated" in simulated["title"]
    assert bool(simulated["simulated"])
    assert simulated["state"] == "closed"
    assert simulated["finished"] == 6
    with program.database.session() as session:
        answered = trials(session, int(simulated["study_id"]))
    assert len(answered) == simulated["total"] == 624
    assert answered["participant"].nunique() == 6


def test_studies_ask_about_faces_that_the_engine_never_saw(program):
    with program.database.session() as session:
        asked = questions_frame(session, 1)
        held_out, _ = gallery(session, View(1, {"split": ("validation",)}), limit=FACES)
    assert set(asked["image"]) <= set(held_out["image"])
    assert set(asked["foil"].dropna()) <= set(held_out["image"])


def test_the_data_folder_can_be_moved(program, tmp_path: Path):
    with program.database.session() as session:
        path = catalog.image_path(session, program.settings, 1)
    assert path.is_relative_to(program.settings.data_dir)
    assert path.exists()


def test_the_engine_of_the_demo_reports_its_failure(tmp_path: Path):
    with pytest.raises(DemoError, match="`python -m engine label` ended with status 2"):
        demo.run_engine(
            ["label", str(tmp_path / "no.parquet"), "--bundle", str(tmp_path), "--out", "x.parquet"]
        )


def test_a_missing_file_in_a_kept_stage_is_told_with_its_stage(empty_program):
    with pytest.raises(DemoError):
        build(empty_program, Engine(breaks_at="label"))
    shutil.rmtree(empty_program.settings.data_dir / "datasets" / "demo" / "images")
    with pytest.raises(DemoError, match="stage 4"):
        build(empty_program, Engine())


def by_name(program):
    with program.database.session() as session:
        return studies.list_studies(session).set_index("name")
