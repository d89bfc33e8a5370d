"""Training one network, and asking it."""

import io
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from engine.augmentation import augment
from engine.decoding import Pixels
from engine.devices import autocast
from engine.networks import Network, normalise
from engine.recipe import ImageSettings, TrainingSettings

_SECONDS_BETWEEN_CHECKPOINTS = 20.0


@dataclass(frozen=True)
class Examples:
    """What one network learns from: images, and for each row of `rows` its targets.

    `pixels` (images, s, s, 3) holds every image; `rows` (n,) are this network's. `classes` (n, k) is
    how much each row belongs to each class, summing to 1; a one-vs-rest network has two, its emotion and the
    rest. `units` (n, 21) are its label's action units, `has_units` (n,) whether they are known (they are not
    for None, Uncertain and Non-Face). `scores` says that the classes are eight scores, each in 0..1 of its
    own, to be learnt as sigmoids by their squared error.
    """

    pixels: Pixels
    rows: npt.NDArray[np.int64]
    classes: npt.NDArray[np.float32]
    units: npt.NDArray[np.float32]
    has_units: npt.NDArray[np.bool_]
    scores: bool = False


@dataclass(frozen=True)
class Fit:
    """How a network is trained: its settings, its source of randomness, device and number format."""

    settings: TrainingSettings
    images: ImageSettings
    seed: np.random.SeedSequence
    device: torch.device
    dtype: torch.dtype


Report = Callable[[int, int, float], None]
"""Called after each batch with epoch (from 1), batches so far and the epoch's mean loss; may raise."""


def batches_per_epoch(rows: int, batch: int) -> int:
    """Number of batches of at most `batch` rows that an epoch is cut into, evenly."""
    return max(1, math.ceil(rows / batch))


def train(
    network: Network, examples: Examples, fit: Fit, report: Report, checkpoint: Path | None = None
) -> float:
    """Train a network in place and return the last epoch's mean loss.

    The loss is the class head's cross-entropy plus, where there is an action-unit head, binary cross-entropy
    summed over the 21 units (Eq. 7), both means over the images. Where `checkpoint` exists, training goes on
    with the epoch after it, and ends with the very weights that an uninterrupted training gives.
    """
    network.to(fit.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = _optimiser(network, fit.settings)
    first, loss = _resume(network, optimiser, fit.device, checkpoint)
    saved = time.monotonic()
    for epoch in range(first, fit.settings.epochs):
        loss = _train_epoch(network, examples, fit, optimiser, epoch, report)
        if checkpoint and time.monotonic() - saved > _SECONDS_BETWEEN_CHECKPOINTS:
            _save(network, optimiser, epoch, loss, checkpoint)
            saved = time.monotonic()
    return loss


def learning_rate(settings: TrainingSettings, step: int, steps: int) -> float:
    """The learning rate of batch `step` (from 0) of `steps`."""
    if settings.schedule == "keras":
        return settings.learning_rate / (1 + settings.decay * step)
    if settings.schedule == "constant":
        return settings.learning_rate
    warm = max(1, round(0.2 * steps))
    if step < warm:
        return settings.learning_rate * (step + 1) / warm
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


@torch.inference_mode()
def predict(
    network: Network, pixels: Pixels, device: torch.device, dtype: torch.dtype, batch: int = 128
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]:
    """Probability (n,) of the network's emotion and its action units (n, 21) for images (n, s, s, 3)."""
    classes, units = logits(network, pixels, device, dtype, batch)
    positive = functional.softmax(classes.double(), dim=1)[:, 0].numpy()
    return positive, None if units is None else torch.sigmoid(units.double()).numpy()


@torch.inference_mode()
def logits(
    network: Network, pixels: Pixels, device: torch.device, dtype: torch.dtype, batch: int = 128
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The network's logits for images (n, s, s, 3), on the CPU: (n, classes), and (n, 21) or None."""
    network.eval()
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    outputs = []
    for start in range(0, len(pixels), batch):
        images = normalise(to_tensor(pixels[start : start + batch], device), network.mean, network.std)
        with autocast(device, dtype):
            outputs.append(network(images))
    classes = torch.cat([output[0].cpu() for output in outputs])
    return classes, None if network.units is None else torch.cat([output[1].cpu() for output in outputs])


def to_tensor(pixels: Pixels, device: torch.device) -> torch.Tensor:
    """Bytes (n, s, s, 3) as a channels-last (n, 3, s, s) tensor on the device."""
    return torch.from_numpy(np.array(pixels, order="C")).to(device).permute(0, 3, 1, 2)


def _train_epoch(
    network: Network,
    examples: Examples,
    fit: Fit,
    optimiser: torch.optim.Optimizer,
    epoch: int,
    report: Report,
) -> float:
    # Every epoch has its own source of randomness, so that one resumed is the same as one gone through.
    entropy = np.random.SeedSequence([*fit.seed.generate_state(4), epoch])
    rng = np.random.default_rng(entropy)
    torch.manual_seed(int(entropy.generate_state(1)[0]))
    generator = torch.Generator().manual_seed(int(entropy.generate_state(2)[1]))
    count = batches_per_epoch(len(examples.rows), fit.settings.batch)
    network.train()
    total = torch.zeros((), device=fit.device)
    for number, chosen in enumerate(np.array_split(rng.permutation(len(examples.rows)), count)):
        step = epoch * count + number
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(fit.settings, step, fit.settings.epochs * count)
        total += _train_batch(network, examples, np.sort(chosen), fit, optimiser, generator)
        report(epoch + 1, step + 1, float(total) / (number + 1))
    return float(total) / count


def _train_batch(
    network: Network,
    examples: Examples,
    chosen: npt.NDArray[np.int64],
    fit: Fit,
    optimiser: torch.optim.Optimizer,
    generator: torch.Generator,
) -> torch.Tensor:
    bytes_ = to_tensor(examples.pixels[examples.rows[chosen]], fit.device)
    images = normalise(augment(bytes_, fit.images, generator), network.mean, network.std)
    classes = torch.from_numpy(examples.classes[chosen]).to(fit.device)
    with autocast(fit.device, fit.dtype):
        class_logits, unit_logits = network(images)
    if examples.scores:
        loss = functional.mse_loss(torch.sigmoid(class_logits), classes)
    else:
        loss = functional.cross_entropy(class_logits, classes)
    if unit_logits is not None:
        target = torch.from_numpy(examples.units[chosen]).to(fit.device)
        known = torch.from_numpy(examples.has_units[chosen].astype(np.float32)).to(fit.device)
        each = functional.binary_cross_entropy_with_logits(unit_logits, target, reduction="none").sum(dim=1)
        loss = loss + (each * known).mean()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return loss.detach()


def _optimiser(network: Network, settings: TrainingSettings) -> torch.optim.Optimizer:
    weights = [weight for weight in network.parameters() if weight.ndim > 1]
    rest = [weight for weight in network.parameters() if weight.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": weights, "weight_decay": settings.weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    if settings.optimiser == "sgd":
        return torch.optim.SGD(groups, settings.learning_rate, momentum=settings.betas[0])
    kind = torch.optim.Adam if settings.optimiser == "adam" else torch.optim.AdamW
    return kind(groups, settings.learning_rate, betas=settings.betas)


def _save(
    network: Network, optimiser: torch.optim.Optimizer, epoch: int, loss: float, checkpoint: Path
) -> None:
    unfinished = checkpoint.with_suffix(".unfinished")
    state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
    # Written by ourselves, so that a full disk is an OSError like any other.
    content = io.BytesIO()
    torch.save({**state, "epoch": epoch, "loss": loss}, content)
    unfinished.write_bytes(content.getbuffer())
    unfinished.replace(checkpoint)


def _resume(
    network: Network, optimiser: torch.optim.Optimizer, device: torch.device, checkpoint: Path | None
) -> tuple[int, float]:
    if checkpoint is None or not checkpoint.is_file():
        return 0, math.nan
    state = torch.load(checkpoint, map_location=device, weights_only=True)
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["epoch"]) + 1, float(state["loss"])
