from pathlib import Path

import numpy as np
import pandas as pd

from engine.adapters.source import Options
from engine.importing import Choices, ImportReport, import_source


def imported(
    source: Path,
    out: Path,
    options: Options | None = None,
    choices: Choices | None = None,
    adapter: str | None = None,
) -> tuple[ImportReport, pd.DataFrame]:
    report = import_source(
        source, out, np.random.default_rng(0), adapter=adapter, options=options, choices=choices
    )
    return report, pd.read_parquet(out)


def touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"an image, which no adapter opens")
