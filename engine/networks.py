"""The one-vs-rest networks: a timm backbone, a binary head, and in the AU classifier an action-unit head."""

import difflib
from typing import cast

import torch
from torch import nn

from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError
from engine.network_names import NetworkName
from engine.recipe import Recipe
from engine.timm_import import load_timm


class Network(nn.Module):
    """A backbone's pooled features, a head of classes (softmax), and perhaps 21 sigmoids.

    A one-vs-rest network has two classes, slot 0 positive; a foundation has the eight emotions.

    `mean` and `std` (3,) are the backbone's own normalisation, for values in 0..1. The heads compute in fp32
    whatever the backbone does.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, features: nn.Module, width: int, *, classes: int, with_units: bool) -> None:
        super().__init__()
        self.features = features
        self.classes = nn.Linear(width, classes)
        self.units = nn.Linear(width, len(ACTION_UNITS)) if with_units else None
        settings = cast("dict[str, tuple[float, ...]]", getattr(features, "pretrained_cfg", {}))
        self.register_buffer("mean", torch.tensor(settings.get("mean", (0.5,) * 3)), persistent=False)
        self.register_buffer("std", torch.tensor(settings.get("std", (0.5,) * 3)), persistent=False)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Logits (n, classes) and (n, 21) in fp32, the second None without that head."""
        features = self.features(images)
        with torch.autocast(images.device.type, enabled=False):
            wide = features.float()
            return self.classes(wide), None if self.units is None else self.units(wide)


def build(
    name: NetworkName, size: int, *, pretrained: bool = False, generator_seed: int | None = None
) -> Network:
    """A network for `size` x `size` images, its weights new or ImageNet's.

    Raises EngineError for an unknown backbone, one that cannot take this size, and pretrained weights that
    cannot be had.
    """
    if generator_seed is not None:
        torch.manual_seed(generator_seed)
    features = _backbone(name.backbone, size, pretrained)
    width = int(getattr(features, "head_hidden_size", None) or features.num_features)  # type: ignore[arg-type]
    classes = len(EMOTIONS) if name.kind in ("foundation", "baseline") else 2
    with_units = name.kind in ("action_units", "foundation")
    return Network(features, width, classes=classes, with_units=with_units)


def normalise(batch: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """Bytes (n, 3, h, w), or floats in 0..255, as a backbone wants them, channels last in memory."""
    shift, scale = mean.view(1, 3, 1, 1) * 255, std.view(1, 3, 1, 1) * 255
    return ((batch.float() - shift) / scale).contiguous(memory_format=torch.channels_last)


def check_backbones(recipe: Recipe) -> None:
    """Refuse a recipe whose backbones timm does not know, before any work is done; raises EngineError."""
    for name in (*recipe.backbones, recipe.au_backbone):
        _check_backbone(name)


def _check_backbone(name: str) -> None:
    timm = load_timm()
    if not timm.is_model(name):
        near = difflib.get_close_matches(name, timm.list_models(), 3)
        hint = f"; perhaps {' or '.join(near)}" if near else ""
        raise EngineError(f"timm {timm.__version__} knows no backbone {name!r}{hint}")


def _backbone(name: str, size: int, pretrained: bool) -> nn.Module:
    timm = load_timm()
    _check_backbone(name)
    fixed = timm.get_pretrained_cfg_value(name, "fixed_input_size")
    options = {"img_size": size} if fixed else {}
    try:
        return cast("nn.Module", timm.create_model(name, pretrained=pretrained, num_classes=0, **options))
    except Exception as problem:  # timm passes on what its hub, the network and the file system raise
        if not pretrained:
            raise EngineError(
                f"backbone {name!r} cannot be made for {size} px images: {problem}"
            ) from problem
        reason = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        raise EngineError(
            f"the pretrained weights of {name} cannot be had ({reason}); connect to the internet, or go on "
            f"without them: --no-pretrained, or pretrained = false in the recipe (it then needs more epochs)"
        ) from problem
