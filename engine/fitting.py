"""Training one network, and asking it."""

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

from engine import checkpoints
from engine.augmentation import augment
from engine.checkpoints import Place
from engine.decoding import Pixels
from engine.devices import autocast
from engine.errors import EngineError
from engine.feeding import ahead_for, fetched, to_device
from engine.memory import memory_told
from engine.networks import Network, normalise
from engine.recipe import ImageSettings, TrainingSettings

_SECONDS_BETWEEN_CHECKPOINTS = 20.0
# Within an epoch a checkpoint must hold the state of every source of randomness too, and copies the weights
# from the device while nothing else runs: less often is enough.
_SECONDS_BETWEEN_CHECKPOINTS_WITHIN = 300.0
# Asking a GPU for the loss waits until it has done all that it was given.
_SECONDS_BETWEEN_LOSSES = 0.5


class LossError(EngineError):
    """A training whose loss is no number any more."""


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
    """How a network is trained: its settings, its source of randomness, device and number format.

    `section` is where the recipe keeps these settings.
    """

    settings: TrainingSettings
    images: ImageSettings
    seed: np.random.SeedSequence
    device: torch.device
    dtype: torch.dtype
    section: str = "ensemble"


Report = Callable[[int, int, float], None]
"""Called with epoch (from 1), batches so far and the epoch's mean loss, after each batch (on a GPU twice a
second) and at the end of each epoch; may raise."""

Epoch = Callable[[int, float], None]
"""Called at the end of an epoch with its number (from 1) and its mean loss, the network as it then is."""


def batches_per_epoch(rows: int, batch: int) -> int:
    """Number of batches of at most `batch` rows that an epoch is cut into, evenly."""
    return max(1, math.ceil(rows / batch))


def train(
    network: Network,
    examples: Examples,
    fit: Fit,
    report: Report,
    checkpoint: Path | None = None,
    after_epoch: Epoch = lambda *_: None,
) -> float:
    """Train a network in place and return the last epoch's mean loss.

    The loss is the class head's cross-entropy plus, where there is an action-unit head, binary cross-entropy
    summed over the 21 units (Eq. 7), both means over the images. Where `checkpoint` exists, training goes on
    from there, and ends with the very weights that an uninterrupted training gives. Raises LossError where
    the loss is no number any more, and EngineError where the device's memory is full.
    """
    batch = fit.settings.batch
    advice = (
        f"train in smaller batches than {batch}, such as --set {fit.section}.batch={max(2, batch // 2)}, "
    )
    advice += "into another --out, or with fewer --workers"
    with memory_told(fit.device, advice):
        network.to(fit.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = _optimiser(network, fit.settings)
        place = checkpoints.resume(network, optimiser, checkpoint)
        while place.epoch < fit.settings.epochs:
            _train_epoch(network, examples, fit, optimiser, place, report, checkpoint)
            after_epoch(place.epoch, place.loss)
            if checkpoint and time.monotonic() - place.saved > _SECONDS_BETWEEN_CHECKPOINTS:
                checkpoints.save(network, optimiser, place, checkpoint)
    return place.loss


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
    return to_device(np.require(np.asarray(pixels), requirements=["C", "W"]), device).permute(0, 3, 1, 2)


@dataclass(frozen=True)
class _Batch:
    """Some examples on the device: bytes (n, 3, s, s) and their targets; `known` (n,) marks known units."""

    pixels: torch.Tensor
    classes: torch.Tensor
    units: torch.Tensor
    known: torch.Tensor


def _train_epoch(
    network: Network,
    examples: Examples,
    fit: Fit,
    optimiser: torch.optim.Optimizer,
    place: Place,
    report: Report,
    checkpoint: Path | None,
) -> None:
    """Train from `place` to the end of its epoch, and move it to the beginning of the next."""
    # Every epoch has its own source of randomness, so that one resumed is the same as one gone through.
    entropy = np.random.SeedSequence([*fit.seed.generate_state(4), place.epoch])
    torch.manual_seed(int(entropy.generate_state(1)[0]))
    generator = torch.Generator().manual_seed(int(entropy.generate_state(2)[1]))
    cut = _cut(examples, fit, entropy)
    place.set_states(generator, fit.device)
    network.train()
    total, told = torch.full((), place.total, device=fit.device), time.monotonic()

    def fetch(chosen: npt.NDArray[np.int64]) -> _Batch:
        return _fetch(examples, chosen, fit.device)

    for batch in fetched(fetch, cut[place.batch :], ahead_for(fit.device)):
        step, steps = place.epoch * len(cut) + place.batch, fit.settings.epochs * len(cut)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(fit.settings, step, steps)
        total += _train_batch(network, batch, fit, optimiser, generator, examples.scores)
        place.batch += 1
        now, last = time.monotonic(), place.batch == len(cut)
        due = checkpoint is not None and now - place.saved > _SECONDS_BETWEEN_CHECKPOINTS_WITHIN and not last
        if due or last or fit.device.type == "cpu" or now - told > _SECONDS_BETWEEN_LOSSES:
            told, place.total = now, float(total)
            report(place.epoch + 1, step + 1, _mean_loss(place, fit))
        if due and checkpoint is not None:
            place.keep_states(generator, fit.device)
            checkpoints.save(network, optimiser, place, checkpoint)
    place.next_epoch()


def _cut(examples: Examples, fit: Fit, entropy: np.random.SeedSequence) -> list[npt.NDArray[np.int64]]:
    """An epoch's batches: places in `examples.rows`, drawn anew."""
    order = np.random.default_rng(entropy).permutation(len(examples.rows))
    count = batches_per_epoch(len(examples.rows), fit.settings.batch)
    # Sorted, because they are read from a file.
    return [np.sort(chosen) for chosen in np.array_split(order, count)]


def _fetch(examples: Examples, chosen: npt.NDArray[np.int64], device: torch.device) -> _Batch:
    return _Batch(
        pixels=to_tensor(examples.pixels[examples.rows[chosen]], device),
        classes=to_device(examples.classes[chosen], device),
        units=to_device(examples.units[chosen], device),
        known=to_device(examples.has_units[chosen].astype(np.float32), device),
    )


def _mean_loss(place: Place, fit: Fit) -> float:
    mean = place.total / place.batch
    if not math.isfinite(mean):
        halved = f"{fit.settings.learning_rate / 2:g}"
        raise LossError(
            f"the loss is no number any more in epoch {place.epoch + 1}, batch {place.batch}: train with a "
            f"lower learning rate than {fit.settings.learning_rate:g}, such as "
            f"--set {fit.section}.learning_rate={halved}, or with --set precision=fp32, into another --out"
        )
    return mean


def _train_batch(
    network: Network,
    batch: _Batch,
    fit: Fit,
    optimiser: torch.optim.Optimizer,
    generator: torch.Generator,
    scores: bool,
) -> torch.Tensor:
    images = normalise(augment(batch.pixels, fit.images, generator), network.mean, network.std)
    with autocast(fit.device, fit.dtype):
        class_logits, unit_logits = network(images)
    if scores:
        loss = functional.mse_loss(torch.sigmoid(class_logits), batch.classes)
    else:
        loss = functional.cross_entropy(class_logits, batch.classes)
    if unit_logits is not None:
        each = functional.binary_cross_entropy_with_logits(unit_logits, batch.units, reduction="none")
        loss = loss + (each.sum(dim=1) * batch.known).mean()
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
