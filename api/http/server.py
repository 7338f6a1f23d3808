"""The server process: requests in flight finish, then the engine closes, when it is told to end."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import uvicorn

from sameas.api.http.app import App, create_app
from sameas.api.http.keys import list_keys
from sameas.api.http.settings import Settings
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from sameas.api.http.backend import Backend

__all__ = ["serve"]


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


def serve(engine: Backend, settings: Settings | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then close the engine.

    Raises:
        InputError: nobody has a key, and other machines could call.
    """
    settings = settings or Settings()
    if not _is_loopback(settings.host) and not _has_keys(engine):
        raise InputError(
            Fault(
                f"host {settings.host}",
                "is open to other machines, and there is no key yet",
                "make one with `sameas key create`, or bind to 127.0.0.1",
            )
        )
    app = create_app(engine, settings)
    assert isinstance(app, App)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=round(settings.grace),
    )
    app.service.log.say("serving", host=settings.host, port=settings.port)
    _Server(config, app.service.begin_close).run()


def _has_keys(engine: Backend) -> bool:
    with engine.reader() as reader:
        return any(row.revoked is None for row in list_keys(reader))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
