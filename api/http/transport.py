"""What is written in one turn of the event loop leaves together: an answer's head with its body.

uvicorn writes the two one after the other, and uvloop sends each at once: two system calls, and a
client that wakes up twice.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

__all__ = ["Protocol", "Together"]


class Together:
    """A transport that keeps what is written until more comes, or the loop's next turn."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Around another."""
        self._transport = transport
        self._soon = asyncio.get_running_loop().call_soon
        self._kept = b""

    def write(self, data: bytes) -> None:
        """Send, at the latest with the next turn of the loop."""
        if self._kept:
            kept, self._kept = self._kept, b""
            self._transport.write(kept + data)
        else:
            self._kept = data
            self._soon(self._flush)

    def close(self) -> None:
        """Send what is kept, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._kept:
            kept, self._kept = self._kept, b""
            self._transport.write(kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # chosen when it is imported
    """uvicorn's protocol of HTTP, which writes to `Together`."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A client is there."""
        super().connection_made(Together(transport))
