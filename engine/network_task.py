"""One network of a training job: its images, its start, its training, and what it leaves behind."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from engine import bundle as bundles
from engine.confidence import binary_counts
from engine.decoding import Pixels
from engine.devices import network_dtype
from engine.emfacs import ACTION_UNITS, EMOTIONS, action_unit_matrix
from engine.fitting import Examples, Fit, LossError, batches_per_epoch, predict, train
from engine.network_names import NetworkName
from engine.networks import Network, build
from engine.pixels import open_pixels
from engine.recipe import Recipe, TrainingSettings
from engine.roles import JUDGED_ROLES, confidence_role
from engine.sampling import negative_rows
from engine.workers import Send

PIXELS = "pixels.npy"

_SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class NetworkTask:
    """One network of a job, as a worker process gets it.

    `labels`, `roles` and `human` (n, 8), the shares of the annotators' votes, are those of all images of the
    job, in the order of its decoded images.
    """

    name: NetworkName
    recipe: Recipe
    folder: Path
    device: str
    threads: int
    labels: npt.NDArray[np.object_]
    roles: npt.NDArray[np.object_]
    human: npt.NDArray[np.float32]

    @property
    def section(self) -> str:
        """The section of the recipe that this kind of network is trained by: its kind's name."""
        return self.name.kind

    @property
    def settings(self) -> TrainingSettings:
        """The recipe's settings for this kind of network."""
        settings: TrainingSettings = getattr(self.recipe, self.section)
        return settings

    @property
    def finished_file(self) -> Path:
        """Where the weights lie once the network is trained."""
        place = bundles.UNFINISHED if self.name.kind == "foundation" else bundles.NETWORKS
        return self.folder / place / f"{self.name.stem}.safetensors"

    @property
    def results_file(self) -> Path:
        """Where the network's answers on the images that it is judged by lie until the job ends."""
        return self.folder / bundles.UNFINISHED / f"{self.name.stem}.npz"

    def rows(self) -> npt.NDArray[np.int64]:
        """Places of the network's training images.

        A one-vs-rest network has its positives, and negatives drawn for it (Sec. 3.2); a foundation has all
        images of an emotion.
        """
        places = np.flatnonzero(self.roles == "train")
        labels = pd.Series(self.labels[places])
        if self.name.kind == "foundation":
            return places[labels.isin(list(EMOTIONS)).to_numpy()]
        rng = np.random.default_rng(self.name.seed(self.recipe.seed))
        sampling = self.recipe.sampling
        negatives = negative_rows(
            self.name.emotion, labels, rng, ratio=sampling.negatives, random_share=sampling.random_share
        )
        positives = np.flatnonzero(labels == self.name.emotion)
        return np.sort(places[np.concatenate([positives, negatives])])

    def batches(self) -> int:
        """Number of batches that training takes."""
        return self.settings.epochs * batches_per_epoch(len(self.rows()), self.settings.batch)

    def examples(self, pixels: Pixels) -> Examples:
        """What the network learns from, of the job's decoded images.

        A foundation learns the shares of the votes, and the action units in those shares.
        """
        rows = self.rows()
        labels = self.labels[rows]
        if self.name.kind == "foundation":
            classes = self.human[rows]
            units = classes @ action_unit_matrix()
        else:
            own = labels == self.name.emotion
            classes = np.stack([own, ~own], axis=1)
            places = [EMOTIONS.index(label) if label in EMOTIONS else -1 for label in labels]
            units = np.vstack([action_unit_matrix(), np.zeros(len(ACTION_UNITS))])[places]
        return Examples(
            pixels=pixels,
            rows=rows,
            classes=classes.astype(np.float32),
            units=units.astype(np.float32),
            has_units=np.isin(labels.astype(str), EMOTIONS),
        )


def train_network(task: NetworkTask, send: Send) -> None:
    """Train one network, and leave its weights and its answers on the images that it is judged by.

    Sends ("batch", name, epoch, batches, loss) as batches are done, ("epoch", name, epoch, loss, balanced
    accuracy) after each epoch and ("trained", name, loss) at the end. Raises LossError where the loss is no
    number any more.
    """
    torch.set_num_threads(task.threads)
    device, recipe = torch.device(task.device), task.recipe
    network = _start(task, send)
    dtype = network_dtype(network, device, recipe.precision, training=True)
    seed = task.name.seed(recipe.seed)
    fit = Fit(task.settings, recipe.images, seed, device, dtype, task.section)
    pixels = open_pixels(task.folder / bundles.UNFINISHED / PIXELS)
    checkpoint = task.results_file.with_suffix(".checkpoint")

    def report(epoch: int, batches: int, loss: float) -> None:
        send(("batch", task.name, epoch, batches, loss))

    def after_epoch(epoch: int, loss: float) -> None:
        send(("epoch", task.name, epoch, loss, _balanced_accuracy(task, network, pixels)))

    try:
        loss = train(network, task.examples(pixels), fit, report, checkpoint, after_epoch)
    except LossError as problem:
        raise LossError(f"{task.name.stem}: {problem}") from problem
    if task.name.kind != "foundation":
        _answer(task, network, pixels, loss)
    bundles.save_network(network, task.finished_file)
    checkpoint.unlink(missing_ok=True)
    send(("trained", task.name, loss))


def _start(task: NetworkTask, send: Send) -> Network:
    """The network before training: new, pretrained, or with the features of its backbone's foundation."""
    recipe, size = task.recipe, task.recipe.images.size
    seed = int(task.name.seed(recipe.seed).generate_state(1)[0])
    follows = recipe.foundation is not None and task.name.kind != "foundation"
    network = build(task.name, size, pretrained=recipe.pretrained and not follows, generator_seed=seed)
    if follows:
        name = NetworkName("foundation", task.name.backbone, "all")
        file = task.folder / bundles.UNFINISHED / f"{name.stem}.safetensors"
        # Foundations are the first tasks, so one that is not there is being trained by another worker.
        while not file.is_file():
            send(("waiting", task.name))
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        network.features.load_state_dict(bundles.load_network(file, name, recipe).features.state_dict())
    return network


def _balanced_accuracy(task: NetworkTask, network: Network, pixels: Pixels) -> float | None:
    """The network's own, on the images that its confidence score comes from; None for a foundation."""
    if task.name.kind == "foundation":
        return None
    asked = np.flatnonzero(task.roles == confidence_role(task.recipe))
    device = torch.device(task.device)
    dtype = network_dtype(network, device, task.recipe.precision, training=False)
    positive, _ = predict(network, pixels[asked], device, dtype)
    return binary_counts(task.labels[asked] == task.name.emotion, positive).balanced_accuracy


def _answer(task: NetworkTask, network: Network, pixels: Pixels, loss: float) -> None:
    asked = np.flatnonzero(np.isin(task.roles.astype(str), JUDGED_ROLES))
    device = torch.device(task.device)
    dtype = network_dtype(network, device, task.recipe.precision, training=False)
    positive, units = predict(network, pixels[asked], device, dtype)
    with task.results_file.open("wb") as file:
        np.savez(file, rows=asked, loss=loss, positive=positive, units=[] if units is None else units)
