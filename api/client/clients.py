"""The two clients: the same calls, answered at once or awaited."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

import anyio
import httpx

from sameas.api.client import routes
from sameas.api.client.talk import Send, Settings, headers_of, talk
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from sameas.api.client.answers import ChangeEntry, Item
    from sameas.api.client.ask import Ask, Row

__all__ = ["AsyncClient", "Client"]

Given = ParamSpec("Given")
Result = TypeVar("Result")

_AT_ONCE = 500
"""Rows of one request; the server takes 1,000."""


class _Method(Generic[Given, Result]):
    """A route as a method: `Client` answers it, `AsyncClient` is awaited."""

    def __init__(self, ask: Callable[Given, Ask[Result]]) -> None:
        self._ask = ask
        self.__doc__ = ask.__doc__

    @overload
    def __get__(self, client: None, kind: type) -> Callable[Given, Ask[Result]]: ...
    @overload
    def __get__(self, client: Client, kind: type) -> Callable[Given, Result]: ...
    @overload
    def __get__(
        self, client: AsyncClient, kind: type
    ) -> Callable[Given, Coroutine[Any, Any, Result]]: ...
    def __get__(self, client: Client | AsyncClient | None, kind: type) -> Callable[Given, Any]:
        ask = self._ask
        if client is None:
            return ask

        def call(*args: Given.args, **named: Given.kwargs) -> Any:
            return client.do(ask(*args, **named))

        call.__name__, call.__doc__ = ask.__name__, ask.__doc__
        return call


class _Routes:
    """Every route."""

    merge = _Method(routes.merge)
    collect = _Method(routes.collect)
    take = _Method(routes.take)
    withdraw = _Method(routes.withdraw)
    lookup = _Method(routes.lookup)
    lookup_many = _Method(routes.lookup_many)
    profile = _Method(routes.profile)
    identifiers = _Method(routes.identifiers)
    records = _Method(routes.records)
    history = _Method(routes.history)
    graph = _Method(routes.graph)
    export = _Method(routes.export)
    search = _Method(routes.search)
    changes = _Method(routes.changes)
    judge = _Method(routes.judge)
    retract = _Method(routes.retract)
    unmerge = _Method(routes.unmerge)
    review = _Method(routes.review)
    decide = _Method(routes.decide)
    policy = _Method(routes.policy)
    set_policy = _Method(routes.set_policy)
    preview_policy = _Method(routes.preview_policy)
    set_model = _Method(routes.set_model)
    preview_model = _Method(routes.preview_model)
    erase = _Method(routes.erase)
    suppress = _Method(routes.suppress)
    unsuppress = _Method(routes.unsuppress)
    list_keys = _Method(routes.list_keys)
    create_key = _Method(routes.create_key)
    revoke_key = _Method(routes.revoke_key)
    ready = _Method(routes.ready)
    alive = _Method(routes.alive)
    metrics = _Method(routes.metrics)


class Client(_Routes):
    """The API, called from threads. Safe to share between them.

        with sameas.Client("http://127.0.0.1:8080", key) as client:
            answer = client.merge({"email": "ann@example.com", "cookie": "c-81"})
            print(client.profile(answer.profile_id).traits)

    Calls that may be repeated are repeated; each write carries an `Idempotency-Key`, so it is done
    once however often it was sent. Errors are those of `sameas.errors`, with `code` and `status`.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 30,
        retries: int = 5,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Speak to a server.

        Args:
            url: where it is, without `/v1`.
            key: an API key.
            timeout: seconds that one answer may take.
            retries: how often a call is sent again.
            transport: what carries requests, as httpx has it.

        Raises:
            InputError: the url or the key cannot be used.
        """
        self._settings = Settings(timeout=timeout, retries=retries)
        self._http = httpx.Client(
            base_url=_checked(url, key), headers=headers_of(key), transport=transport
        )

    def do(self, ask: Ask[Result]) -> Result:
        """Ask what a route's function says."""
        steps = talk(ask, self._settings)
        got: httpx.Response | httpx.RequestError | None = None
        try:
            while True:
                step = steps.send(got)
                if isinstance(step, Send):
                    got = self._send(step)
                else:
                    time.sleep(step)
                    got = None
        except StopIteration as end:
            result: Result = end.value
            return result

    def _send(self, one: Send) -> httpx.Response | httpx.RequestError:
        try:
            return self._http.request(
                one.method,
                one.path,
                params=one.params,
                content=one.content,
                headers=one.headers,
                timeout=one.timeout,
            )
        except httpx.RequestError as error:
            return error

    def ingest(self, rows: Iterable[Row], *, at_once: int = _AT_ONCE) -> Iterator[Item]:
        """Take any number of rows in; tells what became of each, in order, as it goes on."""
        rest = iter(rows)
        while piece := list(islice(rest, at_once)):
            yield from self.take(piece).results

    def follow(self, after: int = 0, *, wait: float = 30) -> Iterator[ChangeEntry]:
        """Entries of the change feed from a position on, and those that come; never ends."""
        while True:
            found = self.changes(after=after, limit=1000, wait=wait)
            yield from found.changes
            after = found.next

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(_Routes):
    """The API, called from an event loop: what `Client` has, awaited."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 30,
        retries: int = 5,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Speak to a server; see `Client`."""
        self._settings = Settings(timeout=timeout, retries=retries)
        self._http = httpx.AsyncClient(
            base_url=_checked(url, key), headers=headers_of(key), transport=transport
        )

    async def do(self, ask: Ask[Result]) -> Result:
        """Ask what a route's function says."""
        steps = talk(ask, self._settings)
        got: httpx.Response | httpx.RequestError | None = None
        try:
            while True:
                step = steps.send(got)
                if isinstance(step, Send):
                    got = await self._send(step)
                else:
                    await anyio.sleep(step)
                    got = None
        except StopIteration as end:
            result: Result = end.value
            return result

    async def _send(self, one: Send) -> httpx.Response | httpx.RequestError:
        try:
            return await self._http.request(
                one.method,
                one.path,
                params=one.params,
                content=one.content,
                headers=one.headers,
                timeout=one.timeout,
            )
        except httpx.RequestError as error:
            return error

    async def ingest(self, rows: Iterable[Row], *, at_once: int = _AT_ONCE) -> AsyncIterator[Item]:
        """Take any number of rows in; tells what became of each, in order, as it goes on."""
        rest = iter(rows)
        while piece := list(islice(rest, at_once)):
            for item in (await self.take(piece)).results:
                yield item

    async def follow(self, after: int = 0, *, wait: float = 30) -> AsyncIterator[ChangeEntry]:
        """Entries of the change feed from a position on, and those that come; never ends."""
        while True:
            found = await self.changes(after=after, limit=1000, wait=wait)
            for entry in found.changes:
                yield entry
            after = found.next

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _checked(url: str, key: str) -> httpx.URL:
    faults = []
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        found = httpx.URL("")
    if found.scheme not in ("http", "https") or not found.host:
        faults.append(Fault("url", "is none", "such as http://127.0.0.1:8080"))
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        faults.append(Fault("key", "is none", "such as `sameas key create` prints"))
    if faults:
        raise InputError(faults)
    return found
