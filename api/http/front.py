"""The process that speaks HTTP for an engine that is in the process that started it.

`server.serve` starts it. Told to end, it lets requests in flight finish; when its parent is gone,
so is it.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from sameas.api.http.app import App, create_app
from sameas.api.http.transport import Protocol
from sameas.api.http.turns import settle
from sameas.engine.online.events import Event
from sameas.engine.remote.engine import RemoteEngine
from sameas.engine.remote.frames import receive_one
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from types import FrameType

    from sameas.api.http.settings import Settings

__all__ = ["run"]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: App, engine: RemoteEngine) -> None:
        super().__init__(config)
        self._app = app
        self._engine = engine

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the parent when the port is served."""
        await super().startup(sockets)
        if self.started:
            self._engine.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to end: whoever waits for news goes first."""
        self._app.service.begin_close()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # else it is raised again, and ending in order is a failure


def run(link: socket.socket, at: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        link: to the parent.
        at: what to serve at.
    """
    settings: Settings
    settings, place = receive_one(link)
    engine = RemoteEngine(open_store(place, readonly=True), link, lost=lambda: os._exit(1))
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
    _warm(engine)
    settle()
    server = _Server(config, app, engine)
    server.run([at])
    sys.stdout.flush()
    os._exit(0 if server.started else 1)  # a thread may still read what nobody waits for any more


def _warm(engine: RemoteEngine) -> None:
    """Load what the first write and the first lookup would wait for. Nothing is asked."""
    engine.calls.take(Event("web", [("email", "ann@x.example"), ("phone", "+12025550123")]))
    with engine.view() as view:
        view.lookup([("email", "ann@x.example")])


if __name__ == "__main__":
    run(*(socket.socket(fileno=int(one)) for one in sys.argv[1:3]))
