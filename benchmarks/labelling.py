"""Images a second through the paper's 32 networks, against the loop that one would write first; and memory.

The loop: timm networks in fp32, one after another, every image decoded anew for each. Both label the same
images with the same random weights in the same run, and their outputs are compared. With `--bundle` the peak
memory of `python -m engine label` is measured for 1,000, 10,000 and many images (the same files repeated).

    python -m benchmarks.labelling [--images 16] [--size 640] [--bundle BUNDLE --many 100000]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from tqdm import tqdm

from engine import bundle as bundles
from engine.answers import Answers, combine
from engine.bundle import Bundle, open_bundle, save_network, sha256, write_json
from engine.decoding import ImageFile, decode_all
from engine.devices import available_cores
from engine.emfacs import EMOTIONS
from engine.inference import LoadedBundle
from engine.network_names import NetworkName, network_names
from engine.networks import build
from engine.recipe import Precision, Recipe, load_recipe
from engine.soft_labels import rank, subset

ROOT = Path(__file__).resolve().parent.parent


def random_bundle(recipe: Recipe, folder: Path) -> Bundle:
    """A bundle of untrained networks: labelling takes as long with them as with trained ones."""
    (folder / bundles.NETWORKS).mkdir(parents=True)
    networks = {}
    for place, name in enumerate(tqdm(network_names(recipe), desc="make networks", unit="network")):
        file = folder / bundles.NETWORKS / f"{name.stem}.safetensors"
        save_network(build(name, recipe.images.size, generator_seed=place), file)
        networks[name.stem] = {"sha256": sha256(file), "bytes": file.stat().st_size, "loss": 0.0}
    scores = dict.fromkeys(EMOTIONS, 0.8)
    confidence = {"ensemble": dict.fromkeys(recipe.backbones, scores), "action_units": scores}
    contents = {"format": bundles.FORMAT, "recipe": recipe.as_dict(), "confidence": confidence}
    write_json({**contents, "networks": networks, "fingerprint": "random"}, folder / bundles.FILE)
    return open_bundle(folder)


def write_photographs(folder: Path, count: int, size: int) -> list[ImageFile]:
    """JPEG files of structured noise."""
    rng = np.random.default_rng(0)
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        coarse.resize((size, size), Image.Resampling.BICUBIC).save(folder / f"{number}.jpg", quality=92)
    return [ImageFile(folder / f"{number}.jpg") for number in range(count)]


@torch.no_grad()
def plain_loop(bundle: Bundle, files: list[ImageFile], batch: int = 16) -> tuple[Answers, float]:
    """The answers of the loop that one would write first, and its seconds without reading the weights."""
    size, seconds = bundle.recipe.images.size, 0.0
    positive: dict[NetworkName, np.ndarray] = {}
    units: list[np.ndarray] = []
    for name in tqdm(bundle.network_names, desc="plain loop", unit="network"):
        network = bundle.load(name).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        mean, std = network.mean.view(1, 3, 1, 1), network.std.view(1, 3, 1, 1)
        began, outputs = time.perf_counter(), []
        for start in range(0, len(files), batch):
            images = []
            for file in files[start : start + batch]:
                image = Image.open(file.path).convert("RGB").resize((size, size), Image.Resampling.BICUBIC)
                images.append(torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255)
            outputs.append(network((torch.stack(images) - mean) / std))
        positive[name] = torch.cat([logits.softmax(1)[:, 0] for logits, _ in outputs]).double().numpy()
        if outputs[0][1] is not None:
            units.append(torch.cat([logits.sigmoid() for _, logits in outputs]).double().numpy())
        seconds += time.perf_counter() - began
    every = np.stack([positive[name] for name in bundle.network_names])
    split = len(every) - len(EMOTIONS)
    probability = every[:split].reshape(-1, len(EMOTIONS), len(files)).transpose(0, 2, 1)
    return Answers(probability, every[split:].T, np.stack(units, axis=1)), seconds


def engine_path(bundle: Bundle, files: list[ImageFile], precision: Precision) -> tuple[Answers, float]:
    """The engine's answers, decoding included, and its seconds without reading the weights."""
    size = bundle.recipe.images.size
    with LoadedBundle(bundle, "cpu", precision) as loaded:
        began = time.perf_counter()
        decoded = decode_all(files, size, available_cores())
        answers = loaded.answers(np.stack([pixels for pixels in decoded if isinstance(pixels, np.ndarray)]))
        return answers, time.perf_counter() - began


def compare(images: int, size: int) -> None:
    """Time both, and print rates, ratio and the largest difference of a soft-label."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_photographs(Path(folder), images, size)
        bundle = random_bundle(load_recipe("paper"), Path(folder) / "random")
        plain, plain_seconds = plain_loop(bundle, files)
        expected = combine(bundle, plain).soft
        hard = np.arange(images) % len(EMOTIONS)
        print(f"{images} images of {size} px, {available_cores()} cores, torch {torch.__version__}")
        print(f"plain loop, fp32:  {images / plain_seconds:6.3f} images/s", flush=True)
        for precision in ("auto", "fp32"):
            answers, seconds = engine_path(bundle, files, precision)
            soft = combine(bundle, answers).soft
            moved = np.mean(subset(rank(soft, hard)) != subset(rank(expected, hard)))
            print(
                f"engine, {precision}: {images / seconds:10.3f} images/s, "
                f"{plain_seconds / seconds:.2f} times the loop; "
                f"soft-labels differ by at most {np.abs(soft - expected).max():.5f}, "
                f"{moved:.1%} of the images change their subset",
                flush=True,
            )


def peak_memory(bundle: Path, images: int) -> tuple[float, float]:
    """Peak memory in MiB and images/s of labelling `images` images (64 files repeated) as a command."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_photographs(folder, 64, 128)
        rows = [(f"{row:07d}", f"{row % 64}.jpg", EMOTIONS[row % 8], "validation") for row in range(images)]
        table = pd.DataFrame(rows, columns=["image", "path", "hard_label", "split"])
        table.to_parquet(folder / "images.parquet")
        code = (
            "import json, resource, runpy, sys\n"
            "sys.argv = ['engine', *json.loads(sys.argv[1])]\n"
            "try:\n    runpy.run_module('engine', run_name='__main__')\n"
            "except SystemExit:\n    pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        )
        source, out = str(folder / "images.parquet"), str(folder / "labels.parquet")
        arguments = json.dumps(["label", source, "--bundle", str(bundle), "--out", out])
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        return int(done.stdout.split()[-1]) / 1024, images / (time.perf_counter() - began)


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--size", type=int, default=640, help="side of the JPEG files in pixels")
    parser.add_argument("--bundle", type=Path, help="also measure memory with this bundle")
    parser.add_argument("--many", type=int, default=100_000)
    args = parser.parse_args()
    if args.images:
        compare(args.images, args.size)
    if args.bundle:
        # One part is 4,096 images: memory grows up to that, and no further.
        for count in (1000, 10_000, args.many):
            memory, rate = peak_memory(args.bundle.resolve(), count)
            print(f"{count} images: peak memory {memory:.0f} MiB, {rate:.0f} images/s from start to end")


if __name__ == "__main__":
    main()
