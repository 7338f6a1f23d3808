"""The end where an engine is asked: as the engine itself, for an event loop."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, TypeVar

from sameas.engine.online.calls import Calls
from sameas.engine.online.readings import Readings, rules_in
from sameas.engine.remote.frames import READY, Do, Frames, Hello, News, frame, receive_one
from sameas.errors import EngineClosedError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from sameas.engine.online.calls import Call
    from sameas.engine.online.outcomes import Health, PolicyState
    from sameas.engine.online.rules import Rules
    from sameas.engine.policy import Policy
    from sameas.graph.store.port import Store

__all__ = ["RemoteEngine"]

Result = TypeVar("Result")

_READ = 1 << 18


class RemoteEngine(Readings):
    """An engine that another process has; this one reads the store, and asks for the rest.

    All but reads belongs to one event loop at a time, the one that `run_async` was last called in;
    `health` and what is beside it are for other threads, while that loop runs.
    """

    def __init__(
        self, store: Store, link: socket.socket, *, lost: Callable[[], None] = lambda: None
    ) -> None:
        """Meet the host, and wait for its first word.

        Args:
            store: the engine's store, open for reading; closed with this.
            link: this end of a socket pair, a `Host` at the other.
            lost: called in the loop when the other end is gone.

        Raises:
            EngineClosedError: the other end is gone already.
        """
        super().__init__(store)
        self._link = link
        self._lost = lost
        try:
            hello: Hello = receive_one(link)
        except EOFError:
            raise EngineClosedError("the engine is gone") from None
        link.setblocking(False)
        self._news = hello.news
        self._rules: Rules | None = None
        self.calls = Calls(self._rules_now, lambda: time.time_ns() // 1_000, budget=hello.budget)
        self._told: list[Callable[[int], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._frames = Frames()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._ticket = 0
        self._asked: list[tuple[int, object]] = []
        self._unsent = b""
        self._closed = False
        self._gone = False
        """The other end is."""

    @property
    def commits(self) -> int:
        """How many commits are known of: all whose callers were answered."""
        return self._news.commits

    def _rules_now(self) -> Rules:
        if self._rules is None:
            with self.store.snapshot() as reader:
                self._rules = rules_in(reader)
        return self._rules

    def run_async(self, call: Call[Result], /) -> asyncio.Future[Result]:
        """Have the engine do a call; settled when its commit is durable."""
        return self._ask(call)

    def subscribe(self, told: Callable[[int], None], /) -> Callable[[], None]:
        """Be told the feed position of each commit, in the loop; gives the way out."""
        self._told.append(told)
        return lambda: self._told.remove(told)

    # -- for other threads ------------------------------------------------------------------

    def health(self) -> Health:
        """How the engine does."""
        return self._do("health")  # type: ignore[no-any-return]

    def policy_state(self) -> PolicyState:
        """Tell the policy in force, and how far a change to another one is."""
        return self._do("policy_state")  # type: ignore[no-any-return]

    def set_policy(self, policy: Policy) -> PolicyState:
        """Begin to change the policy; see `Engine.set_policy`."""
        return self._do("set_policy", policy)  # type: ignore[no-any-return]

    def set_model(self, model: str | None) -> PolicyState:
        """Begin to change the model; see `Engine.set_model`."""
        return self._do("set_model", model)  # type: ignore[no-any-return]

    def _do(self, method: str, *arguments: Any) -> Any:
        async def ask() -> Any:
            return await self._ask(Do(method, arguments))

        if self._loop is None:
            raise EngineClosedError("no event loop has asked for anything")
        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result()

    def close(self) -> None:
        """Let go of the store, and of the engine, which goes on. Not from the loop itself."""
        if not self._closed:
            self._closed = True
            if self._loop is not None and self._loop.is_running():
                asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result()
            self._link.close()
            self.store.close()

    async def _leave(self) -> None:
        self._part("the engine is closed")

    # -- the event loop ---------------------------------------------------------------------

    def ready(self) -> None:
        """Tell the host that whoever asks has begun, in the running loop."""
        self.attach()
        self._write(frame(READY))

    def _ask(self, what: object) -> asyncio.Future[Any]:
        loop = self.attach()
        waiting = loop.create_future()
        self._ticket += 1
        self._waiting[self._ticket] = waiting
        if not self._asked:
            loop.call_soon(self._send)  # with what else is asked in this turn
        self._asked.append((self._ticket, what))
        return waiting

    def attach(self) -> asyncio.AbstractEventLoop:
        """Belong to the running loop.

        Raises:
            EngineClosedError: this was closed, or the other end is gone.
        """
        if self._closed or self._gone:
            raise EngineClosedError("the engine is closed")
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(self._link)
                self._loop.remove_writer(self._link)
            self._loop = loop
            self._asked = []
            loop.add_reader(self._link, self._read)
            if self._unsent:
                loop.add_writer(self._link, self._go_on)
        return loop

    def _send(self) -> None:
        asked, self._asked = self._asked, []
        try:
            data = frame(asked)
        except Exception as failure:  # noqa: BLE001 - who waits must be told
            self._settle([(ticket, None, failure) for ticket, _ in asked])
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        assert self._loop is not None
        if self._unsent:
            self._unsent += data
            return
        try:
            sent = self._link.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the other end is gone: `_read` sees it
        if sent < len(data):
            self._unsent = data[sent:]
            self._loop.add_writer(self._link, self._go_on)

    def _go_on(self) -> None:
        assert self._loop is not None
        self._loop.remove_writer(self._link)
        data, self._unsent = self._unsent, b""
        self._write(data)

    def _read(self) -> None:
        try:
            data = self._link.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end()
            return
        for what in self._frames.feed(data):
            if isinstance(what, News):
                self._hear(what)
            else:
                self._settle(what)

    def _hear(self, news: News) -> None:
        if news.mark != self._news.mark:
            self._rules = None
        self._news = news
        for told in list(self._told):
            told(news.position)

    def _settle(self, answers: list[Any]) -> None:
        for ticket, result, failure in answers:
            waiting = self._waiting.pop(ticket)
            if waiting.done():
                continue
            if failure is None:
                waiting.set_result(result)
            else:
                waiting.set_exception(failure)

    def _end(self) -> None:
        """The other end is gone: who waits is told."""
        self._gone = True
        self._part("the engine is gone")
        self._lost()

    def _part(self, why: str) -> None:
        """Neither read nor write any more; whoever still waits in the loop is told."""
        assert self._loop is not None
        self._loop.remove_reader(self._link)
        self._loop.remove_writer(self._link)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(EngineClosedError(why))
        self._waiting.clear()
