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
    sign_in,
    studies,
    watch,
)
from app.researcher.access import EDITORS, OWNERS

LOGO = str(Path(__file__).with_name("logo.svg"))


def main() -> None:
    """Draw the page that the address names, of those that this visitor has."""
    st.set_page_config(page_title="FaceValue", page_icon=LOGO, layout="wide")
    here = who_is_here()
    chosen = st.navigation(pages(here), position="top" if here.researcher else "hidden")
    if here.researcher is None or chosen.url_path == "take":
        chosen.run()
        return
    st.logo(LOGO, size="large")
    st.html(charts.STYLES)
    chosen.run()
    name = escape(here.researcher.name)
    st.html(f'<p class="fv-foot">Signed in as {name} · <a href="/signout" target="_self">Sign out</a></p>')


def pages(here: Here) -> list[st.Page]:
    """The pages of a visitor: a researcher's are listed for researchers alone."""
    trial = st.Page(take_part, title="Take part", url_path="take", visibility="hidden")
    shared = agreement_shared.entry()
    if here.researcher is None:
        return [sign_in.entry(), trial, shared]
    role = here.researcher.role
    rooms = [studies.entry(), agreement.entry(), gallery.entry(), image.entry(), label_sets.entry()]
    rooms.append(photograph.entry())
    rooms.append(annotation.entry())
    rooms.insert(1, watch.entry())
    if role in EDITORS:
        rooms.insert(1, invite.entry())
        rooms.insert(1, design.entry())
        rooms.append(importing.entry())
    rooms.append(engine.entry())
    if role in OWNERS:
        rooms.append(people.entry())
    return [*rooms, account.entry(), trial, shared]


if __name__ == "__main__":
    main()
