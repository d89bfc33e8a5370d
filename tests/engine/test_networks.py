import os
import subprocess
import sys

import pytest
import torch

from engine.devices import choose_device, network_dtype
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.network_names import NetworkName, foundation_names, network_names
from engine.networks import build, normalise
from engine.recipe import load_recipe
from tests.engine.conftest import ROOT


def test_the_papers_recipe_has_24_and_8_networks() -> None:
    names = network_names(load_recipe("paper"))
    assert [name.kind for name in names].count("ensemble") == 24
    assert [name.emotion for name in names[24:]] == list(EMOTIONS)
    assert len({name.stem for name in names}) == 32
    assert foundation_names(load_recipe("paper")) == []


def test_every_network_has_its_own_seed() -> None:
    names = network_names(load_recipe("paper"))
    assert len({tuple(name.seed(7).generate_state(2)) for name in names}) == 32
    assert names[0].seed(7).entropy != names[0].seed(8).entropy


@pytest.mark.parametrize(("kind", "classes", "units"), [("ensemble", 2, False), ("action_units", 2, True)])
def test_a_network_has_its_heads_in_fp32_even_under_autocast(kind, classes: int, units: bool) -> None:
    network = build(NetworkName(kind, "test_resnet", "Happy"), 32).eval()
    with torch.autocast("cpu", torch.bfloat16):
        logits, unit_logits = network(torch.zeros(3, 3, 32, 32))
    assert (logits.shape, logits.dtype) == ((3, classes), torch.float32)
    assert (unit_logits is not None) is units
    if unit_logits is not None:
        assert (unit_logits.shape, unit_logits.dtype) == ((3, 21), torch.float32)


def test_the_same_seed_gives_the_same_network() -> None:
    name = NetworkName("ensemble", "test_resnet", "Happy")
    one, two = (build(name, 32, generator_seed=5).state_dict() for _ in range(2))
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_each_backbone_brings_its_own_normalisation() -> None:
    imagenet = build(NetworkName("ensemble", "resnet10t", "Happy"), 32)
    half = build(NetworkName("ensemble", "test_resnet", "Happy"), 32)
    assert not torch.equal(imagenet.mean, half.mean)
    grey = torch.full((1, 3, 4, 4), 255, dtype=torch.uint8)
    expected = (1 - imagenet.mean) / imagenet.std
    assert torch.allclose(normalise(grey, imagenet.mean, imagenet.std)[0, :, 0, 0], expected)


def test_a_backbone_of_fixed_size_is_made_for_the_recipes_size() -> None:
    network = build(NetworkName("ensemble", "test_vit", "Happy"), 48).eval()
    assert network(torch.zeros(1, 3, 48, 48))[0].shape == (1, 2)


def test_an_unknown_backbone_is_refused_with_its_neighbours() -> None:
    with pytest.raises(EngineError, match="knows no backbone 'resnet5O'; perhaps resnet50"):
        build(NetworkName("ensemble", "resnet5O", "Happy"), 32)


def test_absent_pretrained_weights_say_how_to_go_on(tmp_path) -> None:
    code = (
        "from engine.network_names import NetworkName\nfrom engine.networks import build\n"
        "build(NetworkName('ensemble', 'resnet10t', 'Happy'), 32, pretrained=True)\n"
    )
    alone = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "TORCH_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)
    assert "go on without them: --no-pretrained" in done.stderr


def test_the_cpu_is_always_there_and_an_absent_gpu_is_refused() -> None:
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(EngineError, match="unknown device 'gpu'"):
        choose_device("gpu")
    with pytest.raises(EngineError, match="give --device cpu"):
        choose_device("cuda:99")


def test_grouped_convolutions_are_trained_in_fp32_on_a_cpu() -> None:
    network = build(NetworkName("ensemble", "mobilenetv3_small_050", "Happy"), 32)
    cpu = torch.device("cpu")
    assert network_dtype(network, cpu, "auto", training=True) is torch.float32
    assert network_dtype(network, cpu, "bf16", training=True) is torch.bfloat16
    assert network_dtype(network, cpu, "fp32", training=False) is torch.float32
