"""A server process of its own over one store, started in milliseconds: to be killed.

The processes are forked from one that has loaded everything and does nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

__all__ = ["ERASE_KEY", "Server", "server"]

ERASE_KEY = bytes(32)
PATIENCE = 120.0
"""Seconds; nothing here takes two of them on an idle machine."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["sameas.api.http.app", "sameas.api.http.server", "tests.crash.warm", __name__]
)


class Server:
    """A process that serves."""

    def __init__(self, place: Path) -> None:
        """Start it, and wait until it takes calls."""
        here, there = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_run, args=(place, there), daemon=True)
        self._process.start()
        there.close()
        assert here.poll(PATIENCE), "it does not start"
        self.port, self.key = here.recv()
        httpx.get(f"{self.url}/healthz", timeout=PATIENCE)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a power cut ends a process: it is told nothing."""
        self._process.kill()
        self._process.join()

    def stop(self) -> int:
        """End it in order; gives what it ended with."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGTERM)
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, "it does not end"
        return self._process.exitcode

    def room(self, room: int | None) -> None:
        """Bytes that its files may have from now on."""
        assert self._process.pid is not None
        limit = resource.RLIM_INFINITY if room is None else room
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@contextmanager
def server(place: Path) -> Iterator[Server]:
    """A server that is killed at the end."""
    made = Server(place)
    try:
        yield made
    finally:
        made.kill()


def _run(place: Path, told: Connection) -> None:
    from sameas.api.http.keys import create_key
    from sameas.api.http.server import listen, serve
    from sameas.api.http.settings import Settings
    from sameas.engine.online.engine import Engine
    from sameas.graph.store import open_store

    engine = Engine(open_store(place), erase_key=ERASE_KEY)
    secret = place.with_suffix(".key")  # one for all servers of a store
    if not secret.exists():
        secret.write_text(create_key(engine, "crash", ["admin"]), encoding="utf-8")
    key = secret.read_text(encoding="utf-8")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    at = listen("127.0.0.1", 0)
    settings = Settings(log_requests=False, rate=0, grace=5)
    port = at.getsockname()[1]
    serve(engine, settings, at=at, told=lambda: told.send((port, key)))
