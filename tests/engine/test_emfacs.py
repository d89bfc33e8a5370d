import json
import subprocess
import sys

import numpy as np
import pytest

from engine.commands import tables
from engine.emfacs import (
    ACTION_UNITS,
    EMOTION_ACTION_UNITS,
    EMOTIONS,
    action_unit_matrix,
    action_unit_vector,
    au_scores,
    overlap,
)
from engine.errors import EngineError

# Table 3 as printed, but for Disgust-Anger, where Table 2 gives 3.
TABLE_3 = {
    ("Happy", "Sad"): 1,
    ("Happy", "Surprise"): 0,
    ("Happy", "Fear"): 1,
    ("Happy", "Disgust"): 1,
    ("Happy", "Anger"): 1,
    ("Happy", "Contempt"): 1,
    ("Sad", "Surprise"): 1,
    ("Sad", "Fear"): 2,
    ("Sad", "Disgust"): 1,
    ("Sad", "Anger"): 2,
    ("Sad", "Contempt"): 0,
    ("Surprise", "Fear"): 5,
    ("Surprise", "Disgust"): 1,
    ("Surprise", "Anger"): 2,
    ("Surprise", "Contempt"): 0,
    ("Fear", "Disgust"): 2,
    ("Fear", "Anger"): 4,
    ("Fear", "Contempt"): 0,
    ("Disgust", "Anger"): 3,
    ("Disgust", "Contempt"): 0,
    ("Anger", "Contempt"): 0,
}


def test_the_overlap_is_table_3_but_for_disgust_and_anger():
    table = overlap()
    for (one, other), count in TABLE_3.items():
        assert table[one][other] == table[other][one] == count, (one, other)


def test_neutral_overlaps_nothing():
    assert set(overlap()["Neutral"].values()) == {0}


def test_the_printed_overlap_differs_in_one_pair():
    derived, printed = overlap(), overlap(printed=True)
    different = {(a, b) for a in EMOTIONS for b in EMOTIONS if derived[a][b] != printed[a][b]}
    assert different == {("Disgust", "Anger"), ("Anger", "Disgust")}
    assert printed["Anger"]["Disgust"] == 4


def test_derived_and_printed_scores_differ_in_action_units_26_and_27_alone():
    derived, printed = au_scores(), au_scores(printed=True)
    assert tuple(derived) == tuple(printed) == ACTION_UNITS
    assert {unit for unit in ACTION_UNITS if abs(derived[unit] - printed[unit]) > 0.01} == {26, 27}
    assert (derived[14], derived[25]) == (1.0, 0.25)
    assert derived[26] == derived[27] == pytest.approx(1 / 3)
    assert (printed[26], printed[27]) == (0.25, 0.5)


def test_every_action_unit_of_table_2_has_a_place_in_the_vector():
    assert len(ACTION_UNITS) == 21
    assert {unit for units in EMOTION_ACTION_UNITS.values() for unit in units} == set(ACTION_UNITS)


def test_the_vector_marks_an_emotions_units():
    marked = np.flatnonzero(action_unit_vector("Happy"))
    assert [ACTION_UNITS[place] for place in marked] == [6, 12, 25]
    assert not action_unit_vector("Neutral").any()
    assert action_unit_matrix().sum(axis=1).tolist() == [0, 3, 6, 5, 8, 6, 10, 2]


def test_an_unknown_emotion_is_named():
    with pytest.raises(EngineError, match="'Bored'"):
        action_unit_vector("Bored")


def test_the_tables_command_prints_one_json_object():
    command = [sys.executable, "-m", "engine", "tables", "--json"]
    printed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert set(printed) == {"action_units", "overlap", "au_scores"}
    assert printed["action_units"]["Neutral"] == []
    assert printed["overlap"]["Disgust"]["Anger"] == 3
    assert printed["au_scores"]["26"] == pytest.approx(1 / 3)


def test_the_text_tables_name_every_emotion(capsys):
    import argparse

    tables.run(argparse.Namespace(json=False, printed=False))
    text = capsys.readouterr().out
    assert all(emotion in text for emotion in EMOTIONS)
    assert "AU27" in text
