"""The gate before Streamlit: our own routes, and the security headers of every response.

Our routes stand before Streamlit's middleware rather than among its routes, because that would give each
answer a Streamlit session cookie to check and compress each reply in another thread.
"""

import re
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.guard import Guard
from app.replies import ReplyError, refused, reply

OURS = ("/api/trial/", "/health", "/media/labels/", "/join/", "/go/", "/share/", "/signin", "/signout")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_POLICY = b"content-security-policy"
# Streamlit's pages need inline scripts and evaluation (charts, components), and nothing from elsewhere.
_OF_PAGES = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; connect-src 'self' data: blob:{socket}; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
STRANGERS = 100
"""So many sockets of people without a cookie of ours at once: only the welcome page needs one for them."""
_HOST = re.compile(rb"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")


class Gate:
    """ASGI middleware that answers our own addresses, and lets through what its guard does not refuse."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route], guard: Guard | None = None) -> None:
        self._app, self._guard = app, guard
        self._own = own_app(routes)
        self._strangers = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket" and _is_foreign(scope):
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                headers.extend(_HEADERS)
                if not any(name.lower() == _POLICY for name, _ in headers):
                    headers.append((_POLICY, _policy(scope)))
            await send(message)

        if scope["path"].startswith(OURS):
            await self._own(scope, receive, send_guarded)
            return
        refused = await self._guard.refusal(scope) if self._guard is not None else None
        await (refused or self._app)(_without_origin(scope), receive, send_guarded)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a socket through; one of a stranger only while there are few of these.

        Each may have a message of `server.maxMessageSize` in memory before Streamlit sees it.
        """
        if self._guard is None or self._guard.knows(scope):
            await self._app(scope, receive, send)
            return
        if self._strangers >= STRANGERS:
            await send({"type": "websocket.close", "code": 1013})
            return
        self._strangers += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._strangers -= 1


def _is_foreign(scope: Scope) -> bool:
    """Whether a page of another site asks: Origin, which browsers send, names another host."""
    headers = dict(scope["headers"])
    return b"origin" in headers and headers[b"origin"].partition(b"://")[2] != headers.get(b"host")


def _without_origin(scope: Scope) -> Scope:
    """The request as Streamlit may see it: of another site's Origin nothing.

    Streamlit would ask a host on the internet for this machine's address, to tell whether the Origin is its
    own, and serve nobody meanwhile.
    """
    if not _is_foreign(scope):
        return scope
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != b"origin"]}


def _policy(scope: Scope) -> bytes:
    """The content policy of a page; it names the page's socket, as Safari before 15.4 needs it named."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    named = host.decode() if _HOST.fullmatch(host) else ""
    return _OF_PAGES.format(socket=f" ws://{named} wss://{named}" if named else "").encode()


def own_app(routes: Sequence[Route]) -> Starlette:
    """Our routes as an application of their own."""
    handlers = {ReplyError: refused, 404: _unknown, 405: _wrong_method, Exception: _failed}
    return Starlette(routes=list(routes), exception_handlers=handlers)


def _unknown(_request: Request, _problem: Exception) -> Response:
    return reply({"error": {"code": "unknown_address", "message": "There is nothing here."}}, 404)


def _wrong_method(_request: Request, _problem: Exception) -> Response:
    return reply({"error": {"code": "wrong_method", "message": "This address takes another method."}}, 405)


def _failed(_request: Request, _problem: Exception) -> Response:
    # Starlette raises the problem again after this, and the server logs it.
    return reply(
        {"error": {"code": "failed", "message": "Something went wrong here. Please try again."}}, 500
    )
