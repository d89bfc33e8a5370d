import json
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from study.design.checks import problems
from study.design.demographics import Demographic
from study.design.design import DEFAULT, PRESETS, Design, preset
from study.design.errors import DesignError
from study.design.texts import Texts
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


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf"], exclude_characters="<>&\u2028\u2029"), min_size=1
)
lines = words.filter(lambda text: text.strip()).map(lambda text: text[:100]).filter(lambda text: text.strip())


@st.composite
def whole_designs(draw):
    low = draw(st.integers(1, 8))
    options = tuple(draw(st.lists(lines, min_size=2, max_size=4, unique=True)))
    items = (Demographic("age", draw(lines), "number"), Demographic("job", draw(lines), "choice", options))
    return DEFAULT.changed(
        title=draw(lines),
        images_per_emotion=draw(st.none() | st.integers(1, 99)),
        splits=tuple(draw(st.sets(st.sampled_from(["train", "validation", "test"])))),
        ranks=(low, draw(st.integers(low, 8))),
        margins=(draw(st.floats(-1, 0)), draw(st.floats(0, 1))),
        selection=draw(st.just("") | lines),
        self_repeats=draw(st.floats(0, 1)),
        attention_checks=draw(st.integers(0, 9)),
        demographics=draw(st.sampled_from([(), items])),
        training=draw(st.booleans()),
        qualification_images=draw(st.integers(0, 50)),
        seed=draw(st.integers(0, 2**63 - 1)),
        texts=Texts(consent=draw(lines) + "\r\n\n" + draw(lines), thanks=draw(lines) + '"""\\'),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(whole_designs())
def test_every_design_survives_toml_and_json(design):
    assert Design.from_toml_text(design.to_toml()) == design
    assert Design.from_dict(json.loads(json.dumps(design.to_dict()))) == design


def test_a_toml_file_can_ask_for_all_images_and_its_own_demographics():
    design = Design.from_toml_text(
        'images_per_emotion = "all"\n[[demographics]]\nkey = "glasses"\nlabel = "Do you wear glasses?"\n'
        'kind = "choice"\noptions = ["Yes", "No"]\n'
    )
    assert design.images_per_emotion is None
    assert design.demographics == (Demographic("glasses", "Do you wear glasses?", "choice", ("Yes", "No")),)


def test_the_paper_qualifies_by_40_images_at_75_percent_and_the_default_does_not():
    paper = preset("affectnet_plus_paper")
    assert (paper.qualification_images, paper.qualification_pass) == (40, 0.75)
    assert DEFAULT.qualification_images == 0


@pytest.mark.parametrize(
    "text",
    [
        "Hello <script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "&lt;iframe src=//x&gt;",
        "[here](javascript:alert(1))",
        "[here](java\nscript:alert(1))",
        "[here](&#106;avascript:alert(1))",
        "[x]: data:text/html,<b>",
        "<!-- hidden -->",
        "zero\u200bwidth",
        "right\u202eto left",
        "<SVG/onload=alert(1)>",
    ],
)
def test_a_text_with_a_script_in_it_is_refused(text):
    with pytest.raises(DesignError, match=r"texts\.consent holds"):
        Texts(consent=text)


@pytest.mark.parametrize(
    "text",
    [
        "Write to <me@lab.org> or see <https://lab.org/study>.",
        "**Bold**, 3 < 4 and 5 > 4, R&D.",
        "[the study](https://lab.org/a?b=1&c=2)",
        "1. one\n2. two\n\n> quoted",
        "The data: answers [see below](#data).",
    ],
)
def test_plain_markdown_is_a_text(text):
    assert Texts(consent=text).consent == text


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ("age", "must be a list"),
        ([3], "must be a table"),
        ([{"key": "age", "label": "Age"}], "without kind"),
        ([{"key": "My Age", "label": "Age", "kind": "number"}], "key = 'My Age'"),
        ([{"key": "age", "label": "", "kind": "number"}], "label = ''"),
        ([{"key": "age", "label": "Age", "kind": "date"}], "'date' is none of choice"),
        ([{"key": "age", "label": "Age", "kind": "choice", "options": ["one"]}], "needs 2 to"),
        ([{"key": "age", "label": "Age", "kind": "number", "options": ["1", "2"]}], "has no options"),
        ([{"key": "age", "label": "Age", "kind": "text", "colour": "red"}], "unknown key 'colour'"),
        ([{"key": "a", "label": "A", "kind": "text"}] * 2, "'a' is asked twice"),
    ],
)
def test_demographics_that_cannot_be_asked_are_refused(items, words):
    with pytest.raises(DesignError, match=words) as refused:
        Design.from_dict({"demographics": items})
    assert refused.value.key == "demographics"


def test_all_that_is_wrong_with_a_design_is_told_at_once_by_field():
    class Loose:
        def __init__(self, **values):
            self.__dict__.update({**DEFAULT.__dict__, **values})

    found = problems(Loose(name="No", ranks=(3, 1), training=1, attention_checks=-1, images=("a", "a")))
    assert {one.key for one in found} == {"name", "ranks", "training", "attention_checks", "images"}
    assert [one.key for one in problems(Loose(participants=2))] == ["overlap_design"]
    assert problems(DEFAULT) == []
