import json

import pytest

from db.errors import DatabaseError
from engine.cli import main
from study import commands
from study.errors import StudyError
from tests.small_study import small_study

DESIGN = 'preset = "quick_pilot"\nname = "mine"\nimages_per_emotion = 2\nparticipants = 2\nmin_lag = 2\n'


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    small_study(tmp_path / "data").database.dispose()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "design.toml").write_text(DESIGN, encoding="utf-8")

    def command(*argv):
        status = main("study", commands, (StudyError, DatabaseError), [str(one) for one in argv])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def test_a_design_file_becomes_a_draft_a_frozen_study_and_a_verified_one(run, tmp_path):
    assert run("create", tmp_path / "design.toml")[:2] == (
        0,
        "draft mine made, of label set 1\nto plan and preregister it: python -m study freeze mine\n",
    )
    status, said, shown = run("freeze", "mine")
    assert status == 0
    assert "questions to 2 participants" in said
    assert "letting simulated participants answer" in shown
    bundle = tmp_path / "data" / "preregistrations" / "mine.zip"
    assert str(bundle) in said
    status, said, _ = run("verify", bundle)
    assert status == 0
    assert said.splitlines()[-1].startswith("OK: ")
    assert run("create", "--copy", "mine", "--name", "again")[0] == 0
    listed = {one["name"]: one["state"] for one in json.loads(run("studies", "--json")[1])}
    assert listed == {"small": "open", "mine": "frozen", "again": "draft"}


def test_what_freezing_would_refuse_is_told_with_the_draft(run, tmp_path):
    file = tmp_path / "design.toml"
    for changes, words in {
        "participants = 40\noverlap = 0\n": "participants = 40 is more than the 32 questions that 16 images",
        'foil_policy = "matched_hard_label"\nimages_per_emotion = 1\nparticipants = 2\n': "there is 1",
        "min_foil_difference = 1.0\nparticipants = 2\n": "min_foil_difference = 1 in any emotion",
        "qualification_images = 900\nparticipants = 2\n": "qualification_images = 900 is more than the",
    }.items():
        mine = "" if "images_per_emotion" in changes else "images_per_emotion = 2\n"
        file.write_text(f'preset = "quick_pilot"\nname = "x{len(words)}"\nmin_lag = 2\n{mine}{changes}')
        status, said, complaint = run("create", file)
        assert status == 0
        assert said.startswith("draft ")
        assert "to mend before it is frozen: " in complaint
        assert words in complaint
        status, _, complaint = run("freeze", f"x{len(words)}")
        assert status == 2


def test_a_difference_is_told_with_status_1(run, tmp_path):
    run("create", tmp_path / "design.toml")
    run("freeze", "mine")
    other = tmp_path / "other"
    other.mkdir()
    bundle = other / "mine.zip"
    (tmp_path / "data" / "preregistrations" / "mine.zip").rename(bundle)
    changed = DESIGN.replace("mine", "theirs")
    (tmp_path / "design.toml").write_text(changed + "seed = 3\n", encoding="utf-8")
    run("create", tmp_path / "design.toml")
    run("freeze", "theirs")
    small = small_study(tmp_path / "elsewhere")
    small.database.dispose()
    status, said, complaint = run("verify", bundle)
    assert (status, complaint) == (0, "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
        (tmp_path / "design.toml").write_text(DESIGN + "seed = 4\n", encoding="utf-8")
        run("create", tmp_path / "design.toml")
        run("freeze", "mine")
        status, said, _ = run("verify", bundle)
    assert status == 1
    assert "DIFFERS  design: seed was 0 and is 4" in said
    assert "differences: " in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["create", "nothing.toml"], "cannot read nothing.toml"),
        (["create", "--preset", "slow"], "is none of affectnet_plus_paper"),
        (["create", "--preset", "quick_pilot", "--labels", "other"], "no label set 'other'"),
        (["create", "--copy", "nobody"], "no study 'nobody'"),
        (["create", "--preset", "quick_pilot", "--name", "small"], "there is a study 'small' already"),
        (["freeze", "small"], "frozen already"),
        (["freeze", "nobody"], "no study 'nobody'"),
        (["verify", "nothing.zip"], "nothing.zip cannot be read"),
    ],
)
def test_bad_input_is_told_in_one_line_with_status_2(run, argv, words):
    status, said, complaint = run(*argv)
    assert (status, said) == (2, "")
    assert words in complaint
    assert complaint.strip().splitlines()[-1].startswith("error: ")


def test_a_design_that_cannot_be_met_is_not_frozen(run, tmp_path):
    design = DESIGN.replace("images_per_emotion = 2", "images_per_emotion = 20")
    (tmp_path / "design.toml").write_text(design, encoding="utf-8")
    assert run("create", tmp_path / "design.toml")[0] == 0
    status, _, complaint = run("freeze", "mine")
    assert status == 2
    assert "asks for 20 of Neutral and the label set has 3" in complaint


def test_without_a_database_a_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main("study", commands, (StudyError, DatabaseError), ["studies"]) == 2
    assert "there is no database in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_the_other_kind_is_known_and_its_command_named(run, tmp_path):
    task = tmp_path / "task.toml"
    task.write_text('name = "faces"\nform = "hard_label"\n', encoding="utf-8")
    status, _, said = run("create", task)
    assert status == 2
    assert "design of an annotation task" in said
    assert "python -m study annotate FILE" in said
    status, _, said = run("annotate", tmp_path / "design.toml")
    assert status == 2
    assert "python -m study create FILE" in said
