"""Recipes: which networks are trained, and how, as validated toml."""

import dataclasses
import hashlib
import json
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.confidence import Reading
from engine.errors import EngineError

FOLDER = Path(__file__).parent / "recipes"

Optimiser = Literal["adam", "adamw", "sgd"]
Schedule = Literal["keras", "one-cycle", "constant"]
Precision = Literal["auto", "fp32", "bf16"]
ConfidenceSet = Literal["test-mas", "calibration"]
Similarity = Literal["paper", "normalised"]
AuScores = Literal["derived", "printed"]


class RecipeError(EngineError):
    """A recipe that cannot be used."""


@dataclass(frozen=True)
class ImageSettings:
    """Side of the square images in pixels, and how they are varied in training.

    `margin` is the share of the side that is cut off all round where an image has no face box. `flip`
    mirrors half of the images; `shift` (share of the side), `rotate` (degrees) and `zoom` (share) are the
    most that one is moved; `brightness` and `contrast` (share) the most that its light is changed.
    """

    size: int
    margin: float = 0.0
    flip: bool = False
    shift: float = 0.0
    rotate: float = 0.0
    zoom: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0


@dataclass(frozen=True)
class TrainingSettings:
    """How one kind of network is trained.

    `schedule` keras divides the learning rate by 1 + `decay` x batches so far, as Keras' optimisers do;
    one-cycle warms up and falls to 0 along a cosine. `weight_decay` is the optimiser's.
    """

    learning_rate: float
    epochs: int
    batch: int
    optimiser: Optimiser = "adam"
    betas: tuple[float, float] = (0.9, 0.999)
    schedule: Schedule = "keras"
    decay: float = 0.0
    weight_decay: float = 0.0


@dataclass(frozen=True)
class SamplingSettings:
    """Negatives for each positive, the share drawn evenly, and whether Other images are among them."""

    negatives: float = 1.0
    random_share: float = 0.2
    others: bool = False


@dataclass(frozen=True)
class ConfidenceSettings:
    """Which images the confidence scores come from, and which reading of Eq. 3 they are.

    test-mas: `test_images` unanimous images an emotion. calibration: a further `calibration_share` of
    train-MAS, so that test-MAS plays no part in the labels.
    """

    images: ConfidenceSet = "test-mas"
    reading: Reading = "balanced"
    test_images: int = 100
    calibration_share: float = 0.1


@dataclass(frozen=True)
class LabelSettings:
    """Which reading of Eq. 9 (similarity) and of Eq. 8 (action-unit scores) the labels are."""

    similarity: Similarity = "paper"
    au_scores: AuScores = "derived"


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what training gives, apart from the images.

    With `foundation`, each backbone is first trained on all training images to predict the annotators' votes
    and their action units, and every one-vs-rest network of it starts from there: for images that no
    pretrained weights are like, or where none can be had.
    """

    name: str
    backbones: tuple[str, ...]
    au_backbone: str
    images: ImageSettings
    ensemble: TrainingSettings
    action_units: TrainingSettings
    pretrained: bool = False
    seed: int = 0
    precision: Precision = "auto"
    foundation: TrainingSettings | None = None
    sampling: SamplingSettings = SamplingSettings()
    confidence: ConfidenceSettings = ConfidenceSettings()
    labels: LabelSettings = LabelSettings()

    def as_dict(self) -> dict[str, Any]:
        """The recipe as plain values, such as json holds."""
        return dataclasses.asdict(self)

    def fingerprint(self) -> str:
        """SHA-256 of the recipe's values."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()


def recipe_names() -> list[str]:
    """Names of the recipes that come with the engine."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load_recipe(name_or_path: str | Path, changes: Sequence[str] = ()) -> Recipe:
    """The recipe of that name, or in that .toml file; raises RecipeError where it is wrong.

    `changes` are settings to change, such as "ensemble.epochs=5", in toml's own notation.
    """
    text = str(name_or_path)
    file = FOLDER / f"{text}.toml" if text in recipe_names() else Path(text)
    if not file.is_file():
        raise RecipeError(f"no recipe {text!r}: give one of {', '.join(recipe_names())}, or a .toml file")
    try:
        values = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise RecipeError(f"{file} is no toml: {problem}") from problem
    for change in changes:
        _change(values, change)
    return recipe_from({"name": file.stem, **values}, str(file))


def recipe_from(values: Mapping[str, Any], source: str = "recipe") -> Recipe:
    """The recipe that plain values describe; raises RecipeError for an unknown, absent or wrong setting."""
    recipe: Recipe = _section(Recipe, values, source)
    _check(recipe, source)
    return recipe


def _change(values: dict[str, Any], change: str) -> None:
    key, equals, text = change.partition("=")
    try:
        # A bare word is text: confidence.reading=printed needs no quotes within a shell's.
        new = tomllib.loads(f"value = {text}")["value"] if equals else None
    except tomllib.TOMLDecodeError:
        new = text
    *sections, name = key.strip().split(".")
    if not equals or not name:
        raise RecipeError(f"{change!r} changes no setting; write it as ensemble.epochs=5")
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise RecipeError(f"{change!r}: {section} is no section of a recipe")
    values[name] = new


def _section(kind: type[Any], values: object, source: str, place: str = "") -> Any:
    if not isinstance(values, Mapping):
        raise RecipeError(f"{source}: {place.rstrip('.')} is {values!r}; it must be a table")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for name in values:
        if name not in fields:
            raise RecipeError(f"{source}: unknown setting {place + name!r}; known are {', '.join(fields)}")
    hints = typing.get_type_hints(kind)
    for name, field in fields.items():
        if name not in values and field.default is dataclasses.MISSING:
            raise RecipeError(f"{source}: the setting {place + name!r} is missing")
    return kind(**{name: _value(hints[name], value, source, place + name) for name, value in values.items()})


def _value(hint: Any, value: object, source: str, place: str) -> Any:
    if types.NoneType in typing.get_args(hint):
        if value is None:
            return None
        hint = next(kind for kind in typing.get_args(hint) if kind is not types.NoneType)
    if dataclasses.is_dataclass(hint):
        return _section(typing.cast("type[Any]", hint), value, source, f"{place}.")
    if typing.get_origin(hint) is Literal:
        if value not in typing.get_args(hint):
            raise RecipeError(
                f"{source}: {place} is {value!r}; choose one of {', '.join(typing.get_args(hint))}"
            )
        return value
    if typing.get_origin(hint) is tuple:
        return _tuple(hint, value, source, place)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}[hint]
        raise RecipeError(f"{source}: {place} is {value!r}; it must be {wanted}")
    return value


def _tuple(hint: types.GenericAlias, value: object, source: str, place: str) -> tuple[Any, ...]:
    kinds = typing.get_args(hint)
    size = "" if kinds[-1] is Ellipsis else f" of {len(kinds)}"
    if not isinstance(value, list | tuple) or (kinds[-1] is not Ellipsis and len(value) != len(kinds)):
        raise RecipeError(f"{source}: {place} is {value!r}; it must be a list{size}")
    return tuple(_value(kinds[0], item, source, place) for item in value)


def _check(recipe: Recipe, source: str) -> None:
    bounds: list[tuple[str, float, float, float]] = [
        ("images.size", recipe.images.size, 16, 2048),
        ("sampling.negatives", recipe.sampling.negatives, 0.01, 1000),
        ("sampling.random_share", recipe.sampling.random_share, 0, 1),
        ("confidence.test_images", recipe.confidence.test_images, 1, 1_000_000),
        ("confidence.calibration_share", recipe.confidence.calibration_share, 0.01, 0.9),
        ("seed", recipe.seed, 0, 2**32 - 1),
    ]
    for name in ("shift", "zoom", "brightness", "contrast"):
        bounds.append((f"images.{name}", getattr(recipe.images, name), 0, 0.9))
    bounds += [
        ("images.rotate", recipe.images.rotate, 0, 180),
        ("images.margin", recipe.images.margin, 0, 0.45),
    ]
    sections = {"ensemble": recipe.ensemble, "action_units": recipe.action_units}
    if recipe.foundation is not None:
        sections["foundation"] = recipe.foundation
    for section, settings in sections.items():
        bounds += [
            (f"{section}.learning_rate", settings.learning_rate, 1e-8, 10),
            (f"{section}.epochs", settings.epochs, 1, 10_000),
            (f"{section}.batch", settings.batch, 2, 65_536),
            (f"{section}.decay", settings.decay, 0, 1),
            (f"{section}.weight_decay", settings.weight_decay, 0, 1),
            *((f"{section}.betas", beta, 0, 0.99999) for beta in settings.betas),
        ]
    for name, value, least, most in bounds:
        if not least <= value <= most:
            raise RecipeError(f"{source}: {name} is {value}; it must lie in {least}..{most}")
    if not recipe.backbones or len(set(recipe.backbones)) != len(recipe.backbones):
        raise RecipeError(f"{source}: backbones is {list(recipe.backbones)}; name each backbone once")
