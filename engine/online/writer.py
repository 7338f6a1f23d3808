"""The one writer: waiting calls are resolved together and made durable by one commit.

A call is answered after its commit, never before. A call that fails is taken back alone; a commit
that fails fails its group, and the writer goes on from what is durable.
"""

from __future__ import annotations

import asyncio
import gc
import queue
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from sameas.engine.online.attempt import attempt
from sameas.engine.online.unit import Unit
from sameas.errors import EngineClosedError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sameas.engine.online.state import State
    from sameas.graph.store.port import ChangeSet, Store

__all__ = ["Desk", "Done", "Job", "Writer"]

Result = TypeVar("Result")


class Desk(Protocol):
    """Where those wait whom the writer answers; hashable, and safe from the writer's thread."""

    def wants(self, ticket: Any, /) -> bool:
        """Whether somebody still waits."""

    def answer(self, answers: list[Done], /) -> None:
        """What became of calls of one group, after its commit; may not raise."""


class Done(NamedTuple):
    """What became of a call."""

    ticket: Any
    result: Any
    failure: BaseException | None


@dataclass(slots=True, eq=False)
class Job:
    """One call: what it does to a unit, what it wants read before, and where it is answered."""

    work: Callable[[Unit, State], Any]
    desk: Desk
    ticket: Any
    """Of the desk's."""
    wanted: Sequence[Any] = ()
    """Inputs whose rows should be read with those of the whole group."""
    alone: bool = False
    """It shares its commit with nobody."""


class Writer:
    """A thread that owns the store's write side."""

    def __init__(
        self,
        store: Store,
        load: Callable[[Store], State],
        *,
        most: int = 512,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000,
        prefetch: Callable[[Unit, State, list[Any]], None] | None = None,
        committed: Callable[[ChangeSet, State], None] | None = None,
    ) -> None:
        """Start.

        Args:
            store: where everything is kept.
            load: the writer's state from what is durable.
            most: calls, or rows of calls that take many, that share one commit.
            clock: microseconds since 1970.
            prefetch: reads what a group's inputs will ask for.
            committed: told of every commit, in the writer's thread, before callers are answered.
        """
        self._store = store
        self._load = load
        self._most = most
        self._clock = clock
        self._prefetch = prefetch
        self._committed = committed
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self.broken = ""
        """Why the last commit failed; empty: it did not."""
        self.watching: set[Callable[[ChangeSet], None]] = set()
        """Told of every commit, in the writer's thread, which alone may change it."""
        self.state = load(store)
        self._thread = threading.Thread(target=self._run, name="sameas-writer", daemon=True)
        self._thread.start()

    # -- callers ----------------------------------------------------------------------------

    def submit(
        self,
        work: Callable[[Unit, State], Result],
        wanted: Sequence[Any] = (),
        *,
        alone: bool = False,
    ) -> Future[Result]:
        """Queue a call; the future is settled when its commit is durable."""
        waiting: Future[Result] = Future()
        self.put(Job(work, _FUTURES, waiting, wanted, alone))
        return waiting

    def submit_async(
        self, work: Callable[[Unit, State], Result], wanted: Sequence[Any] = ()
    ) -> asyncio.Future[Result]:
        """The same, for the running event loop; a whole group wakes its loop once."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Result] = loop.create_future()
        self.put(Job(work, _Loop(loop), waiting, wanted))
        return waiting

    def put(self, job: Job) -> None:
        """Queue a call.

        Raises:
            EngineClosedError: none are taken any more.
        """
        if self._closed:
            raise EngineClosedError("the engine is closed")
        self._queue.put(job)

    @property
    def waiting(self) -> int:
        """Calls in the queue, about."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what was queued, commit, stop."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    # -- the thread -------------------------------------------------------------------------

    def _run(self) -> None:
        last = False
        while not last:
            jobs = [self._queue.get()]
            size = _size(jobs[0])
            while size < self._most:
                try:
                    jobs.append(self._queue.get_nowait())
                except queue.Empty:
                    break
                size += _size(jobs[-1])
            last = None in jobs
            with _no_garbage():
                for group in _groups(job for job in jobs if job is not None):
                    self._group(group)

    def _group(self, group: list[Job]) -> None:
        unit, state = Unit(self._store), self.state
        state.now = max(self._clock(), state.now)  # commit times never go back
        done: list[tuple[Job, Any, BaseException | None]] = []
        try:
            if self._prefetch is not None:
                self._prefetch(unit, state, [one for job in group for one in job.wanted])
            for job in group:
                if not job.desk.wants(job.ticket):
                    continue
                try:
                    with attempt(unit, state):
                        done.append((job, job.work(unit, state), None))
                except Exception as failure:  # noqa: BLE001 - whatever it is, it is this call's
                    done.append((job, None, failure))
            changes = unit.changes()
            if changes:
                meta = t.Meta("counters", state.counters.dumps())
                changes.puts.setdefault("meta", {})[("counters",)] = meta
                self._store.commit(changes)
                self.broken = ""
                for told in self.watching:
                    told(changes)
                if self._committed is not None:
                    self._committed(changes, state)
        except Exception as failure:  # noqa: BLE001 - nothing of the group became durable
            self.broken = str(failure) or type(failure).__name__
            done = [(job, None, failure) for job in group]
            before, self.state = self.state, self._load(self._store)
            self.state.counters.pass_by(before.counters)
            self.state.fast, self.state.slow = before.fast, before.slow
        _answer(done)


def _size(job: Job | None) -> int:
    return 0 if job is None else max(1, len(job.wanted))


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Let Python look for cycles when a group is done: its thousands of rows then go by themselves.

    Looking at them meanwhile, again and again, was a third of what a row of a batch cost.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _groups(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """Calls that share a commit, in their order."""
    group: list[Job] = []
    for job in jobs:
        if job.alone:
            if group:
                yield group
            yield [job]
            group = []
        else:
            group.append(job)
    if group:
        yield group


def _answer(done: list[tuple[Job, Any, BaseException | None]]) -> None:
    desks: dict[Desk, list[Done]] = {}
    for job, result, failure in done:
        desks.setdefault(job.desk, []).append(Done(job.ticket, result, failure))
    for desk, answers in desks.items():
        desk.answer(answers)


class _Futures:
    """Callers in threads; their tickets are the futures they wait for."""

    def wants(self, ticket: Future[Any]) -> bool:
        """Whether somebody still waits."""
        return not ticket.cancelled()

    def answer(self, answers: list[Done]) -> None:
        """Settle each."""
        for waiting, result, failure in answers:
            if waiting.set_running_or_notify_cancel():
                _settle(waiting, result, failure)


_FUTURES = _Futures()


@dataclass(frozen=True, slots=True)
class _Loop:
    """Callers in an event loop; their tickets are its futures."""

    loop: asyncio.AbstractEventLoop

    def wants(self, ticket: asyncio.Future[Any]) -> bool:
        """Whether somebody still waits."""
        return not ticket.cancelled()

    def answer(self, answers: list[Done]) -> None:
        """Settle all in one turn of the loop."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(_settle_all, answers)


def _settle_all(answers: list[Done]) -> None:
    for waiting, result, failure in answers:
        if not waiting.done():
            _settle(waiting, result, failure)


def _settle(
    waiting: Future[Any] | asyncio.Future[Any], result: Any, failure: BaseException | None
) -> None:
    if failure is None:
        waiting.set_result(result)
    else:
        waiting.set_exception(failure)
