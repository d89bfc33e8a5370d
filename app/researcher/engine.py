"""Engine: the bundles with what they are worth, and the jobs that train them and label with them."""

from typing import TYPE_CHECKING

import streamlit as st

from app.installation import installation
from app.researcher import bundles, jobs, rooms, words
from app.researcher.access import EDITORS, database, me, researchers_only
from study.errors import StudyError
from study.images import catalog
from study.images.manifests import dataset_names
from study.jobs.kinds import labelling, training
from study.jobs.trainable import check_trainable

if TYPE_CHECKING:
    from engine.bundle import Bundle

RECIPES = {
    "single": "single: one small backbone, for a laptop and a few thousand photographs",
    "paper": "paper: the paper's three backbones, for a GPU and hundreds of thousands",
    "demo": "demo: small networks from scratch, for rendered faces",
}


@researchers_only
def page() -> None:
    """Draw the jobs, what can be started, and every bundle."""
    words.head(
        "Engine",
        "Train an engine, which is kept as a bundle of networks; label images with it; see how good each is.",
    )
    found = _bundles()
    if me().role in EDITORS:
        _start(found)
    st.subheader("Jobs", anchor=False)
    jobs.listed(("train", "label"))
    st.subheader("Bundles", anchor=False)
    if not found:
        st.caption("No engine yet: once one is trained, it appears here with what it is worth.")
    else:
        bundles.listed(found)


def _bundles() -> "list[Bundle]":
    # The first look loads torch, which takes seconds.
    with st.spinner("Opening the bundles …", show_time=False):
        from engine.bundle import find_bundles, unfinished_names

        folder = installation().settings.data_dir / "bundles"
        found, problems = find_bundles(folder)
    for problem in problems:
        st.warning(problem)
    if halves := unfinished_names(folder):
        told = "A job that was stopped or failed goes on when it is started again."
        st.caption(f"Not finished yet: {', '.join(halves)}. {told}")
    return found


def _start(bundles: "list[Bundle]") -> None:
    with database().session() as session:
        names = dataset_names(session)
    if not names:
        words.nothing_yet(
            "No images yet", ("Bring a data set in: engines are trained on it and label it.", rooms.IMPORT)
        )
        return
    train, label = st.columns(2)
    with train.expander("Train an engine", icon=":material/model_training:"), st.form("train", border=False):
        _train(names)
    with label.expander("Label images", icon=":material/label:"), st.form("label", border=False):
        _label(names, [bundle.name for bundle in bundles])


def _train(names: list[str]) -> None:
    # The newest one: whoever has just imported a dataset goes on with it.
    dataset = st.selectbox("On the images of", names, len(names) - 1, key="train-dataset")
    recipe = st.selectbox("Recipe", list(RECIPES), format_func=RECIPES.__getitem__)
    name = st.text_input("Name of the bundle", placeholder="my-engine", max_chars=80)
    votes = st.checkbox("Learn from the annotators' votes (else from the hard-labels)")
    pretrained = st.checkbox("Begin with downloaded weights", value=True, help="Needs a network, once.")
    changes = st.text_area(
        "Changed settings, one a line",
        placeholder="ensemble.epochs=10\nconfidence.test_images=5",
        help="KEY=VALUE, as `python -m engine train --set` takes them. "
        "A bundle’s **Recipe**, below, names them all.",
    )
    if st.form_submit_button("Start training", type="primary"):
        settings = tuple(line.strip() for line in changes.splitlines() if line.strip())
        try:
            work = training(
                installation().settings,
                name.strip(),
                dataset,
                recipe=recipe,
                votes=votes,
                pretrained=pretrained,
                changes=settings,
            )
            with database().session() as session:
                check_trainable(session, dataset, recipe, settings, votes=votes)
            jobs.start(work)
        except StudyError as problem:
            st.error(jobs.on_the_page(str(problem)))


def _label(names: list[str], bundles: list[str]) -> None:
    dataset = st.selectbox("The images of", names, len(names) - 1, key="label-dataset")
    bundle = st.selectbox(
        "With the bundle",
        bundles,
        disabled=not bundles,
        help="An engine knows faces like those that it learned from: the demo's are drawn, and its labels of "
        "photographs are for trying the program, not for a study.",
    )
    name = st.text_input("Name of the label set", placeholder="my-labels", max_chars=80)
    if st.form_submit_button("Start labelling", type="primary", disabled=not bundles):
        with database().session() as session:
            taken = name.strip() in set(catalog.label_sets(session)["name"])
        if taken:
            st.error(f"There is a label set {name.strip()!r} already: give this one another name.")
            return
        try:
            jobs.start(labelling(installation().settings, name.strip(), dataset, bundle))
        except StudyError as problem:
            st.error(str(problem))
