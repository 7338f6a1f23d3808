"""An API over a real engine and store, called without a network.

As in a server, the app asks the engine over a socket pair, and reads the store itself.
"""

from __future__ import annotations

import asyncio
import io
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from sameas.api.http.app import create_app
from sameas.api.http.keys import create_key
from sameas.api.http.logs import Log
from sameas.api.http.settings import Settings
from sameas.engine.online.engine import Engine
from sameas.engine.remote.engine import RemoteEngine
from sameas.engine.remote.host import Host
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fastapi import FastAPI


@dataclass
class Api:
    """One app with an admin key, and a client of it."""

    engine: Engine
    remote: RemoteEngine
    app: FastAPI
    key: str
    logged: io.BytesIO
    keys: dict[str, str] = field(default_factory=dict)

    def transport(self) -> httpx.AsyncBaseTransport:
        """The way to the app."""
        return _Transport(self)

    def close(self) -> None:
        """Let go of the store."""
        self.remote.close()
        self.engine.close()

    def client(self, key: str | None = "") -> httpx.AsyncClient:
        """A client with the admin key, another, or none."""
        secret = self.key if key == "" else key
        return httpx.AsyncClient(
            transport=self.transport(),
            base_url="http://test",
            headers={} if secret is None else {"Authorization": f"Bearer {secret}"},
        )

    def call(self, method: str, path: str, *, key: str | None = "", **more: Any) -> httpx.Response:
        """One request."""

        async def work() -> httpx.Response:
            async with self.client(key) as client:
                return await client.request(method, path, **more)

        return asyncio.run(work())

    def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """A POST of JSON."""
        return self.call("POST", path, json=body, **more)

    def with_scopes(self, *scopes: str, source: str | None = None) -> str:
        """A new key."""
        return create_key(self.engine, "test", scopes, source)

    def merged(self, **identifiers: str) -> str:
        """The profile id that some identifiers answer with."""
        answer = self.post("/v1/merge", {"identifiers": identifiers})
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["profile_id"]
        return found


def start(folder: Path, settings: Settings | None = None, *, model: str | None = None) -> Api:
    """An API on a new store."""
    engine = Engine(open_store(folder / "people.db"), model=model, erase_key=b"k" * 32)
    return over(engine, settings)


def over(engine: Engine, settings: Settings | None = None) -> Api:
    """An API of an engine, which it closes with itself."""
    here, there = socket.socketpair()
    Host(engine, here)
    remote = RemoteEngine(open_store(engine.store.place, readonly=True), there)
    logged = io.BytesIO()
    app = create_app(remote, settings or Settings(), log=Log(logged))
    return Api(engine, remote, app, create_key(engine, "admin", ["admin"]), logged)


class _Transport(httpx.ASGITransport):
    def __init__(self, api: Api) -> None:
        super().__init__(app=api.app, raise_app_exceptions=False)
        self._remote = api.remote

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, after whatever a test did to the engine itself was heard of."""
        self._remote.attach()
        await asyncio.to_thread(self._remote.health)
        return await super().handle_async_request(request)


def faults(answer: httpx.Response) -> list[str]:
    """Where the faults of an answer are."""
    return [one["where"] for one in answer.json()["details"]]


def codes(answers: Sequence[httpx.Response]) -> list[tuple[int, str]]:
    """Status and code of answers."""
    return [(one.status_code, one.json().get("code", "")) for one in answers]
