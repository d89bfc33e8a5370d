"""Varying the training images, on whatever device they are."""

import math

import torch
from torch.nn import functional

from engine.feeding import to_device
from engine.recipe import ImageSettings


def augment(batch: torch.Tensor, settings: ImageSettings, generator: torch.Generator) -> torch.Tensor:
    """Images (n, 3, s, s) in 0..255, each moved and lit its own way, as float32.

    `generator` is a CPU generator, so that every device draws the same variations. Beyond the image its edge
    goes on.
    """
    images = batch.float()
    if settings.flip or settings.shift or settings.rotate or settings.zoom:
        images = _move(images, settings, generator)
    if settings.brightness or settings.contrast:
        images = _light(images, settings, generator)
    return images


def _move(images: torch.Tensor, settings: ImageSettings, generator: torch.Generator) -> torch.Tensor:
    count = len(images)
    angle = _between(count, settings.rotate * math.pi / 180, generator)
    zoom = 1 + _between(count, settings.zoom, generator)
    mirror = torch.ones(count)
    if settings.flip:
        mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    # affine_grid measures shifts in half sides.
    right, down = (_between(count, 2 * settings.shift, generator) for _ in range(2))
    cosine, sine = zoom * torch.cos(angle), zoom * torch.sin(angle)
    matrix = torch.stack([cosine * mirror, -sine, right, sine * mirror, cosine, down], dim=1).view(
        count, 2, 3
    )
    grid = functional.affine_grid(to_device(matrix, images.device), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _light(images: torch.Tensor, settings: ImageSettings, generator: torch.Generator) -> torch.Tensor:
    count = len(images)
    contrast = to_device(
        (1 + _between(count, settings.contrast, generator)).view(count, 1, 1, 1), images.device
    )
    light = 255 * _between(count, settings.brightness, generator).view(count, 1, 1, 1)
    brightness = to_device(light, images.device)
    return ((images - 127.5) * contrast + 127.5 + brightness).clamp_(0, 255)


def _between(count: int, most: float, generator: torch.Generator) -> torch.Tensor:
    return (torch.rand(count, generator=generator) * 2 - 1) * most
