"""All networks of a bundle in memory, asked about images."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np
import torch

from engine.answers import Answers, SoftLabels, combine
from engine.bundle import Bundle
from engine.decoding import Pixels
from engine.devices import autocast, available_cores, choose_device, network_dtype
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError
from engine.fitting import to_tensor
from engine.memory import memory_told
from engine.networks import Network, normalise
from engine.recipe import Precision

# Bytes of pixels in a batch: 16 images of 224 px, 256 of 48; more brings no speed, and takes memory.
_CPU_BATCH_BYTES = 16 * 224 * 224 * 3
_GPU_BATCH_BYTES = 256 * 224 * 224 * 3


class LoadedBundle:
    """A bundle's networks on a device, ready to answer."""

    def __init__(
        self,
        bundle: Bundle,
        device: str = "auto",
        precision: Precision | None = None,
        batch: int | None = None,
    ) -> None:
        if batch is not None and batch < 1:
            raise EngineError(f"a batch of {batch} images; give 1 or more")
        self.bundle = bundle
        self._batch = batch
        self.device = choose_device(device)
        self._precision: Precision = precision or bundle.recipe.precision
        networks = [bundle.load(name) for name in bundle.network_names]
        # Each kind of normalisation is computed once, whatever number of networks share it. Told apart here,
        # because reading it off a GPU waits until all that was asked of the GPU is done.
        self._kinds = [_kind(network) for network in networks]
        with memory_told(self.device, "end what else runs on it, or give --device cpu"):
            self._networks = [self._ready(network) for network in networks]
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
        if self._batch is not None:
            return self._batch
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
        advice = (
            f"ask about fewer images at once than {len(pixels)}, such as --batch {max(1, len(pixels) // 2)}"
        )
        with torch.inference_mode(), memory_told(self.device, advice):
            on_device = to_tensor(pixels, self.device)
            kinds = dict(zip(self._kinds, self._networks, strict=True))
            batches = {
                kind: normalise(on_device, network.mean, network.std) for kind, network in kinds.items()
            }
            images = [batches[kind] for kind in self._kinds]
            outputs = list(self._pool.map(self._one, self._networks, images))
            # Fetched from a GPU at once: after each network it would wait for Python, 32 times a batch.
            # Widened on the CPU, because an Apple GPU knows no double.
            positive = torch.stack([output[0] for output in outputs]).cpu().double().numpy()
            heads = torch.stack([output[1] for output in outputs if output[1] is not None], dim=1)
            units = heads.cpu().double().numpy()
        split = len(self.bundle.recipe.backbones) * len(EMOTIONS)
        return Answers(
            probability=positive[:split].reshape(-1, len(EMOTIONS), len(pixels)).transpose(0, 2, 1),
            binary=positive[split:].T,
            units=units,
        )

    def _one(self, network: Network, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        dtype = network_dtype(network, self.device, self._precision, training=False)
        with torch.inference_mode(), autocast(self.device, dtype):
            binary_logits, unit_logits = network(images)
            positive = torch.softmax(binary_logits.float(), dim=1)[:, 0]
            return positive, None if unit_logits is None else torch.sigmoid(unit_logits)


def _kind(network: Network) -> tuple[float, ...]:
    return (*network.mean.tolist(), *network.std.tolist())
