import numpy as np
import pandas as pd
import pytest

from engine.annotations import (
    HUMAN_COLUMNS,
    AnnotationError,
    draw_test_set,
    human_distribution,
    multi_annotated_set,
    read_annotations,
    validate,
)
from engine.emfacs import EMOTIONS


def votes(**images: list[str]) -> pd.DataFrame:
    rows = [
        (image, f"A{place}", label) for image, labels in images.items() for place, label in enumerate(labels)
    ]
    return validate(pd.DataFrame(rows, columns=["image", "annotator", "label"]))


def test_the_majority_is_the_label():
    found = multi_annotated_set(votes(a=["Sad", "Happy", "Happy"])).emotions.iloc[0]
    assert (found["label"], found["agreeing"], found["annotators"]) == ("Happy", 2, 3)
    assert not found["unanimous"]
    assert found["decided_by"] == "majority"


def test_a_tie_goes_to_the_keyword():
    keywords = pd.Series({"a": "Fear", "b": "Anger", "other": "Sad"})
    found = multi_annotated_set(votes(a=["Sad", "Fear"], b=["Sad", "Fear"]), keywords).emotions
    assert found["label"].tolist() == ["Fear", "Sad"]
    assert found["decided_by"].tolist() == ["keyword", "first"]  # Anger had no vote for b


def test_a_tie_without_a_keyword_goes_to_the_label_given_first():
    frame = pd.DataFrame(
        {
            "image": ["a"] * 3,
            "annotator": ["A1", "A2", "A3"],
            "label": ["Sad", "Fear", "Sad"],
            "annotated_at": ["2026-01-03T10:00:00", "2026-01-01T10:00:00", "2026-01-02T10:00:00"],
        }
    )
    found = multi_annotated_set(validate(frame.iloc[[0, 1]])).emotions.iloc[0]
    assert (found["label"], found["decided_by"]) == ("Fear", "first")


def test_ties_can_be_left_undecided():
    mas = multi_annotated_set(votes(a=["Sad", "Fear"], b=["Sad", "Sad"]), tie_rule="undecided")
    assert mas.undecided["image"].tolist() == ["a"]
    assert mas.emotions["image"].tolist() == ["b"]


def test_none_uncertain_and_non_face_are_kept_apart():
    mas = multi_annotated_set(
        votes(a=["None", "None"], b=["Non-Face", "Uncertain", "Uncertain"], c=["Sad", "Sad"])
    )
    assert mas.others["label"].tolist() == ["None", "Uncertain"]
    assert mas.emotions["image"].tolist() == ["c"]


def test_images_with_too_few_annotators_are_named():
    mas = multi_annotated_set(votes(a=["Sad"], b=["Sad", "Sad"]))
    assert mas.too_few == ("a",)


def test_every_image_is_in_exactly_one_part():
    rng = np.random.default_rng(5)
    labels = [*EMOTIONS, "None", "Uncertain"]
    images = {f"i{n}": list(rng.choice(labels, rng.integers(1, 6))) for n in range(300)}
    for rule in ("first", "undecided"):
        mas = multi_annotated_set(votes(**images), tie_rule=rule)
        parts = [*mas.emotions["image"], *mas.others["image"], *mas.undecided["image"], *mas.too_few]
        assert sorted(parts) == sorted(images)


def test_the_human_distribution_shares_the_emotion_votes_alone():
    found = human_distribution(votes(a=["Sad", "Happy", "Happy", "None"], b=["None", "None"]))
    row = found.iloc[0]
    assert (row["human_happy"], row["human_sad"], row["votes"]) == (
        pytest.approx(2 / 3),
        pytest.approx(1 / 3),
        3,
    )
    assert found.loc[1, list(HUMAN_COLUMNS)].isna().all()
    assert found.loc[1, "votes"] == 0


def test_the_test_set_is_unanimous_and_even():
    images = {f"{emotion}{n}": [emotion] * 2 for emotion in EMOTIONS for n in range(6)}
    images |= {f"split{n}": ["Sad", "Sad", "Fear"] for n in range(20)}
    mas = multi_annotated_set(votes(**images))
    chosen = mas.emotions[draw_test_set(mas, np.random.default_rng(0), per_emotion=4)]
    assert chosen["unanimous"].all()
    assert chosen["label"].value_counts().to_dict() == dict.fromkeys(EMOTIONS, 4)


def test_a_test_set_that_is_too_large_is_refused():
    mas = multi_annotated_set(votes(a=["Neutral"] * 2))
    with pytest.raises(AnnotationError, match=r"100 images of Neutral.*there are 1"):
        draw_test_set(mas, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a", "A1", "Bored")], "'Bored' in row 1"),
        ([("a", "A1", "Sad"), ("a", "A1", "Happy")], "second label of 'A1' for image 'a' in row 2"),
        ([("a", "A1", None)], "no label in row 1"),
    ],
)
def test_wrong_annotations_are_named(rows, message):
    with pytest.raises(AnnotationError, match=message):
        validate(pd.DataFrame(rows, columns=["image", "annotator", "label"]))


def test_annotations_are_read_from_csv(tmp_path):
    (tmp_path / "a.csv").write_text("image,annotator,label,annotated_at\n01,7,None,2026-01-01T00:00:00\n")
    frame = read_annotations(tmp_path / "a.csv")
    assert frame[["image", "annotator", "label"]].iloc[0].tolist() == ["01", "7", "None"]


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(AnnotationError, match="'annotator'"):
        validate(pd.DataFrame({"image": [], "label": []}))


def test_no_annotations_make_an_empty_set():
    nothing = validate(pd.DataFrame({"image": [], "annotator": [], "label": []}))
    mas = multi_annotated_set(nothing)
    assert len(mas.emotions) == len(mas.others) == len(mas.undecided) == len(mas.too_few) == 0
    assert human_distribution(nothing).empty
