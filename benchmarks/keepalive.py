"""A lean HTTP/1.1 client on one kept connection, so that a benchmark measures the server and not itself."""

import asyncio
import json
from typing import Any


class Connection:
    """One keep-alive connection with its cookies."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._cookies: dict[str, str] = {}
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """Send a request as a browser would, and return the reply's status and body."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Origin: http://{self._host}:{self._port}\r\nAccept: */*\r\n"
            "Accept-Encoding: gzip, deflate, br\r\n"
            f"Accept-Language: en-GB,en;q=0.9\r\nCookie: {cookies}\r\n"
        )
        if method == "POST":
            head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(head.encode() + b"\r\n" + body)
        return await self._reply()

    async def post_json(self, path: str, value: Any) -> tuple[int, Any]:
        """Post JSON, and return the reply's status and decoded body."""
        status, body = await self.request("POST", path, json.dumps(value).encode())
        return status, json.loads(body)

    async def get_json(self, path: str) -> Any:
        """Get JSON, and return it decoded."""
        return json.loads((await self.request("GET", path))[1])

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
        self._reader = self._writer = None

    async def _reply(self) -> tuple[int, bytes]:
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        length, closing = 0, False
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            lowered = name.lower()
            if lowered == "content-length":
                length = int(value)
            elif lowered == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self._cookies[cookie] = content
            elif lowered == "connection":
                closing = value.lower() == "close"
            elif lowered in ("transfer-encoding", "content-encoding"):
                raise RuntimeError(f"the benchmark's client cannot read {line}")
        body = await self._reader.readexactly(length)
        if closing:
            await self.close()
        return int(lines[0].split(" ")[1]), body
