"""Training all of a recipe's networks as one job that can be interrupted."""

import dataclasses
import hashlib
import importlib.metadata
import json
import platform
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from engine import bundle as bundles
from engine import history
from engine.annotations import HUMAN_COLUMNS, LABELS, read_annotations
from engine.appraisal import Predictions, answers_of, appraise
from engine.bundle import Bundle, open_bundle, sha256, write_json
from engine.decoding import image_files
from engine.devices import available_cores, choose_device, device_name
from engine.errors import EngineError
from engine.evaluation.answers import JudgedAnswers, answers_frame
from engine.folder_lock import one_writer
from engine.images import FACE_BOX_COLUMNS, read_manifest, write_table
from engine.network_names import NetworkName, foundation_names, network_names
from engine.network_task import PIXELS, NetworkTask, train_network
from engine.networks import check_backbones
from engine.pixels import Unreadable, decode_to_file, open_pixels, pixel_fingerprint
from engine.recipe import Recipe
from engine.roles import assign_roles, confidence_role
from engine.training_log import TrainingLog
from engine.workers import run_tasks

_JOB = "job.json"
# Those that decide what a training gives: decoding, arithmetic, networks and their pretrained weights.
_LIBRARIES = ("torch", "timm", "numpy", "pillow")
_IDENTIFYING = ("image", "path", "label", "role", *FACE_BOX_COLUMNS, *HUMAN_COLUMNS)
# A batch of small images is too little work for several threads: one process a core is then twice as fast.
_LARGEST_FOR_PROCESSES = 128


def train_bundle(
    manifest: str | Path,
    recipe: Recipe,
    out: str | Path,
    *,
    annotations: str | Path | None = None,
    device: str = "auto",
    workers: int | None = None,
    progress: bool = True,
) -> Bundle:
    """Train a recipe's networks on a manifest's training images, and return the bundle in folder `out`.

    Interrupted, it keeps what it has, and the same call goes on with it. `workers` is the number of processes
    (default: on a CPU one a core for small images, otherwise one). The same recipe, images, device and number
    of processes give the same bundle. Raises EngineError for bad input, and where `out` holds another
    training.
    """
    folder, where = Path(out), choose_device(device)
    if workers is not None and workers < 1:
        raise EngineError(f"{workers} workers; give 1 or more")
    check_backbones(recipe)
    rows = _read_rows(Path(manifest), annotations, recipe)
    identity = {"recipe": recipe.fingerprint(), "rows": _rows_fingerprint(rows)}
    with one_writer(folder, f"training into {folder}"):
        if (folder / bundles.FILE).is_file():
            return _finished(folder, identity)
        processes = workers or _default_workers(where, recipe)
        return _train(rows, Path(manifest).parent, recipe, folder, identity, where, processes, progress)


def _train(
    rows: pd.DataFrame,
    root: Path,
    recipe: Recipe,
    folder: Path,
    identity: Mapping[str, str],
    device: torch.device,
    workers: int,
    progress: bool,
) -> Bundle:
    unfinished = _open_job(folder, identity)
    with TrainingLog(folder / bundles.LOG, progress) as log:
        failures = _decode(rows, root, recipe, unfinished, log)
        rows.loc[[failure.row for failure in failures], "role"] = "unreadable"
        tasks = _tasks(rows, recipe, folder, device, workers)
        todo = [task for task in tasks if not task.finished_file.is_file()]
        machine = {"device": device_name(device), "processes": workers, "threads": tasks[0].threads}
        told = f"{machine['device']}, {workers} {'process' if workers == 1 else 'processes'}"
        kept = [task.name for task in tasks if task.finished_file.is_file()]
        log.start(told, {task.name: task.batches() for task in tasks}, kept)
        run_tasks(train_network, todo, workers, log.receive)
        _finish(tasks, identity, rows, failures, machine)
        log.write(f"finished {folder}")
    shutil.rmtree(unfinished)
    return open_bundle(folder)


def _read_rows(manifest: Path, annotations: str | Path | None, recipe: Recipe) -> pd.DataFrame:
    frame = read_manifest(manifest, labels=LABELS, check_files=False, unlabelled=annotations is not None)
    return assign_roles(frame, None if annotations is None else read_annotations(annotations), recipe)


def _rows_fingerprint(rows: pd.DataFrame) -> str:
    names = [name for name in rows.columns if name in _IDENTIFYING]
    return hashlib.sha256(rows[sorted(names)].to_csv(index=False).encode()).hexdigest()


def _finished(folder: Path, identity: Mapping[str, str]) -> Bundle:
    opened = open_bundle(folder)
    if dict(opened.contents["job"]) != dict(identity):
        raise EngineError(
            f"{folder} holds a bundle of another recipe or other images; give another --out, or delete it"
        )
    # Left by a kill between the bundle's last file and the clearing up.
    shutil.rmtree(folder / bundles.UNFINISHED, ignore_errors=True)
    return opened


def _open_job(folder: Path, identity: Mapping[str, str]) -> Path:
    unfinished = folder / bundles.UNFINISHED
    job = unfinished / _JOB
    if job.is_file() and json.loads(job.read_text()) != dict(identity):
        if _has_trained(folder):
            raise EngineError(
                f"{folder} holds an unfinished training of another recipe or other images; give another "
                f"--out, or delete it"
            )
        shutil.rmtree(unfinished)
        (folder / history.FILE).unlink(missing_ok=True)
    if not job.is_file() and folder.is_dir() and any(folder.iterdir()) and not unfinished.is_dir():
        raise EngineError(f"{folder} is no empty folder and holds no training; give another --out")
    unfinished.mkdir(parents=True, exist_ok=True)
    (folder / bundles.NETWORKS).mkdir(exist_ok=True)
    write_json(identity, job)
    return unfinished


def _has_trained(folder: Path) -> bool:
    """Whether an epoch of any network is finished: less than that is not worth keeping."""
    kept = ("*.safetensors", "*.checkpoint")
    places = (folder / bundles.NETWORKS, folder / bundles.UNFINISHED)
    return any(True for place in places for pattern in kept for _ in place.glob(pattern))


def _decode(
    rows: pd.DataFrame, root: Path, recipe: Recipe, unfinished: Path, log: TrainingLog
) -> list[Unreadable]:
    """Decode the images into the job's folder, unless an earlier run did; return the unreadable ones."""
    failed = unfinished / "unreadable.json"
    if not (failed.is_file() and (unfinished / PIXELS).is_file()):
        files = image_files(rows, root)
        with log.counting(len(files), "decode") as advance:
            failures = decode_to_file(files, recipe.images, unfinished / PIXELS, advance)
        write_json({"failures": [dataclasses.asdict(failure) for failure in failures]}, failed)
    failures = [Unreadable(**failure) for failure in json.loads(failed.read_text())["failures"]]
    for failure in failures:
        log.write(f"unreadable, left out: {failure.path}: {failure.reason}")
    if failures:
        log.write(f"{len(failures)} of {len(rows)} images could not be read and are left out", loud=True)
    return failures


def _tasks(
    rows: pd.DataFrame, recipe: Recipe, folder: Path, device: torch.device, workers: int
) -> list[NetworkTask]:
    labels, roles = rows["label"].to_numpy(object), rows["role"].to_numpy(object)
    human = rows[list(HUMAN_COLUMNS)].to_numpy(np.float32)
    threads = max(1, available_cores() // workers)
    return [
        NetworkTask(name, recipe, folder, str(device), threads, labels, roles, human)
        for name in (*foundation_names(recipe), *network_names(recipe))
    ]


def _default_workers(device: torch.device, recipe: Recipe) -> int:
    small = recipe.images.size <= _LARGEST_FOR_PROCESSES
    return available_cores() if device.type == "cpu" and small else 1


def _finish(
    tasks: list[NetworkTask],
    identity: Mapping[str, str],
    rows: pd.DataFrame,
    failures: list[Unreadable],
    machine: Mapping[str, object],
) -> None:
    folder, recipe = tasks[0].folder, tasks[0].recipe
    tasks = [task for task in tasks if task.name.kind != "foundation"]
    results = {task.name: _results(task) for task in tasks}
    predictions = {name: result[0] for name, result in results.items()}
    scored = (rows["role"] == confidence_role(recipe)).to_numpy()
    confidence, counts = appraise(
        recipe, {name: found.among(scored) for name, found in predictions.items()}, rows["label"]
    )
    networks = {
        task.name.stem: {
            "sha256": sha256(task.finished_file),
            "bytes": task.finished_file.stat().st_size,
            "loss": results[task.name][1],
        }
        for task in tasks
    }
    data = {
        "pixels": pixel_fingerprint(open_pixels(folder / bundles.UNFINISHED / PIXELS)),
        "images": {str(role): int(count) for role, count in rows["role"].value_counts().sort_index().items()},
        "unreadable": [dataclasses.asdict(failure) for failure in failures],
    }
    write_table(rows[["image", "label", "role"]], folder / bundles.ROLES)
    write_table(_answers(recipe, predictions, rows), folder / bundles.ANSWERS)
    contents: dict[str, Any] = {
        "format": bundles.FORMAT,
        "recipe": recipe.as_dict(),
        "job": dict(identity),
        "data": data,
        "confidence": confidence,
        "counts": counts,
        "networks": networks,
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "machine": dict(machine),
    }
    text = json.dumps([contents[part] for part in ("recipe", "data", "confidence", "networks")])
    write_json({**contents, "fingerprint": hashlib.sha256(text.encode()).hexdigest()}, folder / bundles.FILE)


def _answers(recipe: Recipe, found: Mapping[NetworkName, Predictions], rows: pd.DataFrame) -> pd.DataFrame:
    judged = rows.iloc[next(iter(found.values())).rows]
    answers = JudgedAnswers(
        judged["image"].to_numpy(object), judged["label"].to_numpy(object), answers_of(recipe, found)
    )
    return answers_frame(answers, recipe.backbones)


def _results(task: NetworkTask) -> tuple[Predictions, float]:
    with np.load(task.results_file) as kept:
        units = kept["units"] if len(kept["units"]) else None
        return Predictions(kept["rows"], kept["positive"], units), float(kept["loss"])
