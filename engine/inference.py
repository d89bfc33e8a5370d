"""All networks of a bundle in memory, and their answers turned into soft-labels (Eqs. 5, 9-14)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from engine import au_classifier, ensemble
from engine.bundle import Bundle
from engine.decoding import Pixels
from engine.devices import autocast, available_cores, choose_device, network_dtype
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.fitting import to_tensor
from engine.networks import Network, normalise
from engine.recipe import LabelSettings, Precision
from engine.soft_labels import fuse

Scores = npt.NDArray[np.float64]

# Bytes of pixels in a batch: 16 images of 224 px, 256 of 48; more brings no speed, and takes memory.
_CPU_BATCH_BYTES = 16 * 224 * 224 * 3
_GPU_BATCH_BYTES = 256 * 224 * 224 * 3


@dataclass(frozen=True)
class Answers:
    """What the networks say of n images.

    `probability` (backbones, n, 8) is the ensemble's, `binary` (n, 8) the AU classifier's binary heads (BPV,
    slot 0), `units` (n, 8, 21) its action units, each network's in the order of the emotions.
    """

    probability: Scores
    binary: Scores
    units: Scores


@dataclass(frozen=True)
class SoftLabels:
    """Scores of n images: `soft` (n, 8) and its halves `eb` and `au`, and the action units (n, 21).

    `units` is the mean over the eight networks' action-unit heads.
    """

    soft: Scores
    eb: Scores
    au: Scores
    units: Scores


class LoadedBundle:
    """A bundle's networks on a device, ready to answer."""

    def __init__(self, bundle: Bundle, device: str = "auto", precision: Precision | None = None) -> None:
        self.bundle = bundle
        self.device = choose_device(device)
        self._precision: Precision = precision or bundle.recipe.precision
        self._networks = [self._ready(bundle.load(name)) for name in bundle.network_names]
        # On a CPU a thread a network beats threads within one; a GPU takes one network after another.
        self._threads = available_cores() if self.device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(self._threads, initializer=torch.set_num_threads, initargs=(1,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()

    @property
    def batch(self) -> int:
        """How many images to ask about at once."""
        size = self.bundle.recipe.images.size
        most = _CPU_BATCH_BYTES if self.device.type == "cpu" else _GPU_BATCH_BYTES
        return min(512, max(1, most // (size * size * 3)))

    def soft_labels(self, pixels: Pixels) -> SoftLabels:
        """Soft-labels of images (n, s, s, 3) of the recipe's size."""
        return combine(self.bundle, self.answers(pixels))

    def answers(self, pixels: Pixels) -> Answers:
        """The networks' answers for images (n, s, s, 3) of the recipe's size; n may be 0."""
        batches = [
            self._ask(pixels[start : start + self.batch]) for start in range(0, len(pixels), self.batch)
        ]
        if not batches:
            backbones = len(self.bundle.recipe.backbones)
            return Answers(np.empty((backbones, 0, 8)), np.empty((0, 8)), np.empty((0, 8, len(ACTION_UNITS))))
        return Answers(
            np.concatenate([batch.probability for batch in batches], axis=1),
            np.concatenate([batch.binary for batch in batches]),
            np.concatenate([batch.units for batch in batches]),
        )

    def _ready(self, network: Network) -> Network:
        network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network.eval().requires_grad_(False)

    def _ask(self, pixels: Pixels) -> Answers:
        # Each kind of normalisation is computed once, whatever number of networks share it.
        with torch.inference_mode():
            on_device = to_tensor(pixels, self.device)
            kinds = {_kind(network): network for network in self._networks}
            batches = {
                kind: normalise(on_device, network.mean, network.std) for kind, network in kinds.items()
            }
        outputs = list(
            self._pool.map(lambda network: self._one(network, batches[_kind(network)]), self._networks)
        )
        positive = np.stack([output[0] for output in outputs])
        split = len(self.bundle.recipe.backbones) * len(EMOTIONS)
        return Answers(
            probability=positive[:split].reshape(-1, len(EMOTIONS), len(pixels)).transpose(0, 2, 1),
            binary=positive[split:].T,
            units=np.stack([output[1] for output in outputs[split:] if output[1] is not None], axis=1),
        )

    def _one(self, network: Network, images: torch.Tensor) -> tuple[Scores, Scores | None]:
        dtype = network_dtype(network, self.device, self._precision, training=False)
        with torch.inference_mode(), autocast(self.device, dtype):
            binary_logits, unit_logits = network(images)
        positive = torch.softmax(binary_logits.float(), dim=1)[:, 0].double().cpu().numpy()
        units = None if unit_logits is None else torch.sigmoid(unit_logits).double().cpu().numpy()
        return positive, units


def combine(bundle: Bundle, answers: Answers) -> SoftLabels:
    """Soft-labels from the networks' answers and the bundle's confidence scores."""
    settings: LabelSettings = bundle.recipe.labels
    probability = au_classifier.probability(
        answers.binary,
        answers.units,
        normalised=settings.similarity == "normalised",
        printed_scores=settings.au_scores == "printed",
    )
    eb = ensemble.semantic_scores(bundle.ensemble_confidence, answers.probability)
    au = au_classifier.semantic_scores(bundle.au_confidence, probability)
    return SoftLabels(soft=fuse(eb, au), eb=eb, au=au, units=answers.units.mean(axis=1))


def network_columns(backbones: Sequence[str]) -> tuple[str, ...]:
    """Names of the optional columns of each ensemble network's probability, such as p_resnet50_happy."""
    return tuple(f"p_{backbone}_{emotion.lower()}" for backbone in backbones for emotion in EMOTIONS)


def binary_head_columns() -> tuple[str, ...]:
    """Names of the optional columns of the AU classifier's binary heads, such as bpv_happy."""
    return tuple(f"bpv_{emotion.lower()}" for emotion in EMOTIONS)


def _kind(network: nn.Module) -> tuple[float, ...]:
    assert isinstance(network, Network)
    return (*network.mean.tolist(), *network.std.tolist())
