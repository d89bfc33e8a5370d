import pytest

from engine.cli import main
from study import commands
from study.errors import StudyError
from study.findings import power
from study.findings.simulation import Design


def asked(*argv):
    return main("study", commands, (StudyError,), ["power", *argv])


def test_the_closed_forms_are_printed_as_the_findings_give_them(capsys):
    assert asked("--participants", "6", "--questions", "667") == 0
    said = capsys.readouterr().out
    for row in power.closed_form(Design()).to_dict("records"):
        line = next(line for line in said.splitlines() if line.strip().startswith(row["finding"]))
        assert f"{row['half_width']:.3f}" in line


def test_what_a_wished_half_width_takes_is_told(capsys):
    assert asked("--half-width", "0.05", "--self-repeats", "0") == 0
    said = capsys.readouterr().out
    assert "needed for ± 0.05" in said
    told = [line.split() for line in said.splitlines()[-3:] if line]
    soft, accuracy = power.PAPER["soft"], power.PAPER["accuracy"]
    assert told == [
        ["soft", str(power.participants_for(0.05, 667, soft)), str(power.answers_for(0.05, 0.65))],
        ["accuracy", str(power.participants_for(0.05, 667, accuracy)), str(power.answers_for(0.05, 0.81))],
    ]


def test_schemes_are_compared_at_equal_cost(capsys):
    assert asked("--questions", "40", "--compare", "--studies", "2") == 0
    said = capsys.readouterr().out.strip()
    assert [line.split()[0] for line in said.splitlines()[-3:]] == ["ring", "complete", "blocks"]


def test_simulated_studies_say_how_often_they_find_what_is_planted(capsys):
    assert asked("--participants", "4", "--questions", "20", "--studies", "3") == 0
    said = capsys.readouterr().out
    assert "3 simulated studies" in said
    assert [line for line in said.splitlines() if line.strip().startswith("soft less hard 0 points")]


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["--participants", "1"], "--participants must be 2"),
        (["--overlap", "1.5"], "at most 1"),
        (["--scheme", "star"], "none of ring"),
        (["--half-width", "2"], "between 0 and 0.5, not 2.0"),
    ],
)
def test_what_cannot_be_is_refused(arguments, wrong, capsys):
    assert asked(*arguments) == 2
    assert wrong in capsys.readouterr().err
