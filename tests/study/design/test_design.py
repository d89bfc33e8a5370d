import json
from dataclasses import fields

import pytest

from study.design.design import DEFAULT, PRESETS, Design, preset
from study.errors import StudyError


def test_the_paper_preset_repeats_267_and_overlaps_134():
    assert preset("affectnet_plus_paper").repeats_each(4000) == 267
    assert preset("affectnet_plus_paper").overlap_each(4000) == 134


@pytest.mark.parametrize("name", PRESETS)
def test_a_design_survives_json(name):
    design = preset(name).changed(images_per_emotion=None, images=("a", "b"), seed=5)
    assert Design.from_dict(json.loads(json.dumps(design.to_dict()))) == design


def test_a_share_is_the_decimal_that_was_written():
    design = DEFAULT.changed(self_repeats=0.1, overlap=0, participants=1, experiments=(1,))
    assert design.repeats_each(30) == 3  # 0.1 * 30 is 3.0000000000000004 in binary


def test_no_one_repeats_more_than_was_asked():
    assert DEFAULT.changed(self_repeats=1.0).repeats_each(4000) == 1333


def test_a_toml_file_changes_a_preset(tmp_path):
    path = tmp_path / "design.toml"
    path.write_text(
        'preset = "quick_pilot"\nseed = 9\nexperiments = [1]\n[texts]\nconsent = "Do you agree?"\n',
        encoding="utf-8",
    )
    design = Design.from_toml(path)
    assert (design.seed, design.experiments, design.participants) == (9, (1,), 4)
    assert design.texts.consent == "Do you agree?"
    assert design.texts.thanks == DEFAULT.texts.thanks


def test_a_lag_that_was_asked_for_is_a_demand():
    assert Design.from_dict({"min_lag": 80}).lag_rule == "strict"
    assert Design.from_dict({"min_lag": 80, "lag_rule": "shorten"}).lag_rule == "shorten"
    assert Design.from_dict({}).lag_rule == "shorten"


def test_a_list_of_images_replaces_the_number_of_images():
    assert Design.from_dict({"images": ["a", "b"]}).images_per_emotion is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"participant": 6}, ["'participant'", "participants"]),
        ({"preset": "slow"}, ["'slow'", "quick_pilot"]),
        ({"participants": 0}, ["participants", "0", "1 to"]),
        ({"participants": 6.0}, ["participants", "6.0", "whole"]),
        ({"participants": True}, ["participants", "True"]),
        ({"overlap": 1.5}, ["overlap", "1.5"]),
        ({"overlap": "much"}, ["overlap", "'much'"]),
        ({"self_repeats": float("nan")}, ["self_repeats", "nan"]),
        ({"overlap_design": "star"}, ["overlap_design", "'star'", "ring"]),
        ({"participants": 2}, ["ring", "at least 3"]),
        ({"participants": 1, "overlap_design": "complete"}, ["complete", "at least 2"]),
        (
            {"overlap_design": "balanced_incomplete_block", "block_size": 7},
            ["block_size", "7", "6 participants"],
        ),
        ({"experiments": [3]}, ["experiments", "[3]"]),
        ({"experiments": []}, ["experiments"]),
        ({"experiments": [1, 1]}, ["experiments", "once"]),
        ({"emotions": ["happy"]}, ["emotions", "'happy'", "Happy"]),
        ({"emotions": "Happy"}, ["emotions", "'Happy'"]),
        ({"images": ["a", "a"]}, ["images", "'a'", "twice"]),
        ({"images": ["a"], "images_per_emotion": 5}, ["images_per_emotion", "list"]),
        ({"images_per_emotion": 0}, ["images_per_emotion", "0"]),
        ({"foil_bins": [0.5, 0.2]}, ["foil_bins", "rising"]),
        ({"foil_policy": "worst"}, ["foil_policy", "'worst'"]),
        ({"name": "My study"}, ["name", "'My study'"]),
        ({"title": " "}, ["title"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"texts": {"greeting": "hi"}}, ["'greeting'", "consent"]),
        ({"texts": {"consent": ""}}, ["texts.consent"]),
        ({"texts": "hi"}, ["texts", "table"]),
    ],
)
def test_a_value_no_study_can_have_is_refused_by_key_and_value(values, words):
    with pytest.raises(StudyError) as refusal:
        Design.from_dict(values)
    assert all(word in str(refusal.value) for word in words), refusal.value


def test_a_file_that_is_not_toml_is_refused(tmp_path):
    path = tmp_path / "design.toml"
    path.write_text("participants = = 6")
    with pytest.raises(StudyError, match="not TOML"):
        Design.from_toml(path)
    with pytest.raises(StudyError, match="cannot read"):
        Design.from_toml(tmp_path / "absent.toml")


def test_two_participants_need_no_ring_where_nothing_is_shared():
    assert not Design.from_dict({"participants": 2, "overlap": 0}).shares_questions
    assert not Design.from_dict({"participants": 2, "overlap_design": "none"}).shares_questions


def test_every_field_is_explained():
    explained = Design.__doc__ or ""
    assert [one.name for one in fields(Design) if one.name not in explained] == []
