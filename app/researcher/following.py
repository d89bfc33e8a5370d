"""A page that stands before its findings: it waits a moment, says how far they are, and follows."""

from collections.abc import Callable

import streamlit as st

from app.computing import Asked, Computed, ComputingError, Found

# How long a page waits for findings before it is drawn without them.
PATIENCE = 0.25
LOOK_SECONDS = 0.5


def arrived(asked: Asked[Found]) -> Computed[Found] | None:
    """The findings, if they are there in a moment; ends the page with the reason where they cannot be."""
    try:
        return asked.result(PATIENCE)
    except ComputingError as problem:
        st.error(str(problem))
        st.stop()


def follow(asked: Asked[Found], answered: int, may: Callable[[], bool]) -> None:
    """Say how far the findings are, and draw the page anew when they are there, or `may` says no more."""

    def look() -> None:
        if asked.future.done() or not may():
            st.rerun()
        read = asked.read()
        if read is None or read >= answered:
            st.progress(1.0, f"Computing the findings of {answered:,} answers …")
        elif asked.future.running():
            st.progress(read / answered, f"Reading {answered:,} answers …")
        else:
            st.progress(0.0, "Waiting for another report …")
        if asked.older is not None:
            older = asked.older
            st.caption(f"Below are those of {older.at:%H:%M:%S} UTC, of {older.seen[0]:,} answers.")

    st.fragment(look, run_every=LOOK_SECONDS)()


def followed(asked: Asked[Found], answered: int, may: Callable[[], bool]) -> Computed[Found] | None:
    """The findings, or the last ones while newer are on their way; None where there are none yet."""
    computed = arrived(asked)
    if computed is None:
        follow(asked, answered, may)
    return computed or asked.older
