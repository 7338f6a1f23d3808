"""The change feed, and waiting for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.api.http.calling import start

from sameas.api.http.app import App
from sameas.api.http.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.calling import Api

PATIENCE = 120.0
"""Seconds within which even a busy machine gets there."""


def test_the_feed_goes_on_behind_a_position(api: Api) -> None:
    """`next` is what to send as `after`."""
    api.merged(email="ann@example.com")
    api.merged(email="bob@example.com")
    first = api.call("GET", "/v1/changes", params={"limit": 1}).json()
    rest = api.call("GET", "/v1/changes", params={"after": first["next"]}).json()
    assert [one["change"] for one in first["changes"] + rest["changes"]] == ["created", "created"]
    end = api.call("GET", "/v1/changes", params={"after": rest["next"]}).json()
    assert end == {"changes": [], "next": rest["next"]}


def test_waiting_ends_with_the_next_commit(tmp_path: Path) -> None:
    """Many wait, for long; nobody asks again and again."""
    api = start(tmp_path, Settings(longest_wait=300))

    async def work() -> list[int]:
        async with api.client() as client:
            waiting = [
                asyncio.create_task(client.get("/v1/changes", params={"wait": 300}))
                for _ in range(50)
            ]
            await asyncio.sleep(0.2)
            assert not any(one.done() for one in waiting)
            await client.post("/v1/merge", json={"identifiers": {"cookie": "c1"}})
            answers = await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)
            return [len(one.json()["changes"]) for one in answers]

    assert asyncio.run(work()) == [1] * 50
    api.close()


def test_waiting_ends_by_itself(api: Api) -> None:
    """With nothing, and the same position."""
    answer = api.call("GET", "/v1/changes", params={"after": 7, "wait": 0.1})
    assert answer.json() == {"changes": [], "next": 7}


def test_waiting_ends_when_the_server_closes(tmp_path: Path) -> None:
    """A shutdown does not wait for those who wait."""
    api = start(tmp_path, Settings(longest_wait=300))
    app = api.app
    assert isinstance(app, App)

    async def work() -> int:
        async with api.client() as client:
            waiting = asyncio.create_task(client.get("/v1/changes", params={"wait": 300}))
            await asyncio.sleep(0.2)
            app.service.begin_close()
            return (await asyncio.wait_for(waiting, PATIENCE)).status_code

    assert asyncio.run(work()) == 200
    assert api.call("GET", "/readyz").status_code == 503
    assert api.call("GET", "/healthz").status_code == 200
    api.close()


def test_a_wait_has_bounds(api: Api) -> None:
    """No endless ones, no numbers that are none."""
    for wait in ("-1", "1e9", "nan", "x"):
        assert api.call("GET", "/v1/changes", params={"wait": wait}).status_code == 422
