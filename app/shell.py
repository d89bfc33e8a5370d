"""The frame of every page: who is here, and so which pages there are."""

from html import escape
from pathlib import Path

import streamlit as st

from app import charts
from app.identity import Here, who_is_here
from app.participant.take import page as take_part
from app.researcher import (
    account,
    agreement,
    agreement_shared,
    annotation,
    design,
    engine,
    gallery,
    image,
    importing,
    invite,
    label_sets,
    people,
    photograph,
    rooms,
    sign_in,
    studies,
    watch,
)

ROOMS = {
    rooms.STUDIES: studies.page,
    rooms.AGREEMENT: agreement.page,
    rooms.GALLERY: gallery.page,
    rooms.LABEL_SETS: label_sets.page,
    rooms.PHOTOGRAPH: photograph.page,
    rooms.ANNOTATION: annotation.page,
    rooms.IMPORT: importing.page,
    rooms.DESIGN: design.page,
    rooms.INVITATIONS: invite.page,
    rooms.ENGINE: engine.page,
    rooms.PEOPLE: people.page,
    rooms.ACCOUNT: account.page,
    rooms.WATCH: watch.page,
    rooms.IMAGE: image.page,
}
"""The page that draws each room, in the order of the bar."""
LOGO = str(Path(__file__).with_name("logo.svg"))


def main() -> None:
    """Draw the page that the address names, of those that this visitor has."""
    here = who_is_here()
    chosen = st.navigation(pages(here), position="top" if here.researcher else "hidden")
    st.set_page_config(page_title=_tab(chosen), page_icon=LOGO, layout="wide")
    if here.researcher is None or chosen.url_path == "take":
        chosen.run()
        return
    st.logo(LOGO, size="large")
    st.html(charts.styles())
    chosen.run()
    name = escape(here.researcher.name)
    st.html(f'<p class="fv-foot">Signed in as {name} · <a href="/signout" target="_self">Sign out</a></p>')


def _tab(chosen: st.Page) -> str:
    """What the browser's tab says: the room first, because tabs are narrow."""
    return "FaceValue" if chosen.title == "FaceValue" else f"{chosen.title} · FaceValue"


def pages(here: Here) -> list[st.Page]:
    """The pages of a visitor: a researcher's are for researchers alone.

    The bar lists the rooms of the installation; a study's own rooms are reached from Studies and from each
    other, an image from the gallery.
    """
    trial = st.Page(take_part, title="Take part", url_path="take", visibility="hidden")
    shared = agreement_shared.entry()
    if here.researcher is None:
        return [sign_in.entry(), trial, shared]
    role = here.researcher.role
    own = [room.page(draw) for room, draw in ROOMS.items() if role in room.roles]
    return [*own, trial, shared]


if __name__ == "__main__":
    main()
