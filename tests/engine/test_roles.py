import dataclasses

import pandas as pd
import pytest

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.recipe import Recipe
from engine.roles import assign_roles, confidence_role


def manifest(per_emotion: int = 10) -> pd.DataFrame:
    rows = [
        {
            "image": f"{emotion}{number}",
            "path": f"{emotion}{number}.jpg",
            "hard_label": emotion,
            "split": "train",
        }
        for emotion in EMOTIONS
        for number in range(per_emotion)
    ]
    unseen = {"image": "unseen", "path": "unseen.jpg", "hard_label": "Happy", "split": "validation"}
    return pd.DataFrame([*rows, unseen])


def votes(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"image": image, "annotator": who, "label": label}
            for image, label in zip(frame["image"], frame["hard_label"], strict=True)
            for who in ("ann", "bob", "cyd")
        ]
    )


def test_the_test_set_is_drawn_and_the_rest_of_the_split_trains(tiny_recipe: Recipe) -> None:
    found = assign_roles(manifest(), None, tiny_recipe)
    assert found["role"].value_counts().to_dict() == {"train": 64, "test": 16}
    assert found[found["role"] == "test"]["label"].value_counts().to_dict() == dict.fromkeys(EMOTIONS, 2)
    assert "unseen" not in set(found["image"])


def test_the_majority_of_the_votes_is_the_label_and_only_unanimous_images_are_tested(
    tiny_recipe: Recipe,
) -> None:
    cast = votes(manifest())
    disputed = cast["image"].isin([f"Happy{number}" for number in range(8)]) & (cast["annotator"] == "cyd")
    cast.loc[disputed, "label"] = "Sad"
    found = assign_roles(manifest(), cast, tiny_recipe).set_index("image")
    assert found.loc["Happy0", "label"] == "Happy"
    assert set(found[(found["role"] == "test") & (found["label"] == "Happy")].index) == {"Happy8", "Happy9"}


def test_other_labels_are_left_out_unless_the_recipe_wants_them(tiny_recipe: Recipe) -> None:
    cast = votes(manifest())
    cast.loc[cast["image"] == "Anger0", "label"] = "Uncertain"
    others = dataclasses.replace(tiny_recipe.sampling, others=True)
    without = assign_roles(manifest(), cast, tiny_recipe)
    with_them = assign_roles(manifest(), cast, dataclasses.replace(tiny_recipe, sampling=others))
    assert "Anger0" not in set(without["image"])
    assert with_them.set_index("image").loc["Anger0", ["label", "role"]].tolist() == ["Uncertain", "train"]


def test_a_calibration_split_is_apart_from_the_test_set(tiny_recipe: Recipe) -> None:
    settings = dataclasses.replace(tiny_recipe.confidence, images="calibration", calibration_share=0.25)
    recipe = dataclasses.replace(tiny_recipe, confidence=settings)
    found = assign_roles(manifest(), None, recipe)
    assert found["role"].value_counts().to_dict() == {"train": 48, "test": 16, "calibration": 16}
    assert (confidence_role(recipe), confidence_role(tiny_recipe)) == ("calibration", "test")


def test_the_same_seed_draws_the_same_test_set(tiny_recipe: Recipe) -> None:
    one, two = (assign_roles(manifest(), None, tiny_recipe) for _ in range(2))
    other = assign_roles(manifest(), None, dataclasses.replace(tiny_recipe, seed=99))
    pd.testing.assert_frame_equal(one, two)
    assert not one["role"].equals(other["role"])


def test_an_emotion_with_too_few_images_is_named(tiny_recipe: Recipe) -> None:
    calibrated = dataclasses.replace(tiny_recipe.confidence, images="calibration")
    with pytest.raises(EngineError, match="too few training images of Neutral, Happy"):
        assign_roles(manifest(4), None, dataclasses.replace(tiny_recipe, confidence=calibrated))


def test_a_test_set_that_an_emotion_cannot_give_is_refused_with_the_one_that_all_could(
    tiny_recipe: Recipe,
) -> None:
    frame = manifest()
    few = frame.drop(frame.index[frame["hard_label"] == "Fear"][3:])
    with pytest.raises(EngineError, match=r"too few has Fear \(3, 3 .*--set confidence.test_images=1$"):
        assign_roles(few, None, tiny_recipe)
    none = frame[frame["hard_label"] != "Contempt"]
    with pytest.raises(EngineError, match=r"too few has Contempt \(0, 0 of them unanimous\). Add images$"):
        assign_roles(none, None, tiny_recipe)
    disputed = votes(frame)
    disputed.loc[disputed["image"].str.match("Sad[1-9]") & (disputed["annotator"] == "ann"), "label"] = "Fear"
    with pytest.raises(EngineError, match=r"Sad \(10, 1 of them unanimous\)"):
        assign_roles(frame, disputed, tiny_recipe)


def test_votes_for_other_images_are_refused(tiny_recipe: Recipe) -> None:
    cast = votes(manifest()).assign(image="elsewhere").drop_duplicates("annotator")
    with pytest.raises(EngineError, match="name no image"):
        assign_roles(manifest(), cast, tiny_recipe)
