"""The process that speaks HTTP, as the one that starts it sees it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sameas.engine.remote.frames import frame
from sameas.engine.remote.host import Host
from sameas.errors import Fault, SameasError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from sameas.api.http.settings import Settings
    from sameas.engine.online.engine import Engine

__all__ = ["Front"]

_LOOK = 0.05
"""Seconds between two looks whether it has ended before it began."""
_MODULE = "sameas.api.http.front"


class Front:
    """A child that runs `front`, and the host that it asks."""

    def __init__(self, engine: Engine, settings: Settings, at: socket.socket) -> None:
        """Start it.

        Args:
            engine: what it asks.
            settings: how it serves.
            at: what it serves at; closed here, so that nobody connects when it has ended.
        """
        here, there = socket.socketpair()
        with at, there:
            ends = (there.fileno(), at.fileno())
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
                [sys.executable, "-P", "-m", _MODULE, *map(str, ends)],
                pass_fds=ends,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the parent, which passes it on
            )
        here.sendall(frame((settings, engine.store.place)))
        self._host = Host(engine, here)
        self._told = False

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Pass on what tells this process to end; only its main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self._pass_on) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        self._told = True
        self._process.send_signal(number)

    def wait_until_ready(self) -> bool:
        """Return when it serves; False: it was told to end before.

        Raises:
            SameasError: it ended by itself.
        """
        while not self._host.ready.wait(_LOOK):
            if self._process.poll() is not None:
                self.wait()
                return False
        return True

    def wait(self) -> None:
        """Return when it has ended in order.

        Raises:
            SameasError: it ended by itself.
        """
        status = self._process.wait()
        if not self._told:
            raise SameasError(
                Fault("server", f"its HTTP process ended with {status}", "see what was logged")
            )

    def kill(self) -> None:
        """End it, if it has not."""
        self._process.kill()
        self._process.wait()
