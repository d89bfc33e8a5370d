"""How long the findings take, for the paper's size and a large one, and the coefficients beside their peers.

    python -m benchmarks.analysis [--peers PYTHON] [--large 1000000]

`findings` computes everything the report shows, from trials with text columns as the database gives them.
PYTHON is the interpreter of an environment with numpy, pandas, krippendorff, irrCAC and scikit-learn; the
peers run there on the same table, in the same run, and their times are given as multiples of ours. Times
are the median of repeats; memory is the most the process held.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from plotly.offline import get_plotlyjs

from study.findings.annotators import annotator_agreement
from study.findings.coefficients import cohen_kappa
from study.findings.intervals import Array
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.summary import findings
from study.findings.trials import Codes
from study.findings.units import estimate, krippendorff_alpha, units
from study.reporting.page import page
from study.reporting.report import Options, make_report
from study.reporting.source import Source, StudyFacts

PAPER = Design()
TEXT = ("participant", "side", "kind", "choice", "hard_label", "subset")

PEERS = """
import json, sys, time, warnings
import numpy as np, pandas as pd
warnings.simplefilter("ignore")
import krippendorff
from irrCAC.raw import CAC
readings = np.load(sys.argv[1])
def timed(work):
    times = []
    for _ in range(3):
        start = time.perf_counter(); value = work(); times.append(time.perf_counter() - start)
    return [float(value), sorted(times)[1]]
found = {"krippendorff": timed(lambda: krippendorff.alpha(readings, level_of_measurement="nominal"))}
frame = pd.DataFrame(readings.T)
found["irrCAC alpha"] = timed(lambda: CAC(frame, digits=12).krippendorff()["est"]["coefficient_value"])
found["irrCAC AC1"] = timed(lambda: CAC(frame, digits=12).gwet()["est"]["coefficient_value"])
try:
    from sklearn.metrics import cohen_kappa_score
    both = np.isfinite(readings[0]) & np.isfinite(readings[1])
    found["scikit-learn kappa"] = timed(lambda: cohen_kappa_score(readings[0][both], readings[1][both]))
except ImportError:
    pass
print(json.dumps(found))
"""


def main() -> None:
    """Run and print each measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peers", help="interpreter of an environment with the peer packages")
    parser.add_argument(
        "--large", type=int, default=1_000_000, help="answers of the large study (default 1,000,000)"
    )
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    paper = as_text(simulate_trials(PAPER, Population(), rng))
    print(f"numpy {np.__version__}, pandas {pd.__version__}, Python {sys.version.split()[0]}")
    report(f"{len(paper):,} answers, no bootstrap", lambda: findings(paper), args.repeats)
    drawn = np.random.default_rng(2)
    report(
        f"{len(paper):,} answers, 10,000 resamples",
        lambda: findings(paper, None, 10_000, drawn),
        args.repeats,
    )
    report_page(paper, args.repeats)
    for answers in (args.large // 10, args.large):
        questions = round(answers / 500 / 2 / 1.3)
        large = as_text(simulate_trials(Design(500, questions), Population(), rng))
        report(f"{len(large):,} answers of 500 participants", partial(findings, large), 3)
    report_table(rng, args.repeats)
    compare(rng, args.peers, args.repeats)


def report_page(trials: pd.DataFrame, repeats: int) -> None:
    """The whole page of `study report`: findings, sections, figures in two looks, tables."""
    facts = StudyFacts("paper", "The paper's size", "closed", True, 1, {}, None, None, None, None)
    made_of = Source(facts, trials, sorted(set(trials["participant"])))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for resamples in (0, 10_000):
        options = Options(resamples=resamples)
        name = f"page of {len(trials):,} answers, {resamples:,} resamples"
        report(name, partial(_page, made_of, options, now), repeats)
    size = len(page(make_report(made_of, Options(), now)).encode()) / 1e6
    print(f"the page is {size:.1f} MB, of which plotly.js {len(get_plotlyjs().encode()) / 1e6:.1f} MB")


def _page(made_of: Source, options: Options, now: datetime) -> str:
    return page(make_report(made_of, options, now))


def as_text(trials: pd.DataFrame) -> pd.DataFrame:
    """Trials with the text columns of the contract, as they come from the database."""
    question, image = (trials[name].astype("str") for name in ("question", "image"))
    table = trials.astype(dict.fromkeys(TEXT, "str"))
    table["question"], table["image"] = "q" + question, "i" + image
    table["foil"] = ("i" + trials["foil"].astype("str")).where(trials["experiment"] == 2)
    table["repeats"] = ("q" + trials["repeats"].astype("str")).where(trials["kind"] != "first")
    return table


def report(name: str, work: Callable[[], object], repeats: int) -> float:
    """Print the median seconds of the work and the process's largest memory."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    middle = statistics.median(times)
    print(f"{name:48} {middle:8.3f} s (least {min(times):.3f})   memory at most {memory:.2f} GiB", flush=True)
    return middle


def report_table(rng: np.random.Generator, repeats: int) -> None:
    """A multi-annotated set of the paper's size: 36,050 images, two to five of 12 annotators each, 8
    labels.
    """
    sizes = np.repeat([2, 3, 4, 5], [32_378, 2_373, 997, 302])
    image = np.repeat(np.arange(len(sizes)), sizes)
    annotator = np.concatenate([rng.permutation(12)[:size] for size in sizes])
    truth = rng.integers(0, 8, len(sizes))[image]
    label = np.where(rng.random(len(image)) < 0.65, truth, rng.integers(0, 8, len(image)))
    table = pd.DataFrame({"image": image, "annotator": annotator, "label": label})
    for resamples in (0, 2000):
        name = f"{len(table):,} annotations, {resamples:,} resamples"
        draws = np.random.default_rng(1)
        work = partial(annotator_agreement, table, "image", "annotator", "label", "nominal", resamples, draws)
        report(name, work, repeats)


def compare(rng: np.random.Generator, peers: str | None, repeats: int) -> None:
    """Alpha, AC1 and kappa of 6 raters and 2,000 items beside the peers' values and times."""
    truth = rng.integers(0, 8, 2000)
    readings = np.where(rng.random((6, 2000)) < 0.7, truth, rng.integers(0, 8, (6, 2000))).astype(float)
    readings[rng.random(readings.shape) < 0.2] = np.nan
    item = np.nonzero(np.isfinite(readings))[1]
    label = readings[np.isfinite(readings)].astype(np.intp)
    alpha = report(
        "alpha with its jackknife, 6 x 2,000 readings",
        lambda: estimate(units(item, label, 8), krippendorff_alpha()),
        repeats,
    )
    both = np.isfinite(readings[0]) & np.isfinite(readings[1])
    a, b = (readings[at][both].astype(np.intp) for at in (0, 1))
    kappa = report("kappa with its error, two raters", lambda: cohen_kappa(_table(a, b)), repeats)
    ours = estimate(units(item, label, 8), krippendorff_alpha()).estimate
    print(f"our alpha {ours:.12f}, our kappa {float(cohen_kappa(_table(a, b)).value):.12f}")
    if peers:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "readings.npy"
            np.save(path, readings)
            found = json.loads(subprocess.check_output([peers, "-c", PEERS, str(path)], text=True))
        for name, (value, seconds) in found.items():
            base = kappa if "kappa" in name else alpha
            print(f"{name:48} {seconds:8.3f} s, {seconds / base:.1f} times ours; value {value:.12f}")


def _table(a: Codes, b: Codes) -> Array:
    return np.bincount(a * 8 + b, minlength=64).reshape(8, 8).astype(float)


if __name__ == "__main__":
    main()
