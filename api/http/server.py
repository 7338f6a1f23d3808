"""The server process: requests in flight finish, then the engine closes, when it is told to end."""

from __future__ import annotations

import errno
import gc
import socket
import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING

import uvicorn

from sameas.api.http.app import App, create_app
from sameas.api.http.keys import list_keys
from sameas.api.http.settings import Settings
from sameas.api.http.transport import Protocol
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from sameas.engine.online.engine import Engine

__all__ = ["is_loopback", "listen", "serve"]

_BACKLOG = 2048
_GARBAGE = (10_000, 20, 20)
"""Objects between two looks for garbage, and how many looks until those that survived are looked at
again: rows and requests go by themselves, cycles are rare."""
_TURN = 0.0005
"""Seconds that a thread goes on when another wants its turn. SQLite lets go of Python's lock at
every statement, and with the 5 ms of Python the writer waited so long for each while requests came
in: beside a busy thread it did 260 merges a second, and 1,600 with this."""


class _Server(uvicorn.Server):
    """Tells waiting readers to go before it waits for them."""

    def __init__(self, config: uvicorn.Config, told: Callable[[], None]) -> None:
        super().__init__(config)
        self._told = told

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to end."""
        self._told()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # else it is raised again, and ending in order is a failure


def listen(host: str, port: int) -> socket.socket:
    """Take a port; callers wait from then on. Port 0: any that is free.

    Raises:
        InputError: it is taken, or the host is none of this machine.
    """
    where = f"{host}:{port}"
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            fault = Fault(where, "is in use", "stop what listens there, or choose another port")
        elif error.errno == errno.EACCES:
            fault = Fault(where, "may not be used", "choose a port above 1023")
        else:
            fault = Fault(where, "is no address of this machine", "choose another host")
        raise InputError(fault) from error
    except OverflowError:
        raise InputError(Fault(where, "is no port", "0 to 65535")) from None


def serve(
    engine: Engine,
    settings: Settings | None = None,
    *,
    at: socket.socket | None = None,
    told: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then close the engine.

    Args:
        engine: what does the calls.
        settings: None: the defaults.
        at: what to serve at, of `listen`; None: as the settings say.
        told: called when the port is open and nothing stands in the way.

    Raises:
        InputError: nobody has a key, and other machines could call; or the port cannot be used.
    """
    settings = settings or Settings()
    if not is_loopback(settings.host) and not _has_keys(engine):
        raise InputError(
            Fault(
                f"host {settings.host}",
                "is open to other machines, and there is no key yet",
                "make one with `sameas key create`, or bind to 127.0.0.1",
            )
        )
    with at or listen(settings.host, settings.port) as taken:
        app = create_app(engine, settings)
        assert isinstance(app, App)
        config = uvicorn.Config(
            app,
            loop="auto",
            http=Protocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_graceful_shutdown=round(settings.grace),
        )
        host, port = taken.getsockname()[:2]
        app.service.log.say("serving", host=host, port=port)
        if told is not None:
            told()
        sys.setswitchinterval(_TURN)
        _settle_garbage()
        _Server(config, app.service.begin_close).run([taken])


def _settle_garbage() -> None:
    """Look for garbage among what requests make, not in all that was there before them.

    A full look at the modules and the compiled code stops everybody for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


def _has_keys(engine: Engine) -> bool:
    with engine.reader() as reader:
        return any(row.revoked is None for row in list_keys(reader))


def is_loopback(host: str) -> bool:
    """Only this machine can call it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
