"""Clients that reach an app, or nobody, without a network; each call through both of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

import sameas

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.http.calling import Api

    from sameas.api.client.ask import Ask

Result = TypeVar("Result")
URL = "http://test"


class Bridge(httpx.BaseTransport):
    """An app, called from a thread without a loop."""

    def __init__(self, api: Api) -> None:
        self._inner = api.transport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def work() -> httpx.Response:
            sent = httpx.Request(
                request.method, request.url, headers=request.headers, content=request.read()
            )
            answer = await self._inner.handle_async_request(sent)
            await answer.aread()
            return answer

        found = asyncio.run(work())
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)


def client(api: Api, key: str | None = None, **more: Any) -> sameas.Client:
    """A client of an app."""
    return sameas.Client(URL, key or api.key, transport=Bridge(api), **more)


def both(ask: Ask[Result], handler: Callable[[httpx.Request], httpx.Response], **more: Any) -> Any:
    """What a call answers through both clients; of an error the error. They must agree."""
    found: list[Any] = []
    try:
        with sameas.Client(URL, "sk_x", transport=httpx.MockTransport(handler), **more) as one:
            found.append(one.do(ask))
    except sameas.SameasError as error:
        found.append(error)

    async def work() -> None:
        transport = httpx.MockTransport(handler)
        try:
            async with sameas.AsyncClient(URL, "sk_x", transport=transport, **more) as other:
                found.append(await other.do(ask))
        except sameas.SameasError as error:
            found.append(error)

    asyncio.run(work())
    assert repr(found[0]) == repr(found[1])
    return found[0]
