"""Import: a data set brought in from a folder on the server, or an upload, after a look at what it holds."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app.installation import installation
from app.researcher import jobs, removing, rooms, words
from app.researcher.access import database, editors_only
from engine.errors import EngineError
from study.errors import StudyError
from study.images.manifests import dataset_names, datasets
from study.images.reading import Reading
from study.images.uploads import keep_upload
from study.jobs.kinds import importing

if TYPE_CHECKING:
    from engine.preview import Preview

ADAPTERS = {
    "": "found by a look at it",
    "affectnet-plus": "AffectNet+ (json, with its soft-labels)",
    "affectnet-npy": "AffectNet (npy annotations)",
    "affectnet-csv": "AffectNet (csv)",
    "ferplus": "FER+ (votes)",
    "rafdb": "RAF-DB",
    "table": "a CSV or Parquet table",
    "folders": "a folder of images, or one for each class",
}
ORDER = "Labels of classes 0, 1, 2 …, or of the folders in their order"
COLUMNS = "Columns of a table"
ELSEWHERE = "Folder of the images, where it is elsewhere (on the server)"
UNSEEN = "What the program cannot see by itself"
UNLABELLED = "Keep images without a label (to label or annotate them)"
FIELDS = {
    "--order": f"“{ORDER}”",
    "--map": f"“{COLUMNS}”",
    "--images": f"“{ELSEWHERE}”",
    "--adapter": "“Format”",
    "--keep-unlabelled": f"“{UNLABELLED}”",
}
"""What the flags of `python -m engine manifest` are called on this page, for errors that name them."""
LARGEST_MEGABYTES = 2_000
CALLED = "import-called"
_KEEP, _FACES = "import-unlabelled", 12


@editors_only
def page() -> None:
    """Draw the datasets that are there, the way in for another, and the imports under way."""
    words.head(
        "Import", "Bring a data set in: say where it is, see what would come in and what not, then import it."
    )
    _there()
    source = _source()
    reading = _reading() if source is not None else None
    if source is not None and reading is not None:
        found = _look(source, reading)
        if found is not None:
            _bring(source, found, replace(reading, adapter=found.adapter))
    st.subheader("Imports", anchor=False)
    jobs.listed(("import", "remove"))


def _there() -> None:
    with database().session() as session:
        known = datasets(session)
    if not known.empty:
        shown = known[["name", "images", "votes", "label_sets", "root", "created_at"]].set_axis(
            ["Data set", "Images", "Votes", "Label sets", "Folder", "Since"], axis=1
        )
        since = st.column_config.DatetimeColumn(format="D MMM YYYY")
        st.dataframe(shown, hide_index=True, column_config={"Since": since})
        removing.dataset(list(known["name"]))


def _source() -> Path | None:
    """The data set that is looked at: kept in this browser tab until another is chosen."""
    where = st.segmented_control(
        "Where is the data set?", ["On the server", "On my computer"], default="On the server", required=True
    )
    st.session_state[CALLED] = ""
    if where == "On the server":
        place = st.text_input(
            "Folder or table on the server", placeholder="/data/affectnet", key="import-path"
        )
        return Path(place.strip()).expanduser() if place.strip() else None
    sent = st.file_uploader(
        "A zip of a folder, or a table", type=["zip", "csv", "parquet"], max_upload_size=LARGEST_MEGABYTES
    )
    if sent is None:
        return None
    kept = st.session_state.get("import-kept")
    if kept is None or kept[0] != sent.file_id:
        try:
            with st.spinner("Unpacking …"):
                kept = (sent.file_id, keep_upload(installation().settings, sent.name, sent))
        except StudyError as problem:
            st.error(str(problem))
            return None
        st.session_state["import-kept"] = kept
    st.session_state[CALLED] = Path(sent.name).stem
    return Path(kept[1])


def _reading() -> Reading | None:
    adapter = st.selectbox("Format", list(ADAPTERS), format_func=ADAPTERS.__getitem__)
    with st.expander(UNSEEN):
        order = st.text_input(
            ORDER,
            placeholder="Neutral,Happy,Sad,Surprise,Fear,Disgust,Anger,Contempt",
            help="In their order, or as pairs: 0=Neutral, smiling=Happy. Folders that are named as emotions "
            "need none.",
        )
        columns = st.text_input(
            COLUMNS, placeholder="hard_label=emotion, path=file", help="Our name = the table’s name."
        )
        images = st.text_input(ELSEWHERE)
        keep = st.checkbox(UNLABELLED, key=_KEEP)
    try:
        return Reading.from_words(adapter, order, columns, images, keep)
    except StudyError as problem:
        st.error(str(problem))
        return None


def _look(source: Path, reading: Reading) -> "Preview | None":
    from engine.preview import preview

    try:
        with st.spinner("Looking …"):
            found = preview(
                source,
                adapter=reading.adapter or None,
                options=reading.options(),
                choices=reading.choices(),
            )
    except (EngineError, OSError) as problem:
        said = str(problem)
        named = said
        for flag, name in FIELDS.items():
            named = named.replace(flag, name)
        if named != said:
            said = f"{named}; see “{UNSEEN}”"
        if not source.exists() and not source.is_absolute():
            said += f": a path is read from {Path.cwd()}; write it whole, from / on"
        st.error(said)
        return None
    _show(found)
    return found


def _show(found: "Preview") -> None:
    form = ADAPTERS[found.adapter]
    st.subheader(f"{form[:1].upper()}{form[1:]}: {words.counted(len(found.images), 'image')}", anchor=False)
    if not found.whole:
        st.caption("The first of them: the import goes through all.")
    if found.labels or found.votes:
        st.caption(f"With {found.labels:,} soft-labels and {found.votes:,} votes of their own.")
    counts = found.images["hard_label"].fillna("no label").value_counts()
    st.markdown(" · ".join(f"{label} **{count:,}**" for label, count in counts.items()))
    if found.left_out:
        st.warning(f"{words.counted(found.left_out.total(), 'item')} would be left out.")
        rows = [
            {"reason": reason, "items": count, "such as": ", ".join(found.examples.get(reason, []))}
            for reason, count in found.left_out.most_common()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    for reason, count in found.remarks.most_common():
        st.caption(f"{words.counted(count, 'image')} would come in, but: {reason}.")
    faces = [path for path in found.images["path"].head(_FACES) if Path(path).is_file()]
    if not faces and len(found.images):
        st.warning(
            f"No picture is where it should be, such as {found.images['path'].iloc[0]}: labels and votes "
            f"come in, but nobody could be shown a face. Say where the pictures are by “{ELSEWHERE}”."
        )
    if faces:
        labels = found.images["hard_label"].head(_FACES).fillna("no label")
        st.image(faces, width=96, caption=[str(label) for label in labels[: len(faces)]])
    if len(found.images):
        st.dataframe(found.images.head(50), hide_index=True)


def _bring(source: Path, found: "Preview", reading: Reading) -> None:
    if found.images.empty:
        st.error("Nothing would come in: see above why, and what the program cannot see by itself.")
        if not reading.keep_unlabelled and any("label" in reason for reason in found.left_out):
            st.button(UNLABELLED, type="primary", on_click=_keep_unlabelled)
        return
    if "split" not in found.images:
        st.caption(
            "It says no split: 70 % of the images are drawn to train, 15 % to validate, 15 % to test. "
            "Studies may take all of them."
        )
    with st.form("import", width=480):
        name = st.text_input("Name of the data set", _called(source), max_chars=80).strip()
        sent = st.form_submit_button("Import", type="primary", icon=":material/download:")
    if sent:
        with database().session() as session:
            taken = name in dataset_names(session)
        if taken:
            st.error(f"There is a data set {name!r} already: give this one another name.")
            return
        try:
            jobs.start(importing(installation().settings, name, source, reading))
        except StudyError as problem:
            st.error(str(problem))
            return
        st.info(
            "It goes on below, and when you leave the page. Then train an engine on its images or label them "
            "with one, or let people label them by a task.",
            icon=":material/arrow_forward:",
        )
        with st.container(horizontal=True):
            rooms.ENGINE.link()
            rooms.ANNOTATION.link()


def _keep_unlabelled() -> None:
    st.session_state[_KEEP] = True


def _called(source: Path) -> str:
    """A name for a dataset, after its folder or file: letters, digits, dots, hyphens, underscores."""
    name = st.session_state[CALLED] or (source.name if source.is_dir() else source.stem)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:80]
