"""The end beside the engine: takes what is asked, and sends what became of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sameas.engine.remote.frames import READY, Do, Hello, News, frame, receive_one
from sameas.errors import EngineClosedError

if TYPE_CHECKING:
    import socket

    from sameas.engine.online.calls import Call
    from sameas.engine.online.engine import Engine
    from sameas.engine.online.writer import Done

__all__ = ["METHODS", "Host"]

METHODS = ("health", "policy_state", "set_model", "set_policy")
"""What a `Do` may name."""
_THREADS = 2
"""For what a `Do` names: a change of the policy waits for its commit."""


class Host:
    """Does for one `RemoteEngine` what it asks; a `Desk` of the writer."""

    def __init__(self, engine: Engine, link: socket.socket) -> None:
        """Begin to answer, in threads of its own.

        Args:
            engine: what does the calls; it is not closed.
            link: this end of a socket pair; closed when the other end is.
        """
        self._engine = engine
        self._link = link
        self._sending = threading.Lock()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="sameas-host")
        self.ready = threading.Event()
        """The other end has begun."""
        with self._sending:  # no news before the greeting, and none is missed
            self._leave = engine.subscribe(self._committed)
            news = self._news(engine.health().position)
            self._link.sendall(frame(Hello(news, engine.calls.budget)))
        self.thread = threading.Thread(target=self._serve, name="sameas-host", daemon=True)
        """Alive while the other end is there."""
        self.thread.start()

    def _serve(self) -> None:
        try:
            while True:
                asked = receive_one(self._link)
                if asked == READY:
                    self.ready.set()
                else:
                    for ticket, what in asked:
                        self._begin(ticket, what)
        except EOFError:  # the other end is closed
            pass
        finally:
            self._leave()
            self._pool.shutdown(wait=False)
            self._link.close()

    def _begin(self, ticket: int, what: Do | Call[Any]) -> None:
        try:
            if isinstance(what, Do):
                self._pool.submit(self._do, ticket, what)
            else:
                self._engine.run_for(self, ticket, what)
        except EngineClosedError as failure:
            self._send(frame([(ticket, None, failure)]))

    def _do(self, ticket: int, what: Do) -> None:
        assert what.method in METHODS
        result, failed = None, None
        try:
            result = getattr(self._engine, what.method)(*what.arguments)
        except Exception as failure:  # noqa: BLE001 - it is told to who asked
            failed = failure
        self._send(frame([(ticket, result, failed)]))

    def wants(self, _ticket: int, /) -> bool:
        """Always: whether somebody still waits is known in the other process only."""
        return True

    def answer(self, answers: list[Done], /) -> None:
        """Send what became of a group's calls."""
        try:
            data = frame([tuple(one) for one in answers])
        except Exception as failure:  # noqa: BLE001 - they are durable, and who waits must be told
            data = frame([(one.ticket, None, failure) for one in answers])
        self._send(data)

    def _committed(self, position: int) -> None:
        """In the writer's thread, before anybody is answered: who reads then misses nothing."""
        self._send(frame(self._news(position)))

    def _news(self, position: int) -> News:
        return News(self._engine.commits, position, self._engine.rules.mark)

    def _send(self, data: bytes) -> None:
        """Send; the writer waits if the other end does not read, for nobody else asks it."""
        with self._sending, suppress(OSError):  # the other end is gone: `_serve` sees it
            self._link.sendall(data)
