"""The bundle: the folder that training leaves and labelling reads.

bundle.json      format version, recipe, confidence scores, counts on the test set, data fingerprint
roles.parquet    image, label, role (train, test, calibration) of every image that took part
answers.parquet  every network's answers for the images of test and calibration (older bundles have none)
networks/        one .safetensors file a network
train.log        what training did, and when
history.jsonl    each network's loss and balanced accuracy after each epoch (older bundles have none)
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.images import read_table
from engine.network_names import NetworkName, network_names
from engine.recipe import Recipe, RecipeError, recipe_from

if TYPE_CHECKING:
    from engine.networks import Network

FORMAT = 1

FILE, ROLES, NETWORKS, LOG = "bundle.json", "roles.parquet", "networks", "train.log"
ANSWERS = "answers.parquet"
UNFINISHED = "unfinished"

Scores = npt.NDArray[np.float64]


class BundleError(EngineError):
    """A bundle that cannot be used."""


@dataclass(frozen=True)
class Bundle:
    """An opened bundle; its networks are read from disk by `load`.

    `contents` is bundle.json. `ensemble_confidence` is (backbones, 8), `au_confidence` (8,).
    """

    folder: Path
    recipe: Recipe
    contents: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name that label files give the bundle: its folder's."""
        return self.folder.resolve().name

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the recipe, the data and every network: two bundles that share it label alike."""
        return str(self.contents["fingerprint"])

    @cached_property
    def ensemble_confidence(self) -> Scores:
        """Confidence score of each backbone and emotion, (backbones, 8)."""
        table = self.contents["confidence"]["ensemble"]
        return np.array([[table[name][emotion] for emotion in EMOTIONS] for name in self.recipe.backbones])

    @cached_property
    def au_confidence(self) -> Scores:
        """Confidence score of the AU classifier for each emotion, (8,)."""
        return np.array([self.contents["confidence"]["action_units"][emotion] for emotion in EMOTIONS])

    @property
    def network_names(self) -> list[NetworkName]:
        """The ensemble's networks by backbone and emotion, then those of action units."""
        return network_names(self.recipe)

    def roles(self) -> pd.DataFrame:
        """The images that took part in training: image, label, role."""
        return read_table(self.folder / ROLES)

    def load(self, name: NetworkName) -> "Network":
        """One network with its weights, on the CPU; raises BundleError where the file is damaged."""
        file = self.folder / NETWORKS / f"{name.stem}.safetensors"
        if sha256(file) != self.contents["networks"][name.stem]["sha256"]:
            raise BundleError(f"{file} is damaged: its checksum is not the bundle's; copy or train it again")
        return load_network(file, name, self.recipe)


def open_bundle(folder: str | Path) -> Bundle:
    """The bundle in a folder; raises BundleError where it is absent, unfinished, damaged or of another
    format.
    """
    path = Path(folder)
    file = path / FILE
    if not file.is_file():
        if (path / UNFINISHED).is_dir():
            raise BundleError(f"the training of {path} is unfinished; run the same `train` again")
        raise BundleError(f"{path} holds no bundle: {FILE} is missing; give a folder that `train` made")
    contents = _read(file)
    try:
        recipe = recipe_from(contents["recipe"], str(file))
        bundle = Bundle(path, recipe, contents)
        sizes = {name.stem: int(contents["networks"][name.stem]["bytes"]) for name in bundle.network_names}
        _check_scores(bundle)
    except RecipeError as problem:
        raise BundleError(f"{file} holds a recipe that this engine does not know: {problem}") from problem
    except (KeyError, TypeError, ValueError) as problem:
        raise BundleError(f"{file} is damaged: {problem!r}; copy or train the bundle again") from problem
    _check_files(path, sizes)
    return bundle


def find_bundles(folder: Path) -> tuple[list[Bundle], list[str]]:
    """The bundles that lie in a folder, by name, and what is wrong with those that cannot be opened."""
    found, problems = [], []
    for file in sorted(folder.glob(f"*/{FILE}")):
        try:
            found.append(open_bundle(file.parent))
        except BundleError as problem:
            problems.append(str(problem))
    return found, problems


def unfinished_names(folder: Path) -> list[str]:
    """Names of the bundles in a folder whose training has begun and not ended."""
    begun = (place.parent for place in sorted(folder.glob(f"*/{UNFINISHED}")))
    return [place.name for place in begun if not (place / FILE).is_file()]


def load_network(file: Path, name: NetworkName, recipe: Recipe) -> "Network":
    """A network with the weights of a .safetensors file, on the CPU."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from engine.networks import build

    network = build(name, recipe.images.size)
    try:
        network.load_state_dict(load_file(file))
    except (SafetensorError, RuntimeError) as problem:
        reason = str(problem).splitlines()[0]
        raise BundleError(f"{file} does not hold the weights of {name.backbone}: {reason}") from problem
    return network.eval()


def save_network(network: "Network", file: Path) -> None:
    """Write a network's weights in one step: a reader never sees half of them."""
    from safetensors.torch import save

    unfinished = file.with_suffix(".unfinished")
    # Written by ourselves, so that a full disk is an OSError like any other.
    unfinished.write_bytes(
        save({name: value.cpu().contiguous() for name, value in network.state_dict().items()})
    )
    unfinished.replace(file)


def write_json(values: Mapping[str, Any], file: Path) -> None:
    """Write readable json in one step."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n")
    unfinished.replace(file)


def sha256(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(file: Path) -> Mapping[str, Any]:
    try:
        contents = json.loads(file.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as problem:
        raise BundleError(f"{file} is damaged: {problem}; copy or train the bundle again") from problem
    found = contents.get("format") if isinstance(contents, dict) else None
    if found != FORMAT:
        newer = isinstance(found, int) and found > FORMAT
        advice = "install the newer FaceValue that made it" if newer else "train it again"
        raise BundleError(
            f"{file} is of bundle format {found!r}, and this engine reads format {FORMAT}; {advice}"
        )
    return dict(contents)


def _check_scores(bundle: Bundle) -> None:
    scores = np.concatenate([bundle.ensemble_confidence.ravel(), bundle.au_confidence])
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("a confidence score lies outside 0..1")


def _check_files(folder: Path, sizes: Mapping[str, int]) -> None:
    for stem, size in sizes.items():
        file = folder / NETWORKS / f"{stem}.safetensors"
        if not file.is_file():
            raise BundleError(f"the bundle {folder} lacks the network {file.name}; copy or train it again")
        if file.stat().st_size != size:
            raise BundleError(
                f"{file} is damaged: it has {file.stat().st_size} bytes of {size}; copy or train it again"
            )
