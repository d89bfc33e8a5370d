"""A dataset whose files are not where they were: which, and a form that points elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from app.identity import who_is_here
from app.installation import installation
from app.researcher.access import database, may_invite
from study.errors import StudyError
from study.images import places


def warn_of_missing(dataset_id: int, paths: Sequence[str]) -> None:
    """Say so where some of these files of a dataset are missing, and offer to point elsewhere."""
    settings = installation().settings
    with database().session() as session:
        root = places.folder_of(session, settings, dataset_id)
        here = places.missing_files(root, paths)
        if not here:
            return
        place = places.place_of(session, settings, dataset_id)
    if place.exists:
        missing = place.looked_at - place.found
        among = f": {missing:,} of the {place.looked_at:,} looked for" if missing else ""
        told = f"lacks files{among}, such as `{here[0]}`, in `{place.folder}`"
    else:
        told = f"is not where it was: there is no folder `{place.folder}`"
    st.warning(
        f"The dataset **{place.dataset}** {told}. Its labels are all here.", icon=":material/folder_off:"
    )
    if may_invite():
        _form(dataset_id)


def _form(dataset_id: int) -> None:
    with st.form("move-dataset"):
        folder = st.text_input("Folder on the server that holds its files now", placeholder="/data/faces")
        asked = st.form_submit_button("Look there")
    if not asked:
        return
    person = who_is_here().researcher
    try:
        with database().begin() as session:
            places.move_dataset(
                session,
                installation().settings,
                dataset_id,
                Path(folder.strip() or "."),
                researcher_id=person.id if person else None,
                now=datetime.now(UTC),
            )
    except StudyError as problem:
        st.error(f"{problem}.")
        return
    st.rerun()
