"""How each backbone of a label set's bundle sees one image, asked of the networks when wanted."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from app import charts
from app.installation import installation
from app.researcher.access import database
from engine.decoding import DecodingError
from engine.emfacs import EMOTIONS
from study.images.catalog import image_path
from study.images.portrait import Portrait

if TYPE_CHECKING:
    from engine.bundle import Bundle
    from engine.explanation import Explanation
    from engine.inference import LoadedBundle


def section(found: Portrait) -> None:
    """Draw the bundle's confidence scores, and on a press what each backbone says of the image."""
    from engine.bundle import find_bundles

    if found.bundle is None:
        return
    st.markdown("**Each backbone and its confidence**")
    bundles, _ = find_bundles(installation().settings.data_dir / "bundles")
    bundle = next((one for one in bundles if one.name == found.bundle), None)
    if bundle is None:
        st.caption(f"The bundle {found.bundle} that made this label set is not in the folder of bundles.")
        return
    st.caption(
        "Each network’s probability is multiplied by its confidence score: its balanced accuracy on held-out "
        "images (Eqs. 3, 5, 13)."
    )
    st.dataframe(_confidence(bundle), hide_index=True)
    if st.toggle("Ask each network about this image", key="ask-networks"):
        _ask(found, bundle)


def _confidence(bundle: "Bundle") -> pd.DataFrame:
    """Confidence scores, one row a backbone and one of the action-unit classifier."""
    names = [*bundle.recipe.backbones, "Action-unit classifier"]
    scores = np.vstack([bundle.ensemble_confidence, bundle.au_confidence]).round(3)
    return pd.DataFrame(scores, columns=list(EMOTIONS)).assign(Network=names)[["Network", *EMOTIONS]]


def _ask(found: Portrait, bundle: "Bundle") -> None:
    with database().session() as session:
        path = image_path(session, installation().settings, found.image_id)
    try:
        said = _explained(str(path), found.geometry.box, bundle.fingerprint, bundle)
    except DecodingError as problem:
        st.error(f"The networks cannot read it: {problem}.")
        return
    apart = max(abs(a - b) for a, b in zip(said.soft.values(), found.soft, strict=True))
    st.caption(
        f"Asked now. The soft-label is within {apart:.3f} of the stored one."
        if apart < 0.02
        else f"Asked now, the soft-label differs from the stored one by up to {apart:.2f}: the bundle or the "
        "file has changed since."
    )
    with st.grid("auto", min_column_width=240, gap="large") as grid:
        for name, scores in said.by_backbone.items():
            with grid.cell():
                st.markdown(f"`{name}`")
                st.html(charts.label_bars(list(scores.values()), form=f"Probabilities of {name}"))


@st.cache_data(max_entries=200, show_spinner="Asking the networks …")
def _explained(
    path: str, box: tuple[float, float, float, float] | None, fingerprint: str, _bundle: "Bundle"
) -> "Explanation":
    from engine.explanation import explain

    return explain(path, _loaded(fingerprint, _bundle), box)


@st.cache_resource(
    max_entries=1, show_spinner="Reading the networks …", on_release=lambda loaded: loaded.close()
)
def _loaded(fingerprint: str, _bundle: "Bundle") -> "LoadedBundle":
    from engine.inference import LoadedBundle

    return LoadedBundle(_bundle)
