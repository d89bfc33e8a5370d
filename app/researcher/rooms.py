"""The researchers' rooms: what each is called, where it lies, and who may enter; not what draws it.

Rooms lead to one another: a way to one needs its name and address alone, so that no page imports another
for a link. `app.shell` says which page draws which room.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from app.researcher.access import EDITORS, OWNERS, RESEARCHERS

Query = Mapping[str, str | list[str]]


def _elsewhere() -> None:
    """What a link knows of the page that it leads to: Streamlit finds a page by its address."""


@dataclass(frozen=True)
class Room:
    """One room. In the bar stand the rooms of the installation; the others are reached from them."""

    title: str
    path: str
    icon: str | None = None
    roles: tuple[str, ...] = RESEARCHERS
    in_bar: bool = True
    arrival: bool = False

    def page(self, draw: Callable[[], None] = _elsewhere) -> st.Page:
        """The room as Streamlit's navigation and links know it."""
        shown = "visible" if self.in_bar else "hidden"
        return st.Page(
            draw,
            title=self.title,
            icon=self.icon,
            url_path=self.path,
            default=self.arrival,
            visibility=shown,  # type: ignore[arg-type]
        )

    def link(self, text: str | None = None, query: Query | None = None) -> None:
        """Draw a link to the room, by its title where no `text` is given."""
        st.page_link(self.page(), label=text, query_params=query)

    def enter(self, query: Query | None = None) -> None:
        """Go there at once."""
        st.switch_page(self.page(), query_params=query)


STUDIES = Room("Studies", "studies", ":material/science:", arrival=True)
AGREEMENT = Room("Agreement", "agreement", ":material/hub:")
GALLERY = Room("Gallery", "gallery", ":material/grid_view:")
LABEL_SETS = Room("Label sets", "labels", ":material/bar_chart:")
PHOTOGRAPH = Room("Photograph", "photograph", ":material/add_a_photo:")
ANNOTATION = Room("Annotation", "annotation", ":material/label_important:")
IMPORT = Room("Import", "import", ":material/upload:", EDITORS)
DESIGN = Room("Design", "design", ":material/edit_note:", EDITORS, in_bar=False)
INVITATIONS = Room("Invitations", "invitations", ":material/mail:", EDITORS, in_bar=False)
ENGINE = Room("Engine", "engine", ":material/neurology:")
PEOPLE = Room("People", "people", ":material/group:", OWNERS)
ACCOUNT = Room("Account", "account", ":material/person:")
WATCH = Room("Watch", "watch", ":material/monitoring:", in_bar=False)
IMAGE = Room("Image", "image", in_bar=False)


def of_study(study_id: int) -> dict[str, str]:
    """The words of an address that name a study, for each of its rooms."""
    return {"study": str(study_id)}
