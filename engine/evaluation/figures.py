"""Figures of label sets: a frame of `engine.evaluation.label_sets` in, a plotly figure out."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from engine.emfacs import EMOTIONS
from engine.evaluation.look import LIGHT, Look, figure, heatmap
from engine.soft_labels import SUBSETS

_PATTERNS = {"Easy": "", "Challenging": "/", "Difficult": "x"}


def subset_bars(table: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """Table 5 as stacked bars: the share of each emotion's images that are Easy, Challenging and Difficult.

    `table` is `label_sets.table_5`'s.
    """
    names = [*EMOTIONS, "Overall"]
    counts, percent = (table[table["measure"] == name].set_index("subset") for name in ("images", "percent"))
    found = figure(look, "Subsets by hard-label (Table 5)")
    for subset in SUBSETS:
        found.add_bar(
            x=[f"{name}<br>n = {of:,.0f}" for name, of in counts.loc["All", names].items()],
            y=percent.loc[subset, names],
            name=subset,
            marker={"color": look.subsets[subset], "pattern": {"shape": _PATTERNS[subset]}},
            customdata=counts.loc[subset, names],
            hovertemplate=f"%{{x}}<br>{subset} %{{y:.2f}} % (%{{customdata:,.0f}} images)<extra></extra>",
        )
    found.update_layout(barmode="stack")
    found.update_yaxes(title="Share of the images (%)", range=[0, 100])
    return found


def distribution(counts: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """Fig. 4: emotions within each subset, a panel for each split; `counts` is `label_sets.figure_4`'s."""
    splits = list(counts["split"].unique())
    found = _panels(look, "Emotions within the subsets (Fig. 4)", 1, max(1, len(splits)), splits)
    for column, split in enumerate(splits, start=1):
        for emotion in EMOTIONS:
            own = counts[(counts["split"] == split) & (counts["emotion"] == emotion)]
            found.add_bar(
                x=own["subset"],
                y=own["images"],
                name=emotion,
                legendgroup=emotion,
                showlegend=column == 1,
                marker={"color": look.emotions[emotion]},
                customdata=own["percent"],
                hovertemplate=f"{split}, %{{x}}<br>{emotion}: %{{y:,}} images, %{{customdata:.1f}} % of the "
                "subset<extra></extra>",
                row=1,
                col=column,
            )
    found.update_yaxes(title="Images", col=1)
    return found


def score_panels(histogram: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """Distribution of each emotion's soft scores, of its own images and of all others, as shares of their
    images.

    `histogram` is `label_sets.score_histogram`'s.
    """
    found = _panels(look, "Soft scores by emotion", 2, 4, list(EMOTIONS))
    for place, emotion in enumerate(EMOTIONS):
        own = histogram[histogram["emotion"] == emotion]
        middle = (own["low"] + own["high"]) / 2
        for column, said, dash in (("own", "own images", "solid"), ("others", "other images", "dot")):
            total = own[column].sum()
            found.add_scatter(
                x=middle,
                y=100 * own[column] / (total or 1),
                mode="lines",
                line={"color": look.emotions[emotion], "dash": dash, "shape": "hvh"},
                name=said,
                showlegend=False,
                hovertemplate=f"{emotion}, {said} (n = {total:,})<br>score %{{x:.2f}}: %{{y:.1f}} %"
                "<extra></extra>",
                row=place // 4 + 1,
                col=place % 4 + 1,
            )
    found.update_xaxes(range=[0, 1])
    found.update_yaxes(title="% of images", col=1)
    found.update_layout(height=520, annotations=[*found.layout.annotations, _note(look)])
    return found


def co_occurrence(table: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """Emotions that go together in a face, in percent of the images; `table` is
    `label_sets.co_occurrence`'s.
    """
    names = (list(map(str, table.index)), list(map(str, table.columns)))
    hover = "%{y} and %{x}: %{z:.1f} % of the images"
    title = "Emotions in one face (% of images; diagonal: in a face at all)"
    return heatmap(table, names, np.vectorize("{:.1f}".format)(table.to_numpy()), title, look, hover)


def correlations(table: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """Correlations of the soft scores, -1..1; `table` is `label_sets.score_correlations`'s."""
    names = (list(map(str, table.index)), list(map(str, table.columns)))
    hover = "%{y} and %{x}: r = %{z:.2f}"
    text = np.vectorize("{:.2f}".format)(table.to_numpy())
    found = heatmap(table, names, text, "Correlation of the soft scores", look, hover)
    return found.update_traces(colorscale="RdBu", zmin=-1, zmax=1)


def joint_shares(table: pd.DataFrame, split: str, look: Look = LIGHT) -> go.Figure:
    """Figs. IV and V: joint share of expression, gender, ethnicity and age; `table` is one of
    `label_sets.shares`'.
    """
    labels = [f"{value}" if attribute != "age" else f"age {value}" for attribute, value in table.index]
    text = np.where(table.isna(), "", np.vectorize("{:.2f}".format)(table.fillna(0).to_numpy()))
    hover = "%{y} and %{x}: %{z:.2f} % of the images"
    found = heatmap(table, (labels, labels), text, f"Joint shares, {split} (%; Figs. IV, V)", look, hover)
    sizes = table.index.get_level_values(0).value_counts(sort=False).cumsum()
    for edge in sizes[:-1]:
        found.add_hline(y=edge - 0.5, line={"color": look.text, "width": 1})
        found.add_vline(x=edge - 0.5, line={"color": look.text, "width": 1})
    return found.update_layout(height=max(420, 34 * len(labels)))


def confidence_bias(bias: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """Height of each emotion's cap, and the highest score found; `bias` is `label_sets.confidence_bias`'."""
    found = figure(look, "What confidence scores allow: cap of each emotion's soft score")
    colours = [look.emotions[emotion] for emotion in bias["emotion"]]
    text = [f"{cap:.2f}" for cap in bias["cap"]]
    found.add_bar(x=bias["emotion"], y=bias["cap"], name="cap", text=text, marker={"color": colours})
    marks = {"symbol": "diamond-open", "size": 11, "color": look.text, "line": {"width": 2}}
    found.add_scatter(
        x=bias["emotion"], y=bias["highest"], mode="markers", name="highest found", marker=marks
    )
    found.update_yaxes(title="Soft score", range=[0, 1])
    return found


def moves(table: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """How many images moved from subset to subset; `table` is `comparison.LabelComparison.moves`."""
    wide = table.pivot(index="subset_before", columns="subset_after", values="images")
    counts = wide.reindex(index=list(SUBSETS), columns=list(SUBSETS)).fillna(0)
    text = np.vectorize("{:,.0f}".format)(counts.to_numpy())
    names = ([f"{name} before" for name in SUBSETS], [f"{name} after" for name in SUBSETS])
    shares = counts.div(counts.sum(axis=1).replace(0, 1), axis=0)
    hover = "%{y}, %{x}: %{text} images (%{z:.1%} of the row)"
    return heatmap(shares, names, text, "Images by subset, before and after", look, hover)


def _panels(look: Look, title: str, rows: int, columns: int, titles: list[str]) -> go.Figure:
    grid = make_subplots(rows=rows, cols=columns, subplot_titles=titles, shared_yaxes=True)
    empty = figure(look, title)
    return grid.update_layout(template=empty.layout.template, title=empty.layout.title)


def _note(look: Look) -> dict[str, object]:
    said = "solid: images whose hard-label is the emotion; dotted: all others"
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": -0.14, "showarrow": False}
    return {"text": said, "font": {"color": look.text, "size": 12}, **place}
