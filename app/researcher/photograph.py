"""One photograph that a researcher drops in: its soft-label, how that came about, and what it would be."""

from typing import TYPE_CHECKING

import streamlit as st

from app import charts
from app.installation import installation
from app.researcher import words
from app.researcher.access import researchers_only
from engine.decoding import DecodingError, face_square
from engine.soft_labels import SUBSETS

if TYPE_CHECKING:
    from engine.bundle import Bundle
    from engine.explanation import Explanation
    from engine.inference import LoadedBundle

LARGEST_MEGABYTES = 50
DEMO = "demo"
_SHOWN_PIXELS = 832
_MEANING = {
    "Easy": "no emotion scores higher",
    "Challenging": "one or two emotions score higher",
    "Difficult": "three or more emotions score higher",
}


@researchers_only
def page() -> None:
    """Draw the page."""
    words.head("Photograph", "The soft-label of a photograph of yours, at once, and how it came about.")
    bundle = _bundle()
    if bundle is None:
        words.nothing_yet(*words.NO_BUNDLES)
        return
    if bundle.recipe.name == DEMO:
        st.info(
            "The demo’s engine learned from rendered faces: with photographs it shows how the method works, "
            "not how well. Train one on photographs, into the data folder’s `bundles`, and choose it here."
        )
    dropped = st.file_uploader(
        "Drop in a photograph of one face",
        max_upload_size=LARGEST_MEGABYTES,
        help="Any format that Pillow reads: JPEG, PNG, WebP, TIFF, AVIF and more.",
    )
    if dropped is None:
        st.caption(
            "It is labelled here and now by the networks of the chosen bundle, and neither stored nor sent "
            "anywhere else. The face should fill most of its middle square."
        )
        # Read once the page stands, while the photograph is looked for.
        _loaded(bundle.fingerprint, bundle)
        return
    _explain(dropped.getvalue(), dropped.name, _loaded(bundle.fingerprint, bundle))


def _bundle() -> "Bundle | None":
    from engine.bundle import find_bundles

    found, problems = find_bundles(installation().settings.data_dir / "bundles")
    for problem in problems:
        st.warning(problem)
    if not found:
        return None
    names = [bundle.name for bundle in found]
    name = st.selectbox("Bundle", names, key="bundle", bind="query-params") if len(names) > 1 else names[0]
    return found[names.index(name)]


@st.cache_resource(
    max_entries=2, show_spinner="Reading the networks …", on_release=lambda loaded: loaded.close()
)
def _loaded(fingerprint: str, _bundle: "Bundle") -> "LoadedBundle":
    """The bundle's networks, read once for everybody; a bundle trained anew has another fingerprint."""
    from engine.inference import LoadedBundle

    return LoadedBundle(_bundle)


def _explain(content: bytes, name: str, loaded: "LoadedBundle") -> None:
    from engine.explanation import explain

    settings = loaded.bundle.recipe.images
    try:
        found = explain(content, loaded)
        seen = face_square(content, _SHOWN_PIXELS, margin=settings.margin)
    except DecodingError as problem:
        st.error(
            f"“{name}” cannot be read: {problem}. Give it as JPEG, PNG, WebP or TIFF; a phone’s HEIC "
            f"has to be saved as JPEG first."
        )
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.image(seen, width=416, output_format="JPEG")
        st.caption(f"What the networks see of it, in their {settings.size} × {settings.size} pixels.")
    with right:
        st.subheader("Soft-label", anchor=False)
        st.html(charts.label_bars(list(found.soft.values()), form="Soft-label", large=True))
        _subsets(found)
    _parts(found, loaded)
    _units(found)


def _subsets(found: "Explanation") -> None:
    st.subheader("What its hard-label would make it", anchor=False)
    lines = [
        f"- **{subset}** as {_listed([f'{e} ({found.ranks[e]})' for e in labels])}: {_MEANING[subset]}."
        for subset in SUBSETS
        if (labels := found.hard_labels(subset))
    ]
    st.markdown("\n".join(lines))
    st.caption("In brackets the rank of that hard-label in the soft-label.")
    ranked = sorted(found.ranks, key=lambda emotion: found.ranks[emotion])
    with st.expander("Table"):
        st.dataframe(
            {
                "Hard-label": ranked,
                "Score": [round(found.soft[emotion], 3) for emotion in ranked],
                "Rank": [found.ranks[emotion] for emotion in ranked],
                "Subset": [found.subsets[emotion] for emotion in ranked],
            },
            hide_index=True,
        )


def _parts(found: "Explanation", loaded: "LoadedBundle") -> None:
    st.subheader("How the score came about", anchor=False)
    parts = {
        "Soft-label": list(found.soft.values()),
        "Ensemble": list(found.ensemble.values()),
        "Action units": list(found.action_unit_classifier.values()),
    }
    st.caption(words.PARTS)
    st.plotly_chart(
        charts.parts_figure(parts, charts.page_colours()), key="parts", theme=None, config=charts.CONFIG
    )
    with st.expander("Table"):
        st.dataframe(charts.parts_table(parts), hide_index=True)
    st.markdown("**Each backbone of the ensemble**")
    st.caption(
        "Probabilities of its eight networks, before they are multiplied by their confidence scores "
        "(Eq. 5); in brackets the mean of those."
    )
    confidence = loaded.bundle.ensemble_confidence.mean(axis=1)
    with st.grid("auto", min_column_width=240, gap="large") as grid:
        for (backbone, scores), mean in zip(found.by_backbone.items(), confidence, strict=True):
            with grid.cell():
                st.markdown(f"`{backbone}` ({mean:.2f})")
                st.html(charts.label_bars(list(scores.values()), form=f"Probabilities of {backbone}"))


def _units(found: "Explanation") -> None:
    st.subheader("Predicted action units", anchor=False)
    st.html(charts.unit_bars(found.action_units))
    with st.expander("Table"):
        st.dataframe(charts.units_table(found.action_units), hide_index=True)


def _listed(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
