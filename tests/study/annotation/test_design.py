import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.annotation.design import SECONDS, AnnotationDesign
from study.annotation.responses import FORMS, form_of, read_response
from study.design.errors import DesignError
from study.errors import InvalidPostError, StudyError

SCORES = [0.0, 0.5, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("form", FORMS)
def test_a_design_survives_toml_and_brings_the_texts_and_seconds_of_its_form(form):
    design = AnnotationDesign.from_dict({"form": form, "images": ["a", "b"], "splits": ["train"]})
    assert AnnotationDesign.from_toml_text(design.to_toml()) == design
    assert AnnotationDesign.from_dict(design.to_dict()) == design
    assert design.seconds_per_question == SECONDS[form]
    others = [AnnotationDesign.from_dict({"form": one}).texts for one in FORMS if one != form]
    assert all(design.texts.instructions != other.instructions for other in others)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"form": "both"}, "form"),
        ({"name": "With Spaces"}, "name"),
        ({"participants": 0}, "participants"),
        ({"participants": True}, "participants"),
        ({"annotators_per_image": 7}, "annotators_per_image"),
        ({"self_repeats": 1.5}, "self_repeats"),
        ({"hard_labels": ["Joy"]}, "hard_labels"),
        ({"images": ["a", "a"]}, "images"),
        ({"images": ["a"], "sample": 3}, "sample"),
        ({"images": ["a"], "selection": "mine"}, "selection"),
        ({"texts": {"consent": "<script>alert(1)</script>"}}, "texts.consent"),
        ({"overlap": 0.1}, "overlap"),
    ],
)
def test_a_value_that_no_task_can_have_is_named(values, key):
    with pytest.raises(DesignError) as refused:
        AnnotationDesign.from_dict(values)
    assert refused.value.key == key


def test_a_file_that_is_not_there_or_no_toml_is_told(tmp_path):
    with pytest.raises(StudyError, match="cannot read"):
        AnnotationDesign.from_toml(tmp_path / "none.toml")
    (tmp_path / "wrong.toml").write_text("form = ")
    with pytest.raises(StudyError, match="not TOML"):
        AnnotationDesign.from_toml(tmp_path / "wrong.toml")


@pytest.mark.parametrize(
    ("response", "form"),
    [
        ({"label": "Non-Face"}, "hard_label"),
        ({"scores": SCORES}, "soft_label"),
        ({"arousal": -1, "valence": 1.0}, "affect"),
    ],
)
def test_a_response_is_read_in_its_form(response, form):
    read = read_response(response)
    assert form_of(read) == form
    assert read == response


@pytest.mark.parametrize(
    ("response", "word"),
    [
        (None, "JSON object"),
        ("Happy", "JSON object"),
        ({}, "label alone"),
        ({"label": "Happy", "scores": SCORES}, "label alone"),
        ({"label": "happy"}, "response.label"),
        ({"label": ["Happy"]}, "response.label"),
        ({"scores": SCORES[:7]}, "8 numbers"),
        ({"scores": [*SCORES[:7], 1.01]}, "response.scores"),
        ({"scores": [*SCORES[:7], "1"]}, "response.scores"),
        ({"scores": [*SCORES[:7], True]}, "response.scores"),
        ({"scores": [*SCORES[:7], float("nan")]}, "response.scores"),
        ({"scores": [*SCORES[:7], 10**400]}, "response.scores"),
        ({"valence": 0.5}, "label alone"),
        ({"valence": 0.5, "arousal": -1.2}, "response.arousal"),
        ({"valence": None, "arousal": 0}, "response.valence"),
    ],
)
def test_what_is_no_response_is_refused_with_its_reason(response, word):
    with pytest.raises(InvalidPostError, match=word):
        read_response(response)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda one: (
            st.lists(one) | st.dictionaries(st.sampled_from(["label", "scores", "valence", "arousal"]), one)
        ),
    )
)
def test_whatever_is_posted_is_read_or_refused(value):
    try:
        read = read_response(value)
    except InvalidPostError:
        return
    assert form_of(read) in FORMS
