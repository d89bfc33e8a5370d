"""The gate before Streamlit: our own routes, and the security headers of every response.

Our routes stand before Streamlit's middleware rather than among its routes, because that would give each
answer a Streamlit session cookie to check and compress each reply in another thread.
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.replies import ReplyError, refused, reply

OURS = ("/api/trial/", "/health", "/media/labels/", "/join/", "/go/", "/share/", "/signin", "/signout")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
)
_POLICY = (b"content-security-policy", b"frame-ancestors 'self'")


class Gate:
    """ASGI middleware that answers our own addresses and lets all else through."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self._app = app
        self._own = own_app(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                headers.extend(_HEADERS)
                if not any(name.lower() == _POLICY[0] for name, _ in headers):
                    headers.append(_POLICY)
            await send(message)

        ours = scope["path"].startswith(OURS)
        await (self._own if ours else self._app)(scope, receive, send_guarded)


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
