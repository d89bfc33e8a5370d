"""Label sets: what a bundle did to a data set, and what changed from one set to another."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from app import charts
from app.installation import installation
from app.researcher import removing, words
from app.researcher.access import RESEARCHERS, database, researchers_only
from engine.errors import EngineError
from study.exporting.cells import spreadsheet_csv
from study.images import catalog, facets
from study.images.comparisons import comparison
from study.images.overview import overview

if TYPE_CHECKING:
    from collections.abc import Callable

    from plotly.graph_objects import Figure

    from engine.evaluation.comparison import LabelComparison
    from study.images.overview import Tables

NOTHING = "nothing"
_MOVED = 24


@researchers_only
def page() -> None:
    """Draw the label set that the address names, alone or beside another."""
    words.head(
        "Label sets",
        "What an engine’s labels say of a whole data set, and what changed from one set to another.",
    )
    with database().session() as session:
        sets = catalog.label_sets(session)
    if sets.empty:
        words.nothing_yet(*words.NO_IMAGES)
        return
    names = {str(row["label_set_id"]): str(row["name"]) for row in sets.to_dict("records")}
    chosen, other = _choose(names)
    _prepare(sets)
    _figures_of(sets.loc[sets["label_set_id"] == int(chosen)].iloc[0])
    if other == NOTHING:
        _one(int(chosen))
    else:
        _two(int(other), int(chosen), names)
    removing.label_set(names[chosen])


def _choose(names: dict[str, str]) -> tuple[str, str]:
    one, two = st.columns(2)
    chosen = one.selectbox(
        "Label set",
        list(names),
        len(names) - 1,
        format_func=names.__getitem__,
        key="set",
        bind="query-params",
    )
    others = [NOTHING, *(key for key in names if key != chosen)]
    said = {NOTHING: "Nothing: look at it alone", **names}
    other = two.selectbox(
        "Compared with", others, format_func=said.__getitem__, key="with", bind="query-params"
    )
    return str(chosen), str(other)


def _prepare(sets: pd.DataFrame) -> None:
    """Make what an older version's import has not made."""
    for label_set_id in sets.loc[~sets["prepared"].astype(bool), "label_set_id"]:
        with st.spinner("Preparing this label set, once …"), database(RESEARCHERS).begin() as session:
            facets.write_facets(session, int(label_set_id))


def _figures_of(row: "pd.Series[Any]") -> None:
    total = int(row["images"])
    with st.container(horizontal=True, gap="large"):
        st.metric("Images", f"{total:,}", width="content")
        for subset in ("easy", "challenging", "difficult"):
            count = int(row[subset])
            share = f"{count / total:.1%}" if total else "none"
            st.metric(
                subset.capitalize(),
                f"{count:,}",
                share,
                delta_color="off",
                delta_arrow="off",
                width="content",
            )
    made = f"Made by the bundle {row['bundle']}" if row["bundle"] else "Imported"
    st.caption(f"{made}, of the images of {row['dataset']}, {row['created_at']:%d %B %Y}.")


def _one(label_set_id: int) -> None:
    from engine.evaluation import figures

    with st.spinner("Reading the whole label set, once …"), database().session() as session:
        tables = overview(session, installation().settings, label_set_id)
    _show(
        "Subsets",
        "An image is Easy where no emotion scores higher than its hard-label, Challenging where one or two "
        "do, Difficult where three or more do (Sec. 3.5, Table 5).",
        _drawn(figures.subset_bars, tables["table_5"]),
        tables["table_5"],
    )
    _show(
        "Emotions within the subsets",
        "Which hard-labels make up each subset (Fig. 4).",
        _drawn(figures.distribution, tables["figure_4"]),
        tables["figure_4"],
    )
    _show(
        "Scores",
        "How each emotion's soft scores are spread over the images that carry it, and over all others.",
        _drawn(figures.score_panels, tables["score_histogram"]),
        tables["score_distributions"],
    )
    _show(
        "Emotions that go together",
        "An emotion is in a face where its score is at least half of the face's highest: how often two are.",
        _drawn(figures.co_occurrence, tables["co_occurrence"]),
        tables["co_occurrence"],
    )
    _show(
        "Correlations of the scores",
        "Pearson's r of the scores of two emotions over all images.",
        _drawn(figures.correlations, tables["score_correlations"]),
        tables["score_correlations"],
    )
    _confidence(tables)
    for name in (name for name in tables if name.startswith("joint_shares_")):
        split = name.removeprefix("joint_shares_")
        _show(
            f"Who shows what, {split}",
            "Joint shares in percent of expression, gender, ethnicity and age (Figs. IV, V), of the images "
            "for which both are known.",
            _drawn(figures.joint_shares, tables[name], split),
            tables[name],
        )


def _confidence(tables: "Tables") -> None:
    from engine.evaluation import figures

    if "confidence_bias" not in tables:
        st.caption("The bundle is not in the data folder, so its confidence scores cannot be shown.")
        return
    _show(
        "Confidence, and its bias",
        "Each network's say is weighted by its confidence score, which caps how high an emotion can score at "
        "all: emotions that are hard to learn lose to easy ones. The table says how many would change.",
        _drawn(figures.confidence_bias, tables["confidence_bias"]),
        tables["confidence_bias"],
    )
    st.dataframe(words.readable(tables["subsets_without_caps"]), hide_index=True)


def _two(before: int, after: int, names: dict[str, str]) -> None:
    from engine.evaluation import figures

    try:
        with st.spinner("Comparing every image, once …"):
            found = _compared(before, after)
    except EngineError as problem:
        st.error(f"These two cannot be compared: {problem}")
        return
    share = "" if found.share_changed is None else f" ({found.share_changed:.1%})"
    st.markdown(
        f"From **{names[str(before)]}** to **{names[str(after)]}**, {found.changed:,} of "
        f"{words.counted(found.ranked, 'image')}{share} changed their subset."
    )
    if found.only_before or found.only_after:
        st.caption(f"{found.only_before:,} images are in the first alone, {found.only_after:,} in the other.")
    _show(
        "From subset to subset",
        "Rows are the first set's subsets, columns the second's.",
        _drawn(figures.moves, found.moves),
        found.moves,
    )
    st.subheader("How far the scores moved", anchor=False)
    st.dataframe(words.readable(found.scores), hide_index=True)
    _moved(after, found)


def _moved(label_set_id: int, found: "LabelComparison") -> None:
    st.subheader("The images that moved farthest", anchor=False)
    farthest = found.images["largest"].abs().nlargest(_MOVED).index
    rows = found.images.loc[farthest]
    with st.container(horizontal=True):
        for row in rows.to_dict("records"):
            with st.container(width=170):
                st.html(
                    f'<div class="fv-card"><img loading="lazy" alt="{row["hard_label"]}" '
                    f'src="{charts.thumbnail_url(label_set_id, int(row["image_id"]))}"></div>'
                )
                st.caption(
                    f"{row['subset_before']} → {row['subset_after']} · {row['emotion']} {row['largest']:+.2f}"
                )
    st.download_button(
        "All images as CSV",
        lambda: spreadsheet_csv(found.images),
        "compared.csv",
        "text/csv",
        icon=":material/download:",
    )


# Shared by all who look, and changed by nobody: a copy for each look would take longer than the page.
@st.cache_resource(max_entries=4, show_spinner=False)
def _compared(before: int, after: int) -> "LabelComparison":
    """A label set never changes, so neither does this."""
    with database().session() as session:
        return comparison(session, installation().settings, before, after)


def _drawn(draw: "Callable[..., Figure]", table: pd.DataFrame, *rest: str) -> "Figure":
    return _figure(draw.__name__, table, rest, st.context.theme.type == "dark", draw)


# Figures are told apart by their tables, and shared by all who look: plotly takes long to make them.
@st.cache_resource(max_entries=100, show_spinner=False)
def _figure(
    name: str, table: pd.DataFrame, rest: tuple[str, ...], dark: bool, _draw: "Callable[..., Figure]"
) -> "Figure":
    from engine.evaluation.look import DARK, LIGHT

    return _draw(table, *rest, DARK if dark else LIGHT).update_layout(title=None)


def _show(title: str, meaning: str, figure: "Figure", table: pd.DataFrame) -> None:
    st.subheader(title, anchor=False)
    st.caption(meaning)
    st.plotly_chart(figure, key=title, theme=None, config=charts.config(_file(title)))
    with st.expander("Table", key=f"table-{title}"):
        st.dataframe(words.readable(table))


def _file(title: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in title.lower()).split())
