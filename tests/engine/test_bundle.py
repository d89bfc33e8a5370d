import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.bundle import BundleError, open_bundle
from engine.recipe import Recipe


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny_bundle, tmp_path / "copy")
    return tmp_path / "copy"


def edit(bundle: Path, **changes: object) -> None:
    file = bundle / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_an_opened_bundle_tells_its_recipe_scores_and_roles(bundle: Path, tiny_recipe: Recipe) -> None:
    opened = open_bundle(bundle)
    assert (opened.name, opened.recipe) == ("copy", tiny_recipe)
    assert opened.ensemble_confidence.shape == (2, 8)
    assert opened.au_confidence.shape == (8,)
    assert opened.roles()["role"].value_counts().to_dict() == {"train": 56, "test": 16}


def test_every_network_can_be_read(bundle: Path) -> None:
    opened = open_bundle(bundle)
    assert len([opened.load(name) for name in opened.network_names]) == 24


def test_a_folder_without_a_bundle_and_an_unfinished_training_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="holds no bundle"):
        open_bundle(tmp_path)
    (tmp_path / "unfinished").mkdir()
    with pytest.raises(BundleError, match="run the same"):
        open_bundle(tmp_path)


def test_another_format_is_refused_with_its_number(bundle: Path) -> None:
    edit(bundle, format=99)
    with pytest.raises(BundleError, match="format 99, and this engine reads format 1; install the newer"):
        open_bundle(bundle)


def test_a_recipe_of_another_engine_is_refused(bundle: Path) -> None:
    edit(bundle, recipe={"name": "new", "colour": "red"})
    with pytest.raises(BundleError, match="unknown setting 'colour'"):
        open_bundle(bundle)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "\x00"])
def test_a_damaged_description_is_refused(bundle: Path, text: str) -> None:
    (bundle / "bundle.json").write_text(text)
    with pytest.raises(BundleError, match=r"bundle\.json"):
        open_bundle(bundle)


def test_a_confidence_score_beyond_one_is_refused(bundle: Path) -> None:
    confidence = json.loads((bundle / "bundle.json").read_text())["confidence"]
    confidence["action_units"]["Happy"] = 1.5
    edit(bundle, confidence=confidence)
    with pytest.raises(BundleError, match=r"outside 0\.\.1"):
        open_bundle(bundle)


def test_a_missing_network_is_named(bundle: Path) -> None:
    (bundle / "networks" / "ensemble-test_resnet-fear.safetensors").unlink()
    with pytest.raises(BundleError, match="lacks the network ensemble-test_resnet-fear"):
        open_bundle(bundle)


def test_a_cut_network_is_refused_at_once_and_a_changed_one_when_it_is_read(bundle: Path) -> None:
    opened = open_bundle(bundle)
    file = bundle / "networks" / "ensemble-test_resnet-fear.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 255
    file.write_bytes(content)
    name = next(name for name in opened.network_names if name.stem == "ensemble-test_resnet-fear")
    with pytest.raises(BundleError, match="checksum"):
        opened.load(name)
    file.write_bytes(content[:-10])
    with pytest.raises(BundleError, match="is damaged: it has"):
        open_bundle(bundle)


def test_confidence_scores_follow_from_the_counts_on_the_test_set(bundle: Path) -> None:
    contents = open_bundle(bundle).contents
    for backbone, counts in contents["counts"]["ensemble"].items():
        for emotion, c in counts.items():
            expected = (c["tp"] / (c["tp"] + c["fn"]) + c["tn"] / (c["tn"] + c["fp"])) / 2
            assert np.isclose(contents["confidence"]["ensemble"][backbone][emotion], expected)
            assert sum(c.values()) == 16
