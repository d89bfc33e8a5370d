"""How long imports and publishing take in a database of 450,000 images, by the commands that jobs run.

On a copy of the benchmark's data folder: its manifest again as another dataset, labels of all its images as
another label set (with facets, and the tables of its page), 20,000 votes on 10,000 of them, and the votes of
the annotation task published twice; then the labels and the other dataset removed. *work* is the processor's
time, which a busy machine lengthens less.

    python -m benchmarks.imports [--folder FOLDER] [--images 450000]
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.researcher_seed import arguments_of, seeded
from db.session import open_database
from db.settings import Settings
from engine.emfacs import EMOTIONS
from study.images.catalog import label_frame
from study.images.manifests import write_manifest

ROOT = Path(__file__).resolve().parent.parent


def write_files(settings: Settings, folder: Path, images: int) -> None:
    """The manifest, the labels and some votes as files: images, labels and votes.parquet."""
    folder.mkdir(parents=True)
    database = open_database(settings)
    with database.session() as session:
        write_manifest(session, settings, "large", folder / "images.parquet")
        label_frame(session, 1).to_parquet(folder / "labels.parquet")
    database.dispose()
    rng, some = np.random.default_rng(9), max(images // 45, 1)
    names = [f"{one:06d}" for one in rng.choice(images, some, replace=False)]
    said = {"annotator": ["a"] * some + ["b"] * some, "label": rng.choice(EMOTIONS, 2 * some)}
    pd.DataFrame({"image": names * 2, **said}).to_parquet(folder / "votes.parquet")


def run(settings: Settings, what: str, *command: str) -> None:
    """Run `python -m study …` and print what it took as a row of a table."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "study", *command],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(settings.data_dir), "DATABASE_URL": ""},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"| {what} | {wall:.1f} | {work:.1f} | {after.ru_maxrss / 1024:,.0f} |", flush=True)


def main() -> int:
    """Measure, and print a table."""
    parser = arguments_of(__doc__)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as temporary:
        copied = Path(temporary) / "data"
        if arguments.folder is not None and (arguments.folder / "facevalue.db").exists():
            shutil.copytree(arguments.folder, copied)
        settings = seeded(copied, arguments.images, arguments.participants, arguments.answers)
        files = settings.data_dir / "files"
        write_files(settings, files, arguments.images)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {arguments.images:,} images\n")
        print("| | seconds | work | most memory so far, MiB |\n|---|---|---|---|")
        images, labels, votes = (str(files / f"{name}.parquet") for name in ("images", "labels", "votes"))
        run(settings, "manifest, as another dataset", "import", "again", "--manifest", images)
        run(settings, "labels of all", "import", "large", "--labels", labels, "--label-set", "third")
        run(settings, "votes on a 45th of the images", "import", "large", "--annotations", votes)
        run(settings, "publish an annotation task", "publish", "labels")
        run(settings, "publish it anew", "publish", "labels")
        run(settings, "remove the labels again", "remove", "third", "--label-set", "--yes")
        run(settings, "remove the other dataset", "remove", "again", "--yes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
