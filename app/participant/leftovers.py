"""What a participant's browser still holds once they have left: nothing, after this."""

import streamlit as st

from study.participation import Participation

_SCRIPT = """
export default function clear({ data }) {
  try {
    Object.keys(localStorage)
      .filter((place) => data.names.some((name) => place.startsWith(name)))
      .forEach((place) => localStorage.removeItem(place));
  } catch {
    // Storage is forbidden: then nothing was ever stored.
  }
}
"""


def clear_browser(mine: Participation) -> None:
    """Remove the answers of this participant that still wait in this browser."""
    component = st.components.v2.component("facevalue_leftovers", html="<span></span>", js=_SCRIPT)
    own = f"{mine.study_id}:{mine.code}:"
    names = [f"facevalue:{kind}{own}" for kind in ("", "training:", "qualification:")]
    component(key="leftovers", data={"names": names})
