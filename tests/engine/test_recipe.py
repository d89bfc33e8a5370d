from pathlib import Path

import pytest

from engine.recipe import RecipeError, load_recipe, recipe_from, recipe_names


def test_three_recipes_come_with_the_engine() -> None:
    assert recipe_names() == ["demo", "paper", "single"]


def test_the_papers_recipe_is_the_papers() -> None:
    recipe = load_recipe("paper")
    assert recipe.backbones == ("resnet50", "tf_efficientnet_b3", "legacy_xception")
    assert (recipe.au_backbone, recipe.images.size, recipe.confidence.test_images) == ("resnet50", 224, 100)
    ensemble, units = recipe.ensemble, recipe.action_units
    assert (ensemble.optimiser, ensemble.learning_rate, ensemble.betas) == ("adam", 1e-3, (0.9, 0.999))
    assert (ensemble.decay, ensemble.epochs, ensemble.batch) == (1e-5, 25, 50)
    assert (units.learning_rate, units.decay, units.epochs, units.batch) == (1e-4, 1e-6, 40, 50)
    assert (recipe.sampling.negatives, recipe.sampling.random_share) == (1.0, 0.2)


@pytest.mark.parametrize("name", ["demo", "paper", "single"])
def test_a_recipe_survives_being_written_and_read(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe_from(recipe.as_dict()) == recipe
    assert recipe_from(recipe.as_dict()).fingerprint() == recipe.fingerprint()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("ensemble.epoch=5", "unknown setting 'ensemble.epoch'; known are learning_rate, epochs"),
        ("speed=5", "unknown setting 'speed'"),
        ("images.size=4", "images.size is 4; it must lie in 16..2048"),
        ("images.size=48.5", "images.size is 48.5; it must be a whole number"),
        ("images.flip=1", "images.flip is 1; it must be true or false"),
        ("confidence.reading=other", "confidence.reading is 'other'; choose one of balanced, printed"),
        ("labels=3", "labels is 3; it must be a table"),
        ("ensemble.betas=[0.9]", r"ensemble.betas is \[0.9\]; it must be a list of 2"),
        ("backbones=[]", "backbones is"),
        ("images", "'images' changes no setting"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(change: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        load_recipe("demo", [change])


def test_one_setting_can_be_changed() -> None:
    recipe = load_recipe("demo", ["ensemble.epochs=3", "labels.similarity=normalised", "pretrained=true"])
    assert (recipe.ensemble.epochs, recipe.labels.similarity, recipe.pretrained) == (3, "normalised", True)


def test_a_recipe_without_a_needed_setting_says_which(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('au_backbone = "resnet50"\n')
    with pytest.raises(RecipeError, match="'backbones' is missing"):
        load_recipe(file)


def test_a_file_that_is_no_toml_and_a_name_that_is_no_recipe_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("a = = 3")
    with pytest.raises(RecipeError, match="is no toml"):
        load_recipe(file)
    with pytest.raises(RecipeError, match="give one of demo, paper, single"):
        load_recipe("papers")
