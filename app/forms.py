"""What plain HTML forms post: read from our own pages alone, and not without end."""

from urllib.parse import parse_qs

from starlette.requests import Request

_LARGEST, _MOST = 4_096, 16


class FormError(Exception):
    """A post that is no form of ours; `status` says what to reply with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def form_fields(request: Request) -> dict[str, str]:
    """The first value of each field, empty ones too.

    Raises:
        FormError: 403 from another site, 413 more than 4 KB or 16 fields.
    """
    # Browsers send Origin with every post, and its host is the one the page came from.
    if request.headers.get("origin", "").partition("://")[2] != request.headers.get("host"):
        raise FormError(403, "This form did not come from this site. Please try again here.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise FormError(413, "This form is too large.")
    try:
        read = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST)
    except ValueError as problem:
        raise FormError(413, "This form has too many fields.") from problem
    return {name: values[0] for name, values in read.items()}
