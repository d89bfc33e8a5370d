"""The bundles of the page Engine: their networks, how they learnt, what they are worth, their recipes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from app import charts
from app.researcher import words

if TYPE_CHECKING:
    from engine.bundle import Bundle
    from engine.evaluation.look import Look
    from engine.evaluation.page import Report

NOTHING = "nothing"
VIEWS = ("Networks", "Learning", "Evaluation", "Recipe")
_PAPER = {
    "table_6": "Table 6: each backbone and the ensemble, in % of the images set apart",
    "table_7": "Table 7: the AU classifier",
    "table_X": "Table X: one network, with and without action units",
    "table_4": "Table 4: ensemble, AU classifier and both",
    "means": "Means over the emotions, with 95 % intervals",
    "choices": "Choosing one of eight",
}
_SHARES = st.column_config.ProgressColumn("Balanced accuracy", format="percent", min_value=0, max_value=1)


def listed(found: "list[Bundle]") -> None:
    """Draw every bundle as a row, and one of them whole, as the address says."""
    st.dataframe(_overview(found), hide_index=True, column_config=_overview_columns())
    by_name = {bundle.name: bundle for bundle in found}
    one, two = st.columns(2)
    name = one.selectbox("Bundle", list(by_name), len(found) - 1, key="bundle", bind="query-params")
    others = [NOTHING, *(other for other in by_name if other != name)]
    other = NOTHING
    if len(others) > 1:
        other = two.selectbox(
            "Compared with",
            others,
            format_func=lambda choice: "Nothing: look at it alone" if choice == NOTHING else choice,
            key="beside",
            bind="query-params",
        )
    view = st.segmented_control(
        "Show", VIEWS, default=VIEWS[0], required=True, key="view", bind="query-params"
    )
    bundle, beside = by_name[name], by_name.get(other)
    if view == "Networks":
        _networks(bundle, beside)
    elif view == "Learning":
        learning(bundle.folder, "bundle")
    elif view == "Evaluation":
        _evaluation(_report(bundle.fingerprint, str(bundle.folder), _is_dark()))
    else:
        _recipe(bundle, beside)


def learning(folder: Path, key: str) -> None:
    """Draw the learning curves that a bundle, or a training under way, has so far; `key` is the widgets'."""
    from engine.evaluation.learning_figures import learning_curve
    from engine.evaluation.networks import PARTS
    from engine.history import read_history

    told = read_history(folder)
    if told.empty:
        st.caption("No epoch is finished, or an older engine trained this bundle and kept no curves.")
        return
    groups = told[["kind", "backbone"]].drop_duplicates().to_dict("records")
    named = {f"{PARTS[one['kind']]}, {one['backbone']}": (one["kind"], one["backbone"]) for one in groups}
    choice = st.selectbox("Networks", list(named), len(named) - 1, key=f"{key}-group")
    kind, backbone = named[choice]
    own = told[(told["kind"] == kind) & (told["backbone"] == backbone)]
    left, right = st.columns(2)
    left.plotly_chart(
        learning_curve(own, "loss", _look()), key=f"{key}-loss", theme=None, config=charts.CONFIG
    )
    if own["balanced_accuracy"].notna().any():
        drawn = learning_curve(own, "balanced_accuracy", _look())
        right.plotly_chart(drawn, key=f"{key}-accuracy", theme=None, config=charts.CONFIG)
        st.caption(
            "No network learns from the images set apart. Whoever chooses settings by this curve makes the "
            "confidence scores too high: take them from a calibration set then (confidence.images)."
        )
    else:
        right.caption("A foundation learns the shares of the votes; it has no emotion of its own to tell.")
    with st.expander("Table"):
        st.dataframe(own.drop(columns=["kind", "backbone"]), hide_index=True)


def _overview(found: "list[Bundle]") -> pd.DataFrame:
    return pd.DataFrame([_row(bundle) for bundle in found])


def _row(bundle: "Bundle") -> dict[str, Any]:
    images = bundle.contents.get("data", {}).get("images", {})
    finished = datetime.fromtimestamp((bundle.folder / "bundle.json").stat().st_mtime, UTC)
    return {
        "Bundle": bundle.name,
        "Recipe": bundle.recipe.name,
        "Networks": len(bundle.network_names),
        "Backbones": ", ".join(bundle.recipe.backbones),
        "Trained on": images.get("train"),
        "Set apart": images.get("test", 0) + images.get("calibration", 0),
        "Ensemble": float(bundle.ensemble_confidence.mean()),
        "AU classifier": float(bundle.au_confidence.mean()),
        "Finished": finished,
        "Fingerprint": bundle.fingerprint[:12],
    }


def _overview_columns() -> dict[str, Any]:
    score = st.column_config.NumberColumn
    return {
        "Trained on": score(help="Images that the networks learnt from.", format="localized"),
        "Set apart": score(help="Images that give confidence scores and evaluation.", format="localized"),
        "Ensemble": score(help="Mean confidence score of its networks (Eq. 3).", format="%.3f"),
        "AU classifier": score(help="Mean confidence score over the emotions (Eq. 3).", format="%.3f"),
        "Finished": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        "Fingerprint": st.column_config.TextColumn(help="Two bundles that share it label alike."),
    }


def _networks(bundle: "Bundle", beside: "Bundle | None") -> None:
    from engine.evaluation.networks import network_table

    table = network_table(bundle)
    keys = ["part", "backbone", "emotion"]
    if beside is not None:
        theirs = network_table(beside)[[*keys, "balanced_accuracy"]]
        table = table.merge(theirs, on=keys, how="left", suffixes=("", "_beside"))
        table["difference"] = table["balanced_accuracy"] - table["balanced_accuracy_beside"]
        if not len(table.merge(theirs, on=keys)):
            st.caption(f"{beside.name} has no network of the same backbone and emotion.")
    st.caption(
        f"{words.counted(len(table), 'network')}, each judged alone on the images set apart, with its 95 % "
        "interval. Press a head to sort. The confidence score weighs the network in the soft-label; the AU "
        "classifier's is that of both its heads (Eq. 12)."
    )
    # An older bundle cannot tell everything.
    shown = table.dropna(axis="columns", how="all")
    st.dataframe(shown, hide_index=True, column_config=_network_columns(beside))


def _network_columns(beside: "Bundle | None") -> dict[str, Any]:
    number = st.column_config.NumberColumn
    percent = number(format="percent")
    return {
        "part": "Part",
        "backbone": "Backbone",
        "emotion": "Emotion",
        "epochs": "Epochs",
        "loss": number("Loss", format="%.4f", help="Mean of the last epoch."),
        "balanced_accuracy": _SHARES,
        "low": number("from", format="percent"),
        "high": number("to", format="percent"),
        "positives": number("Positives", help="Images of the emotion among those set apart."),
        "confidence": number("Confidence", format="%.3f"),
        "megabytes": number("MB", format="%.1f"),
        "balanced_accuracy_beside": number(beside.name if beside else "", format="percent"),
        "difference": percent if beside is None else number("Difference", format="percent"),
    }


@st.cache_data(max_entries=8, show_spinner="Judging the bundle on its test images …")
def _report(fingerprint: str, folder: str, dark: bool) -> "Report":
    """A bundle's evaluation; a bundle trained anew has another fingerprint."""
    from engine.evaluation.look import DARK, LIGHT
    from engine.evaluation.reports import evaluate_bundle

    return evaluate_bundle(folder, look=DARK if dark else LIGHT)[0]


def _evaluation(report: "Report") -> None:
    st.markdown(f"**{report.title}**")
    for sentence in report.sentences:
        st.markdown(sentence)
    for name, title in _PAPER.items():
        if name in report.tables:
            st.markdown(f"**{title}**")
            st.dataframe(_rounded(report.tables[name], report.printed.get(name, 3)), hide_index=True)
    for name, figure in report.figures.items():
        st.plotly_chart(figure, key=f"evaluation-{name}", theme=None, config=charts.CONFIG)
        table = report.tables.get(name) if name in report.tables else report.tables.get("intervals")
        if table is not None:
            with st.expander("Table"):
                st.dataframe(table, hide_index=True)
    with st.expander("Counts of every system and emotion"):
        st.dataframe(report.tables["counts"], hide_index=True)


def _rounded(table: pd.DataFrame, decimals: int) -> pd.DataFrame:
    numbers = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].round(decimals) for name in numbers})


def _recipe(bundle: "Bundle", beside: "Bundle | None") -> None:
    own = _settings(bundle.contents["recipe"])
    if beside is not None:
        theirs = _settings(beside.contents["recipe"])
        rows = [
            {"Setting": name, bundle.name: own.get(name, "-"), beside.name: theirs.get(name, "-")}
            for name in sorted(own.keys() | theirs.keys())
            if own.get(name) != theirs.get(name)
        ]
        st.markdown("**What differs**" if rows else f"The recipe is that of {beside.name}.")
        if rows:
            st.dataframe(rows, hide_index=True)
    with st.expander("Every setting", expanded=beside is None):
        st.dataframe({"Setting": list(own), "Value": list(own.values())}, hide_index=True)
    about = {
        "Unreadable images": len(bundle.contents.get("data", {}).get("unreadable", [])),
        **{name: str(version) for name, version in bundle.contents.get("versions", {}).items()},
        "Fingerprint": bundle.fingerprint,
    }
    st.dataframe({"About": list(about), "Value": [str(value) for value in about.values()]}, hide_index=True)


def _settings(values: Mapping[str, Any], place: str = "") -> dict[str, str]:
    """A recipe's settings as `--set` names them, flat, with their values as text."""
    flat: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _settings(value, f"{place}{name}.")
        elif isinstance(value, list | tuple):
            flat[place + name] = ", ".join(map(str, value))
        else:
            flat[place + name] = "none" if value is None else str(value)
    return flat


def _look() -> "Look":
    from engine.evaluation.look import DARK, LIGHT

    return DARK if _is_dark() else LIGHT


def _is_dark() -> bool:
    return st.context.theme.type == "dark"
