"""Several baselines as one job that can be interrupted, and their report."""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from engine.baselines import Baseline, BaselineData, BaselineRun, read_data, summary, train_baseline
from engine.bundle import write_json
from engine.emfacs import EMOTIONS
from engine.evaluation.accuracy_figures import confusion, error_curves
from engine.evaluation.baseline_tables import Summary, baseline_tables, comparison
from engine.evaluation.page import Report
from engine.folder_lock import one_writer
from engine.images import write_table
from engine.recipe import Recipe

SCORE, PREDICTIONS = "score.json", "predictions.parquet"


def run_baselines(
    manifest: str | Path,
    labels: str | Path,
    recipe: Recipe,
    runs: Sequence[BaselineRun],
    out: Path,
    *,
    device: str = "auto",
    progress: bool = True,
) -> tuple[list[Summary], pd.DataFrame]:
    """Train what is not trained yet, and return the summaries of all runs and the table of unreadable images.

    Each run leaves score.json and predictions.parquet: a single one in `out`, several in <backbone>-<subset>.
    A run whose score.json is of the same recipe, images and labels is not trained again, and a stopped one
    goes on where it was. Raises EngineError for bad input, and where another process trains into `out`.
    """
    with one_writer(out, f"training baselines into {out}"):
        return _run_all(manifest, labels, recipe, runs, out, device, progress)


def _run_all(
    manifest: str | Path,
    labels: str | Path,
    recipe: Recipe,
    runs: Sequence[BaselineRun],
    out: Path,
    device: str,
    progress: bool,
) -> tuple[list[Summary], pd.DataFrame]:
    store = out / ".decoded"
    subsets = list(dict.fromkeys(run.subset for run in runs))
    data = read_data(manifest, labels, recipe, subsets, store, progress)
    summaries = []
    for run in runs:
        folder = out if len(runs) == 1 else out / f"{run.backbone.replace('/', '_')}-{run.subset}"
        summaries.append(
            _kept(folder, _job(data, recipe, run)) or _run(data, recipe, run, folder, store, device, progress)
        )
    unreadable = data.unreadable
    del data
    shutil.rmtree(store)
    return summaries, unreadable


def baseline_report(summaries: Sequence[Summary], unreadable: pd.DataFrame) -> Report:
    """The paper's tables, confusion matrices and error curves of some baselines."""
    tables: dict[str, pd.DataFrame] = {"comparison": comparison(summaries), **baseline_tables(summaries)}
    drawn, curves = {}, {}
    for found in summaries:
        name = f"{found['backbone']}, {found['subset']}"
        stem = name.replace(", ", "_").replace("/", "_")
        for where, own in (("own subset", found), ("all validation images", found["all_validation"])):
            counts = np.array(own["confusion"])
            key = f"confusion_{stem}" + ("" if own is found else "_all")
            tables[key] = pd.DataFrame(counts, columns=list(EMOTIONS)).assign(true=EMOTIONS)[
                ["true", *EMOTIONS]
            ]
            drawn[key] = confusion(counts, f"{name}, on {where}")
        if found["curve"]:
            curves[name] = pd.DataFrame(found["curve"])
            tables[f"error_curve_{stem}"] = curves[name]
    if curves:
        drawn = {"error_curves": error_curves(curves), **drawn}
    if len(unreadable):
        tables["unreadable"] = unreadable
    kind = summaries[0]["kind"]
    printed = {"table_8": 2, "table_9": 2, "table_10": 2, "table_11": 2, "comparison": 4}
    notes = [note for found in summaries for note in found["notes"]]
    said = f"{len(summaries)} {'baseline' if len(summaries) == 1 else 'baselines'} on {kind}-labels."
    how = (
        "Tables 8 to 11 judge each on the validation images of its own subset, Figs. 5 and II on all of them."
    )
    return Report(
        title=f"Baselines on {kind}-labels",
        sentences=(said, how, *dict.fromkeys(notes)),
        tables=tables,
        figures=drawn,
        printed={name: decimals for name, decimals in printed.items() if name in tables},
    )


def _run(
    data: BaselineData,
    recipe: Recipe,
    run: BaselineRun,
    folder: Path,
    store: Path,
    device: str,
    progress: bool,
) -> Summary:
    job = _job(data, recipe, run)
    # Named for all that decides the result, so that no other run takes it up; it goes with the store.
    name = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()
    checkpoint = store / f"{name}.checkpoint"
    with tqdm(desc=f"{run.backbone}, {run.subset}", unit="batch", disable=not progress) as bar:

        def report(epoch: int, batches: int, loss: float) -> None:
            bar.update(batches - bar.n)
            bar.set_postfix_str(f"epoch {epoch}/{recipe.ensemble.epochs}, loss {loss:.4f}", refresh=False)

        found: Baseline = train_baseline(
            data, recipe, run, device=device, begin=bar.reset, report=report, checkpoint=checkpoint
        )
    write_table(found.predictions, folder / PREDICTIONS)
    values = json.loads(json.dumps({**summary(found), "job": job}))
    write_json(values, folder / SCORE)
    checkpoint.unlink(missing_ok=True)
    return dict(values)


def _kept(folder: Path, job: dict[str, Any]) -> Summary | None:
    file = folder / SCORE
    if not (file.is_file() and (folder / PREDICTIONS).is_file()):
        return None
    try:
        found = json.loads(file.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    return dict(found) if found.get("job") == job else None


def _job(data: BaselineData, recipe: Recipe, run: BaselineRun) -> dict[str, Any]:
    """What decides a run's result: the recipe, the images and their truth, and the run's own settings."""
    own = (
        data.rows[(data.rows["split"] != "train") | (data.rows["subset"] == run.subset)]
        if run.subset != "All"
        else data.rows
    )
    rows = pd.util.hash_pandas_object(own, index=False).sum()
    return {"recipe": recipe.fingerprint(), "rows": str(rows), **dataclasses.asdict(run)}
