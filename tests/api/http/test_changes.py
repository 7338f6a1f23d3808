"""The change feed, and waiting for it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from sameas.api.http.app import App

if TYPE_CHECKING:
    from tests.api.http.calling import Api


def test_the_feed_goes_on_behind_a_position(api: Api) -> None:
    """`next` is what to send as `after`."""
    api.merged(email="ann@example.com")
    api.merged(email="bob@example.com")
    first = api.call("GET", "/v1/changes", params={"limit": 1}).json()
    rest = api.call("GET", "/v1/changes", params={"after": first["next"]}).json()
    assert [one["change"] for one in first["changes"] + rest["changes"]] == ["created", "created"]
    end = api.call("GET", "/v1/changes", params={"after": rest["next"]}).json()
    assert end == {"changes": [], "next": rest["next"]}


def test_waiting_ends_with_the_next_commit(api: Api) -> None:
    """Many wait; nobody asks again and again."""

    async def work() -> tuple[list[int], float]:
        async with api.client() as client:
            began = time.monotonic()
            waiting = [
                asyncio.create_task(client.get("/v1/changes", params={"wait": 20}))
                for _ in range(50)
            ]
            await asyncio.sleep(0.2)
            assert not any(one.done() for one in waiting)
            await client.post("/v1/merge", json={"identifiers": {"cookie": "c1"}})
            answers = await asyncio.gather(*waiting)
            return [len(one.json()["changes"]) for one in answers], time.monotonic() - began

    found, seconds = asyncio.run(work())
    assert found == [1] * 50
    assert seconds < 10


def test_waiting_ends_by_itself(api: Api) -> None:
    """With nothing, and the same position."""
    answer = api.call("GET", "/v1/changes", params={"after": 7, "wait": 0.1})
    assert answer.json() == {"changes": [], "next": 7}


def test_waiting_ends_when_the_server_closes(api: Api) -> None:
    """A shutdown does not wait for those who wait."""
    app = api.app
    assert isinstance(app, App)

    async def work() -> int:
        async with api.client() as client:
            waiting = asyncio.create_task(client.get("/v1/changes", params={"wait": 25}))
            await asyncio.sleep(0.2)
            app.service.begin_close()
            return (await asyncio.wait_for(waiting, 5)).status_code

    assert asyncio.run(work()) == 200
    assert api.call("GET", "/readyz").status_code == 503
    assert api.call("GET", "/healthz").status_code == 200


def test_a_wait_has_bounds(api: Api) -> None:
    """No endless ones, no numbers that are none."""
    for wait in ("-1", "1e9", "nan", "x"):
        assert api.call("GET", "/v1/changes", params={"wait": wait}).status_code == 422
