"""The two reports of `python -m engine evaluate`: what to tell of a bundle, and of a label file."""

from pathlib import Path

import numpy as np
import pandas as pd

from engine.annotations import LABELS
from engine.bundle import open_bundle
from engine.emfacs import EMOTIONS
from engine.evaluation import accuracy_figures, figures, label_sets, systems
from engine.evaluation.asking import TEST_MAS, ask_manifest
from engine.evaluation.bundles import BundleEvaluation, evaluate_answers, evaluate_counts, kept_answers
from engine.evaluation.comparison import LabelComparison, compare
from engine.evaluation.look import LIGHT, Look
from engine.evaluation.page import Report
from engine.evaluation.paper_tables import paper_tables
from engine.images import read_manifest
from engine.label_file import read_labels
from engine.recipe import Precision


def evaluate_bundle(
    folder: str | Path,
    manifest: str | Path | None = None,
    split: str = "validation",
    *,
    device: str = "auto",
    precision: Precision | None = None,
    seed: int = 0,
    progress: bool = True,
    look: Look = LIGHT,
) -> tuple[Report, pd.DataFrame | None]:
    """A bundle's report, and the images of `manifest` that could not be read (None without a manifest).

    Without a manifest the answers that training kept for test-MAS are judged, and in an older bundle, which
    has none, its counts. With one, the networks are asked about the images of its `split`.
    """
    bundle, rng = open_bundle(folder), np.random.default_rng(seed)
    if manifest is not None:
        asked = ask_manifest(bundle, manifest, split, device=device, precision=precision, progress=progress)
        found = evaluate_answers(bundle, asked.judged, split, rng)
        return bundle_report(found, asked.notes, asked.failures, look), asked.failures
    kept = kept_answers(bundle)
    found = evaluate_counts(bundle) if kept is None else evaluate_answers(bundle, kept, TEST_MAS, rng)
    return bundle_report(found, look=look), None


def bundle_report(
    found: BundleEvaluation,
    notes: tuple[str, ...] = (),
    failures: pd.DataFrame | None = None,
    look: Look = LIGHT,
) -> Report:
    """What to tell of a bundle's evaluation: the paper's tables, intervals against chance, and confusions."""
    named = found.means.assign(system=found.means["system"].map(systems.title))
    tables = {
        **paper_tables(found),
        "intervals": _intervals(found),
        "means": named,
        "counts": found.by_emotion,
    }
    if len(found.choices):
        tables["choices"] = found.choices.assign(system=found.choices["system"].map(systems.title))
    drawn = {"balanced_accuracy": accuracy_figures.balanced_accuracies(found.by_emotion, look)}
    for system, counts in found.confusions.items():
        drawn[f"confusion_{system}"] = accuracy_figures.confusion(counts, systems.title(system), look)
        table = pd.DataFrame(counts, columns=list(EMOTIONS))
        tables[f"confusion_{system}"] = table.assign(true=EMOTIONS)[["true", *EMOTIONS]]
    if failures is not None and len(failures):
        tables["unreadable"] = failures
    below = found.by_emotion["above_chance"].eq(False).sum()
    of = found.by_emotion["above_chance"].notna().sum()
    against = (
        f"{of - below} of {of} balanced accuracies are above chance (0.5) with their whole 95 % interval."
    )
    printed = {
        "table_4": 1,
        "table_6": 1,
        "table_7": 1,
        "table_X": 1,
        "intervals": 3,
        "means": 3,
        "choices": 3,
    }
    return Report(
        title=f"Bundle {found.bundle}: {found.images:,} images of {found.judged_on}",
        sentences=(against, *notes, *found.notes),
        tables=tables,
        figures=drawn,
        about={"bundle": found.bundle, "judged_on": found.judged_on, "images": found.images},
        printed={name: decimals for name, decimals in printed.items() if name in tables},
    )


def evaluate_labels(
    file: str | Path,
    manifest: str | Path | None = None,
    bundle: str | Path | None = None,
    against: str | Path | None = None,
) -> Report:
    """A label file's report: Table 5, Fig. 4, scores and co-occurrence; with a manifest Figs. IV and V, with
    a bundle the bias of its confidence scores, and with another label file what changed from that to this
    one.
    """
    labels = read_labels(file)
    label_sets.check_labels(labels, str(file))
    images = None
    if manifest is not None:
        images = read_manifest(manifest, check_files=False, labels=LABELS, unlabelled=True)
    parts = [_overview(labels, images)]
    if images is not None:
        parts.append(_joint(labels, images))
    if bundle is not None:
        parts.append(_bias(labels, label_sets.score_caps(open_bundle(bundle).contents["confidence"])))
    if against is not None:
        parts.append(_changes(compare(read_labels(against), labels), Path(against).name))
    return Report(
        title=f"Label file {Path(file).name}: {len(labels):,} images",
        sentences=tuple(sentence for part in parts for sentence in part.sentences),
        tables={name: table for part in parts for name, table in part.tables.items()},
        figures={name: drawn for part in parts for name, drawn in part.figures.items()},
        about={
            "labels": str(file),
            "images": len(labels),
            **{k: v for part in parts for k, v in part.about.items()},
        },
        printed={name: decimals for part in parts for name, decimals in part.printed.items()},
    )


def _intervals(found: BundleEvaluation) -> pd.DataFrame:
    """Balanced accuracy (95 % interval) by system and emotion, as words for people."""
    rows = found.by_emotion
    words = [
        "undefined" if np.isnan(value) else f"{value:.2f} ({low:.2f}-{high:.2f})"
        for value, low, high in zip(rows["balanced_accuracy"], rows["low"], rows["high"], strict=True)
    ]
    table = rows.assign(words=words).pivot(index="system", columns="emotion", values="words")
    ordered = table.reindex(index=rows["system"].unique(), columns=list(EMOTIONS))
    return (
        ordered.set_axis([systems.title(name) for name in ordered.index]).rename_axis("system").reset_index()
    )


def _overview(labels: pd.DataFrame, images: pd.DataFrame | None) -> Report:
    sentences = []
    if unlabelled := int(labels["subset"].isna().sum()):
        sentences.append(f"{unlabelled:,} images have no hard-label, so no subset; Table 5 leaves them out.")
    if images is None:
        sentences.append("Splits and joint shares (Figs. IV, V) need the manifest: --images.")
    tables = {
        "table_5": label_sets.table_5(labels),
        "figure_4": label_sets.figure_4(labels, images),
        "score_distributions": label_sets.score_distributions(labels),
        "co_occurrence": label_sets.co_occurrence(labels).rename_axis("emotion").reset_index(),
        "score_correlations": label_sets.score_correlations(labels).rename_axis("emotion").reset_index(),
    }
    drawn = {
        "figure_table_5": figures.subset_bars(tables["table_5"]),
        "figure_4": figures.distribution(tables["figure_4"]),
        "figure_scores": figures.score_panels(label_sets.score_histogram(labels)),
        "figure_co_occurrence": figures.co_occurrence(label_sets.co_occurrence(labels)),
        "figure_correlations": figures.correlations(label_sets.score_correlations(labels)),
    }
    return Report("", tuple(sentences), tables, drawn, printed={"table_5": 2, "score_distributions": 3})


def _joint(labels: pd.DataFrame, images: pd.DataFrame) -> Report:
    tables, drawn, sentences = {}, {}, []
    absent = [name for name in ("gender", "ethnicity", "age") if name not in images.columns]
    if absent:
        sentences.append(f"The manifest has no {', '.join(absent)}, so the joint shares are without.")
    for name, count in label_sets.known_people(images)[1].items():
        if count:
            sentences.append(
                f"{count:,} images have a {name} that the paper does not know; it counts as missing."
            )
    for split, found in label_sets.shares(labels, images).items():
        names = [": ".join(map(str, pair)) for pair in found.columns.to_list()]
        flat = found.set_axis(names, axis=1)
        tables[f"joint_shares_{split}"] = flat.reset_index()
        drawn[f"figure_joint_shares_{split}"] = figures.joint_shares(found, split)
    return Report("", tuple(sentences), tables, drawn)


def _bias(labels: pd.DataFrame, caps: pd.DataFrame) -> Report:
    bias, moved = label_sets.confidence_bias(labels, caps), label_sets.subsets_without_caps(labels, caps)
    counts = moved.set_index("subset").to_numpy()
    total = int(counts.sum())
    change = total - int(np.trace(counts))
    share = f" ({change / total:.1%})" if total else ""
    said = (
        f"Confidence scores cap each emotion's soft score at another height: from {caps['cap'].min():.2f} to "
        f"{caps['cap'].max():.2f}. Were every score divided by its cap, {change:,} of {total:,} images"
        f"{share} would change their subset."
    )
    tables = {"confidence_bias": bias, "subsets_without_caps": moved}
    return Report(
        "",
        (said,),
        tables,
        {"figure_confidence": figures.confidence_bias(bias)},
        printed={"confidence_bias": 3},
    )


def _changes(found: LabelComparison, name: str) -> Report:
    share = "" if found.share_changed is None else f" ({found.share_changed:.2%})"
    said = (
        f"Against {name}: {found.changed:,} of {found.ranked:,} images{share} changed their subset; "
        f"soft scores moved by at most {found.scores['largest'].max():.5f}. "
        f"{found.only_before:,} images are in {name} alone, {found.only_after:,} in this file alone."
    )
    tables = {
        "changed_images": found.images[found.images["changed"]],
        "subset_moves": found.moves,
        "score_moves": found.scores,
    }
    about = {"changed": found.changed, "ranked": found.ranked, "share_changed": found.share_changed}
    return Report(
        "", (said,), tables, {"figure_moves": figures.moves(found.moves)}, about, {"score_moves": 5}
    )
