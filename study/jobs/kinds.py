"""What a lab starts from a page, as commands: importing, training, labelling, rehearsing, freezing."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from db.settings import Settings
from db.tables import Study
from engine.errors import EngineError
from engine.images import write_table
from engine.recipe import load_recipe
from study.errors import StudyError
from study.images.reading import Reading

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True)
class Work:
    """A job before it is queued: its kind, its title, and the commands that do it."""

    kind: str
    title: str
    commands: list[list[str]]
    needs: Mapping[str, str] = field(default_factory=dict)


def importing(
    settings: Settings,
    name: str,
    source: Path,
    reading: Reading,
) -> Work:
    """Read a data set, and bring it into the database as the dataset `name`.

    Raises:
        StudyError: the name cannot be a folder's, or the source is not there.
    """
    _check_name("dataset", name)
    if not source.exists():
        raise StudyError(f"{source} does not exist on the server")
    manifest = settings.data_dir / "datasets" / name / "images.parquet"
    read = ["engine", "manifest", str(source), "--out", str(manifest), *reading.flags()]
    bring = ["study", "import", name, "--manifest", str(manifest), "--beside"]
    return Work("import", f"Import {name}", [read, bring], {"dataset": name})


def training(
    settings: Settings,
    name: str,
    dataset: str,
    *,
    recipe: str,
    votes: bool = False,
    pretrained: bool = True,
    changes: tuple[str, ...] = (),
) -> Work:
    """Train a recipe on a dataset's images into the bundle `name`, and evaluate it on its test images.

    `votes` takes the annotators' votes in place of the images' hard-labels; `changes` are KEY=VALUE settings.

    Raises:
        StudyError: the name cannot be a folder's or is taken, or the recipe or a changed setting is wrong.
    """
    _check_name("bundle", name)
    bundle = settings.data_dir / "bundles" / name
    if (bundle / "bundle.json").is_file():
        raise StudyError(f"there is a bundle {name!r} already: give this one another name")
    try:
        load_recipe(recipe, changes)
    except EngineError as problem:
        raise StudyError(str(problem)) from problem
    manifest, annotations = _tables(settings, dataset)
    write = ["study", "manifest", dataset, "--out", str(manifest)]
    train = ["engine", "train", str(manifest), "--recipe", recipe, "--out", str(bundle)]
    if votes:
        write += ["--annotations", str(annotations)]
        train += ["--annotations", str(annotations)]
    if not pretrained:
        train.append("--no-pretrained")
    for change in changes:
        train += ["--set", change]
    evaluate = ["engine", "evaluate", str(bundle), "--out", str(bundle / "evaluation")]
    return Work("train", f"Train {name} on {dataset}", [write, train, evaluate], {"bundle": name})


def labelling(settings: Settings, name: str, dataset: str, bundle: str) -> Work:
    """Soft-label a dataset's images with a bundle, and bring the labels in as the label set `name`."""
    _check_name("label set", name)
    folder = _bundle(settings, bundle)
    manifest, _ = _tables(settings, dataset)
    out = settings.data_dir / "labels" / f"{name}.parquet"
    write = ["study", "manifest", dataset, "--out", str(manifest)]
    label = _label(manifest, folder, out)
    bring = ["study", "import", dataset, "--labels", str(out), "--label-set", name]
    return Work("label", f"Label {dataset} with {bundle}", [write, label, bring], {"label_set": name})


def relabelling(settings: Settings, name: str, dataset: str, images: pd.DataFrame, bundle: str) -> Work:
    """Soft-label some images of a dataset with a bundle, and bring the labels in as the label set `name`.

    `images` is a manifest with whole paths, such as `study.images.selections.chosen_manifest` gives.
    """
    _check_name("label set", name)
    folder = _bundle(settings, bundle)
    manifest = settings.cache_dir / "manifests" / "selections" / f"{name}.parquet"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    write_table(images, manifest)
    out = settings.data_dir / "labels" / f"{name}.parquet"
    label = _label(manifest, folder, out)
    bring = ["study", "import", dataset, "--labels", str(out), "--label-set", name]
    title = f"Label {len(images):,} images of {dataset} with {bundle}"
    return Work("label", title, [label, bring], {"label_set": name})


def _label(manifest: Path, bundle: Path, out: Path) -> list[str]:
    """One file that cannot be read, among thousands, keeps no label of the others back."""
    files = [str(manifest), "--bundle", str(bundle), "--out", str(out)]
    return ["engine", "label", *files, "--allow-unreadable"]


def removing(name: str, *, label_set: bool = False) -> Work:
    """Take a dataset, or a label set, out of the database."""
    command = ["study", "remove", name, "--yes", *(["--label-set"] if label_set else [])]
    return Work("remove", f"Remove {'label set ' if label_set else ''}{name}", [command], {"removed": name})


def freezing(study: Study) -> Work:
    """Plan a draft, preregister it, and store its questions."""
    needs = {"study": str(study.id), "design": design_fingerprint(study)}
    return Work("freeze", f"Freeze {study.name}", [["study", "freeze", study.name]], needs)


def rehearsing(study: Study, participants: int, seed: int) -> Work:
    """Let simulated participants answer a copy of a study or an annotation task, in place of the last copy.

    With as many participants as it has, its own plan is answered; `seed`: of all that is drawn by lot.

    Raises:
        StudyError: it is itself a simulated study.
    """
    if study.simulated:
        raise StudyError(f"{study.name!r} is answered by simulated participants already: rehearse the study")
    command = ["study", "simulate", study.name, "--replace", "--seed", str(seed)]
    if participants != study.design["participants"]:
        command += ["--participants", str(participants)]
    needs = {"study": str(study.id), "design": design_fingerprint(study), "participants": str(participants)}
    return Work("rehearse", f"Rehearse {study.name}", [command], needs)


def design_fingerprint(study: Study) -> str:
    """By which a draft that was changed since is told from one that was not."""
    what = [study.design, study.label_set_id, study.dataset_id]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _bundle(settings: Settings, name: str) -> Path:
    folder = settings.data_dir / "bundles" / name
    if not folder.is_dir():
        raise StudyError(f"there is no bundle {name!r} in {folder.parent}")
    return folder


def _tables(settings: Settings, dataset: str) -> tuple[Path, Path]:
    """Where a dataset's manifest and votes are written for the engine."""
    folder = settings.data_dir / "cache" / "manifests" / dataset
    return folder / "images.parquet", folder / "annotations.parquet"


def _check_name(what: str, name: str) -> None:
    if not name:
        raise StudyError(f"the {what} needs a name: letters, digits, dots, hyphens, underscores")
    if not _NAME.fullmatch(name):
        raise StudyError(
            f"the {what} {name!r} cannot be a folder's name: use letters, digits, dots, hyphens, underscores"
        )
