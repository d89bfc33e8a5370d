"""The participants' routes alone, without pages: `python -m uvicorn app.trial_server:app`.

A lab may run it beside the researchers' pages; `python -m study simulate` walks through it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from app.gate import Gate
from app.installation import installation
from app.routes import routes


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Open the installation before the first request, and close it after the last."""
    opened = installation()
    yield
    opened.close()
    installation.cache_clear()


app = Gate(Starlette(lifespan=lifespan), routes(installation))
