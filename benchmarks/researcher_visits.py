"""Whole researchers' pages, each as a new visitor gets it, by Streamlit's AppTest."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from db.settings import Settings

Query = Mapping[str, str | list[str]]

_BOTH = {"fear": "0.5..", "surprise": "0.5.."}
VISITS: Mapping[str, tuple[str, Query]] = {
    "Studies": ("studies", {}),
    "Design, a new one": ("design", {}),
    "Design, of a frozen study": ("design", {"study": "1"}),
    "Invitations, 50 links": ("invite", {"study": "2"}),
    "Watch, a study half way": ("watch", {"study": "2"}),
    "Watch, 1,000,000 answers": ("watch", {"study": "1"}),
    "Agreement, 1,000,000 answers": ("agreement", {"study": "1"}),
    "Gallery": ("gallery", {}),
    "Gallery, page 1,000": ("gallery", {"page": "1000"}),
    "Gallery, Fear and Surprise from 0.5": ("gallery", _BOTH),
    "Gallery, the same, most mixed first": ("gallery", {**_BOTH, "sort": "-entropy"}),
    "Gallery, nothing kept": ("gallery", {"emotion": "Happy", "subset": "Easy", "happy": "..0.001"}),
    "Image": ("image", {"set": "1", "image": "4242"}),
    "Image within a view": ("image", {**_BOTH, "set": "1", "image": "4242", "at": "100"}),
    "Label sets, one": ("label_sets", {"set": "1"}),
    "Label sets, two compared": ("label_sets", {"set": "2", "with": "1"}),
    "Photograph": ("photograph", {}),
    "Annotation, a new task": ("annotation", {}),
    "Annotation, a task half way": ("annotation", {"study": "3"}),
    "Import": ("importing", {}),
    "Engine, 3 bundles and 400 jobs": ("engine", {}),
    "People, 10,000 acts": ("people", {}),
    "Account": ("account", {}),
}
"""Each page by the module that draws it and the words of its address."""
_SCRIPT = """
import streamlit as st
from app import shell
from app.identity import who_is_here
from app.researcher import {module} as room
st.navigation(shell.pages(who_is_here()))
room.page()
"""


def sign_in(settings: Settings) -> None:
    """Let every page that this process draws from now on see an owner of the data folder."""
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.context import ContextProxy

    from app.identity import RESEARCHER_COOKIE, signed
    from app.installation import installation
    from study.access import researchers

    os.environ["DATA_DIR"] = str(settings.data_dir)
    place, now = installation(), datetime.now(UTC)
    with place.database.begin() as session:
        owner = researchers.owner(session, now=now)
        web = researchers.sign_in(session, researchers.create_sign_in_token(session, owner, now), now)
    cookies = {RESEARCHER_COOKIE: signed(place.secret, RESEARCHER_COOKIE, web)}
    ContextProxy.cookies = property(lambda _self: cookies)  # type: ignore[assignment,method-assign]
    # AppTest looks through every installed package before each page, for 100 ms; a server does so once.
    look = cache(manifest_scanner.scan_component_manifests)
    manifest_scanner.scan_component_manifests = look


def visits() -> dict[str, Callable[[], Any]]:
    """The pages of `VISITS`, to be drawn; raises RuntimeError, then, where a page does."""
    return {f"Page {name}": _visit(module, query) for name, (module, query) in VISITS.items()}


def _visit(module: str, query: Query) -> Callable[[], Any]:
    def draw() -> None:
        from streamlit.testing.v1 import AppTest

        test = AppTest.from_string(_SCRIPT.format(module=module), default_timeout=300)
        for name, value in query.items():
            # AppTest does not bind a widget to the address, as the label sets' page does.
            (test.session_state if module == "label_sets" else test.query_params)[name] = value
        test.run()
        if test.exception:
            raise RuntimeError(str(test.exception[0].value))
        if not test.title:
            raise RuntimeError("nothing was drawn")

    return draw
