"""What bfloat16 changes: the same images labelled in fp32 and in bf16 by a trained bundle, and their subsets
compared.

In fp32 it also labels in batches of other sizes and in the reverse order, which must move no score by 1e-3.

    python -m benchmarks.bf16 BUNDLE IMAGES [--device auto] [--most 2400]
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from engine.bundle import Bundle, open_bundle
from engine.decoding import DecodingError, Pixels, decode_all, image_files
from engine.devices import available_cores, choose_device, has_fast_bfloat16
from engine.evaluation.comparison import compare
from engine.inference import LoadedBundle
from engine.labelling import label_pixels, read_source
from engine.recipe import Precision
from engine.soft_labels import SOFT_COLUMNS

AIM, TOLERANCE = 0.005, 1e-3


def read(bundle: Bundle, source: Path, most: int) -> tuple[pd.DataFrame, Pixels]:
    """The first `most` readable images of a manifest, decoded as the bundle wants them."""
    frame, root = read_source(source)
    frame, settings = frame.iloc[:most].reset_index(drop=True), bundle.recipe.images
    found = list(
        tqdm(
            decode_all(image_files(frame, root), settings.size, available_cores(), margin=settings.margin),
            desc="decode",
            total=len(frame),
        )
    )
    kept = [row for row, pixels in enumerate(found) if not isinstance(pixels, DecodingError)]
    pixels = np.stack([pixels for pixels in found if not isinstance(pixels, DecodingError)])
    return frame.iloc[kept].reset_index(drop=True), pixels


def labels(
    bundle: Bundle,
    frame: pd.DataFrame,
    pixels: Pixels,
    device: str,
    precision: Precision,
    batch: int | None = None,
) -> pd.DataFrame:
    """The `labels` table, asked for in batches of `batch` images (default: the engine's own)."""
    with LoadedBundle(bundle, device, precision) as loaded:
        step = batch or len(pixels)
        starts = tqdm(
            range(0, len(pixels), step), desc=f"label in {precision}, batches of {batch or loaded.batch}"
        )
        parts = [
            label_pixels(frame.iloc[start : start + step], pixels[start : start + step], loaded)
            for start in starts
        ]
    return pd.concat(parts, ignore_index=True)


def largest_difference(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """Largest difference of a soft score between two tables of the same images, in any order."""
    scores = list(SOFT_COLUMNS)
    aligned = other.set_index("image").loc[one["image"], scores].to_numpy()
    return float(np.abs(one[scores].to_numpy() - aligned).max())


def main() -> None:
    """Compare, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("images", type=Path, help="manifest with hard-labels")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--most", type=int, default=2400, help="images at most (default: 2400)")
    args = parser.parse_args()
    bundle = open_bundle(args.bundle)
    frame, pixels = read(bundle, args.images, args.most)
    device = choose_device(args.device)
    exact = labels(bundle, frame, pixels, args.device, "fp32")
    rough = labels(bundle, frame, pixels, args.device, "bf16")
    found = compare(exact, rough)
    print(
        f"{len(frame)} images, {device}, torch {torch.__version__}, "
        f"bf16 in hardware: {has_fast_bfloat16(device)}"
    )
    print(
        f"bf16 against fp32: {found.changed} of {found.ranked} images change their subset "
        f"({found.share_changed or 0:.2%}; aim under {AIM:.1%}); soft scores "
        f"move by {found.scores['mean_absolute'].mean():.5f} in the mean, "
        f"{found.scores['largest'].max():.5f} at most"
    )
    order = np.arange(len(frame))[::-1]
    backwards = labels(bundle, frame.iloc[order], pixels[order], args.device, "fp32", 7)
    print(
        f"fp32, reverse order in batches of 7: soft scores move by "
        f"{largest_difference(exact, backwards):.1e} at most (allowed {TOLERANCE:.0e})"
    )


if __name__ == "__main__":
    main()
