"""Waiting for the change feed without a thread a waiter: one call wakes them all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.engine.online.port import EnginePort


__all__ = ["News"]


class News:
    """Tells waiters of one event loop that something was committed."""

    def __init__(self, engine: EnginePort) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()
        self._waiters = 0
        self._ended = False
        self._leave: Callable[[], None] = engine.subscribe(self._told)

    def ticket(self) -> asyncio.Event:
        """Take it before looking; it is set by whatever is committed from then on."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # an event belongs to the loop that it was first waited for in
            self._loop, self._event = loop, asyncio.Event()
        self._waiters += 1
        if self._ended:
            self._event.set()
        return self._event

    def again(self) -> asyncio.Event:
        """A ticket that was used up, for the next one."""
        return self._event

    def done(self) -> None:
        """Give a ticket back."""
        self._waiters -= 1

    def end(self) -> None:
        """Wake everybody, and let nobody wait any more. From any thread, and more than once."""
        if not self._ended:
            self._ended = True
            self._leave()
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _told(self, _position: int) -> None:
        """In the writer's thread."""
        loop = self._loop
        if self._waiters and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._event.set()
        if not self._ended:
            self._event = asyncio.Event()
