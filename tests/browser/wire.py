"""A network that a test can cut: a TCP proxy before a server on this machine."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from typing import Any


class Wire:
    """Passes bytes between its own port and the server's until it is cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = True
        self._loop = asyncio.new_event_loop()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where the server is reached through the wire."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break all connections and refuse new ones."""
        self._do(self._cut())

    def mend(self) -> None:
        """Let connections through (again)."""
        self._do(self._listen())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port, reuse_address=True)

    async def _cut(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {writer, back}
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        self._open -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def __enter__(self) -> "Wire":
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
