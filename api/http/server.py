"""The server: when it is told to end, requests in flight finish, then the engine closes."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from sameas.api.http.child import Front
from sameas.api.http.keys import list_keys
from sameas.api.http.logs import Log
from sameas.api.http.settings import Settings
from sameas.api.http.turns import settle
from sameas.engine.online.warm import warm
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.engine.online.engine import Engine

__all__ = ["is_loopback", "listen", "serve"]

_BACKLOG = 2048


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

    The engine stays in this process; another one, `front`, speaks HTTP. In one they take turns: the
    engine then did four fifths of the merges.

    Args:
        engine: what does the calls.
        settings: None: the defaults.
        at: what to serve at, of `listen`; closed here. None: as the settings say.
        told: called when requests are answered.

    Raises:
        InputError: nobody has a key, and other machines could call; or the port cannot be used.
        SameasError: the other process ended by itself.
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
    log = Log(requests=settings.log_requests)
    at = at or listen(settings.host, settings.port)
    host, port = at.getsockname()[:2]
    front = Front(engine, settings, at)
    try:
        with front.signals():
            warm(engine.rules)
            settle()
            if front.wait_until_ready():
                log.say("serving", host=host, port=port)
                if told is not None:
                    told()
                front.wait()
    finally:
        front.kill()
        engine.close()
    log.say("closed")


def _has_keys(engine: Engine) -> bool:
    with engine.reader() as reader:
        return any(row.revoked is None for row in list_keys(reader))


def is_loopback(host: str) -> bool:
    """Only this machine can call it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
