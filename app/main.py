"""The application: `python -m streamlit run app/main.py`, with the repository's root importable."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from app.computing import computing
from app.gate import Gate
from app.guard import Guard
from app.installation import installation
from app.routes import routes
from app.warming import warm_in_background


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the installation before the first request, and close it after the last."""
    opened = installation()
    # What is loaded by now stays: the collector need not look at it again while people wait.
    gc.collect()
    gc.freeze()
    warm_in_background()
    yield
    computing().close()
    opened.close()
    installation.cache_clear()


app = st.App(
    "shell.py",
    lifespan=lifespan,
    middleware=[Middleware(Gate, routes=routes(installation), guard=Guard(installation))],
)
