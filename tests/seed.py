"""Small drawn data sets for tests: what the engine's commands would leave, in a fraction of a second."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from app.palette import EMOTION_COLOURS
from engine.emfacs import EMOTIONS
from engine.images import write_table
from engine.soft_labels import AU_COLUMNS, EB_COLUMNS, label_frame

SIZE = 96


def stand_in_engine(arguments: Sequence[str]) -> None:
    """Leave what `python -m engine ARGUMENTS` leaves, drawn and random: faces, a bundle, or labels."""
    command, options = arguments[0], dict(pairwise(arguments))
    out = Path(options["--out"])
    if command == "demo":
        write_faces(out, int(options["--faces"]), np.random.default_rng(int(options["--seed"])))
    elif command == "train":
        out.mkdir(parents=True, exist_ok=True)
        (out / "bundle.json").write_text("{}")
    elif command == "label":
        write_labels(Path(arguments[1]), out, np.random.default_rng(3))
    else:
        raise ValueError(f"no such command: {command}")


def write_faces(folder: Path, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw `count` plain faces with a manifest and three votes each; half of them are validation images."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rows, votes = [], []
    for index in range(count):
        hard = EMOTIONS[index % len(EMOTIONS)]
        name = f"{index:05d}"
        _draw(EMOTION_COLOURS[hard], rng).save(folder / "images" / f"{name}.png")
        split = "train" if (index // len(EMOTIONS)) % 2 else "validation"
        rows.append(
            {
                "image": name,
                "path": f"images/{name}.png",
                "hard_label": hard,
                "split": split,
                "age": float(rng.integers(18, 80)),
                "gender": str(rng.choice(["Female", "Male"])),
            }
        )
        for annotator in ("a1", "a2", "a3"):
            label = hard if rng.random() < 0.7 else str(rng.choice(list(EMOTIONS)))
            votes.append({"image": name, "annotator": annotator, "label": label, "annotated_at": None})
    manifest = pd.DataFrame(rows)
    write_table(manifest, folder / "images.parquet")
    write_table(pd.DataFrame(votes), folder / "annotations.parquet")
    return manifest


def write_labels(manifest_file: Path, out: Path, rng: np.random.Generator) -> pd.DataFrame:
    """Score a manifest's images at random, the hard-label's emotion mostly highest."""
    manifest = pd.read_parquet(manifest_file)
    hard = np.array([EMOTIONS.index(label) for label in manifest["hard_label"]])
    parts = [rng.beta(1.2, 4.0, (len(hard), len(EMOTIONS))) for _ in range(2)]
    for part in parts:
        part[np.arange(len(hard)), hard] = rng.beta(3.0, 2.0, len(hard))
    frame = label_frame(
        manifest["image"],
        manifest["hard_label"],
        (parts[0] + parts[1]) / 2,
        "demo",
        {EB_COLUMNS: parts[0], AU_COLUMNS: parts[1]},
    )
    write_table(frame, out)
    return frame


def _draw(colour: str, rng: np.random.Generator) -> Image.Image:
    picture = Image.new("RGB", (SIZE, SIZE), (236, 232, 226))
    draw = ImageDraw.Draw(picture)
    x, y = rng.integers(-5, 6, 2).tolist()
    draw.ellipse((16 + x, 8 + y, 80 + x, 88 + y), fill=colour, outline=(40, 40, 40), width=2)
    for eye in (36, 60):
        draw.ellipse((eye - 4 + x, 34 + y, eye + 4 + x, 42 + y), fill=(30, 30, 30))
    draw.arc((34 + x, 50 + y, 62 + x, 74 + y), 20, 160, fill=(30, 30, 30), width=3)
    return picture
