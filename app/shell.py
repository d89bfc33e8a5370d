"""The frame of every page: who is here, and so which pages there are."""

import streamlit as st

from app import charts
from app.identity import Here, who_is_here
from app.participant import take
from app.researcher import agreement, gallery, image, sign_in, studies


def main() -> None:
    """Draw the page that the address names, of those that this visitor has."""
    st.set_page_config(page_title="FaceValue", page_icon=":material/mood:", layout="wide")
    here = who_is_here()
    chosen = st.navigation(pages(here), position="top" if here.researcher else "hidden")
    st.html(charts.STYLES)
    chosen.run()


def pages(here: Here) -> list[st.Page]:
    """The pages of a visitor: a researcher's are listed for researchers alone."""
    trial = st.Page(take.page, title="Take part", url_path="take", visibility="hidden")
    if here.researcher is None:
        return [sign_in.entry(), trial]
    return [studies.entry(), gallery.entry(), agreement.entry(), image.entry(), trial]


if __name__ == "__main__":
    main()
