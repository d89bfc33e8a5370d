"""The demo dataset: rendered faces, their truth, and the votes of simulated annotators."""

import json
import multiprocessing
from collections.abc import Iterable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from engine.annotations import multi_annotated_set
from engine.annotators import MIXTURE_COLUMNS, simulate_annotators
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError
from engine.faces.population import Face, draw_face
from engine.faces.render import LARGEST, SMALLEST, render_face
from engine.images import write_table
from engine.workers import News, Send, run_tasks

# Every sixth round of the eight emotions is held out: the engine never sees it, and studies ask about it.
_HELD_OUT_ROUND = 6
_SETTINGS = "demo.json"


class DemoError(EngineError):
    """Demo faces that cannot be made as asked."""


@dataclass(frozen=True)
class _Task:
    index: int
    seed: int
    size: int
    file: Path


def make_demo(
    folder: Path,
    faces: int,
    seed: int,
    size: int,
    now: datetime,
    workers: int | None = None,
    held_out_size: int | None = None,
) -> None:
    """Write images/, images.parquet, annotations.parquet and truth.parquet into `folder`.

    Face i of a seed is the same whatever the number of faces. Interrupted, the same call goes on where it
    was. `size` is a side in pixels, `held_out_size` that of the faces which people will look at (default: the
    same), `now` the end of the annotators' work. Raises DemoError where `faces` is below 8, seed or size out
    of range, or the folder holds the faces of another seed or size.
    """
    if faces < len(EMOTIONS):
        raise DemoError(f"{faces} faces are too few; ask for at least {len(EMOTIONS)}, one an emotion")
    if seed < 0:
        raise DemoError(f"the seed {seed} is negative; give 0 or more")
    sizes = (size, held_out_size or size)
    for side in sizes:
        if not SMALLEST <= side <= LARGEST:
            raise DemoError(
                f"a face cannot be drawn at {side} pixels; choose between {SMALLEST} and {LARGEST}"
            )
    _claim(folder, {"seed": seed, "size": sizes[0], "held_out_size": sizes[1]})
    drawn = [draw_face(seed, index) for index in range(faces)]
    names = [f"face-{index:05d}" for index in range(faces)]
    files = [folder / "images" / f"{name}.jpg" for name in names]
    _render_all(
        [_Task(i, seed, sizes[_is_held_out(i)], file) for i, file in enumerate(files) if not file.exists()],
        faces,
        workers,
    )
    truth = truth_table(names, drawn)
    rng = np.random.default_rng(np.random.SeedSequence([seed, faces, 1]))
    annotations = simulate_annotators(truth, rng, now)
    write_table(truth, folder / "truth.parquet")
    write_table(annotations, folder / "annotations.parquet")
    write_table(_manifest(truth, annotations), folder / "images.parquet")


def _is_held_out(index: int) -> bool:
    return index // len(EMOTIONS) % _HELD_OUT_ROUND == _HELD_OUT_ROUND - 1


def _claim(folder: Path, settings: dict[str, int]) -> None:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    claim = folder / _SETTINGS
    if not claim.exists():
        claim.write_text(json.dumps(settings) + "\n")
        return
    try:
        found = json.loads(claim.read_text())
    except json.JSONDecodeError as problem:
        raise DemoError(
            f"{claim} cannot be read: {problem}; remove the folder, or choose another"
        ) from problem
    if found != settings:
        raise DemoError(f"{folder} holds demo faces of {found}, not of {settings}; choose another folder")


def _render_all(tasks: list[_Task], faces: int, workers: int | None) -> None:
    processes = min(workers or max(1, multiprocessing.cpu_count()), max(1, len(tasks) // 16))
    with tqdm(total=faces, initial=faces - len(tasks), desc="rendering faces", unit="face") as bar:

        def count(_: News) -> None:
            bar.update()

        try:
            run_tasks(_render, tasks, processes, count)
        except BrokenProcessPool as problem:
            raise DemoError(
                "a process that draws faces ended (is there memory enough?): "
                "the same command goes on where it was"
            ) from problem


def _render(task: _Task, send: Send) -> None:
    picture = render_face(draw_face(task.seed, task.index).spec, task.size)
    unfinished = task.file.with_suffix(".unfinished")
    picture.save(unfinished, "JPEG", quality=93, subsampling=0)
    unfinished.replace(task.file)
    send((task.index,))


def truth_table(names: Iterable[str], faces: Iterable[Face]) -> pd.DataFrame:
    """What each face was drawn from: keyword, mixture_*, intensity, au_*, identity and pose."""
    return pd.DataFrame([_truth(name, face) for name, face in zip(names, faces, strict=True)])


def _truth(name: str, face: Face) -> dict[str, object]:
    shown, person, pose = face.expression, face.spec.identity, face.spec.pose
    weights = dict(
        zip(MIXTURE_COLUMNS, (shown.mixture.get(emotion, 0.0) for emotion in EMOTIONS), strict=True)
    )
    units = {f"au_{unit}": shown.action_units.get(unit, 0.0) for unit in ACTION_UNITS}
    return {
        "image": name,
        "keyword": face.keyword,
        "compound": len(shown.mixture) > 1,
        **weights,
        "intensity": shown.intensity,
        "unilateral": shown.unilateral,
        **units,
        "age": float(person.years),
        "gender": person.gender,
        "skin_tone": person.tone,
        "hair_style": person.hair_style,
        "beard": person.beard,
        "glasses": person.glasses,
        "yaw": pose.yaw,
        "pitch": pose.pitch,
        "roll": pose.roll,
    }


def _manifest(truth: pd.DataFrame, annotations: pd.DataFrame) -> pd.DataFrame:
    """Images with the annotators' majority; where that is no emotion, the face's keyword."""
    keywords = truth.set_index("image")["keyword"]
    voted = multi_annotated_set(annotations, keywords).emotions.set_index("image")["label"]
    return pd.DataFrame(
        {
            "image": truth["image"],
            "path": "images/" + truth["image"] + ".jpg",
            "hard_label": truth["image"].map(voted).fillna(truth["keyword"]),
            "split": ["validation" if _is_held_out(index) else "train" for index in range(len(truth))],
            "keyword": truth["keyword"],
            **{name: truth[name] for name in ("age", "gender", "yaw", "pitch", "roll")},
        }
    )
