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
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sameas.engine.online.attempt import attempt
from sameas.engine.online.unit import Unit
from sameas.errors import EngineClosedError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sameas.engine.online.state import State
    from sameas.graph.store.port import ChangeSet, Store

__all__ = ["Job", "Writer"]

Result = TypeVar("Result")

_PAUSE = 0.0005
"""Seconds in which more calls may come before a group begins, and as often as they do."""
_PAUSES = 4


@dataclass(slots=True, eq=False)
class Job(Generic[Result]):
    """One call: what it does to a unit, what it wants read before, and who waits for it."""

    work: Callable[[Unit, State], Result]
    waiting: Future[Result] | asyncio.Future[Result]
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
        self._queue: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._closed = False
        self.broken = ""
        """Why the last commit failed; empty: it did not."""
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
        self._put(Job(work, waiting, wanted, alone))
        return waiting

    def submit_async(
        self, work: Callable[[Unit, State], Result], wanted: Sequence[Any] = ()
    ) -> asyncio.Future[Result]:
        """The same, for the running event loop; a whole group wakes its loop once."""
        waiting: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._put(Job(work, waiting, wanted))
        return waiting

    def _put(self, job: Job[Any]) -> None:
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
        busy = False
        while not last:
            jobs = [self._queue.get()]
            if busy:
                self._gather()
            size = _size(jobs[0])
            while size < self._most:
                try:
                    jobs.append(self._queue.get_nowait())
                except queue.Empty:
                    break
                size += _size(jobs[-1])
            last = None in jobs
            busy = len(jobs) > 1
            with _no_garbage():
                for group in _groups(job for job in jobs if job is not None):
                    self._group(group)

    def _gather(self) -> None:
        """Let more calls come, as long as they do, for 2 ms at most.

        A commit writes some two dozen pages for one input, and hardly more for ten. Who calls alone
        waits for nobody.
        """
        before = -1
        for _ in range(_PAUSES):
            now = self._queue.qsize()
            if self._closed or now == before or now >= self._most:
                return
            before = now
            time.sleep(_PAUSE)

    def _group(self, group: list[Job[Any]]) -> None:
        unit, state = Unit(self._store), self.state
        state.now = max(self._clock(), state.now)  # commit times never go back
        done: list[tuple[Job[Any], Any, BaseException | None]] = []
        try:
            if self._prefetch is not None:
                self._prefetch(unit, state, [one for job in group for one in job.wanted])
            for job in group:
                if job.waiting.cancelled():
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
                if self._committed is not None:
                    self._committed(changes, state)
        except Exception as failure:  # noqa: BLE001 - nothing of the group became durable
            self.broken = str(failure) or type(failure).__name__
            done = [(job, None, failure) for job in group]
            before, self.state = self.state, self._load(self._store)
            self.state.counters.pass_by(before.counters)
            self.state.fast, self.state.slow = before.fast, before.slow
        _answer(done)


def _size(job: Job[Any] | None) -> int:
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


def _groups(jobs: Iterable[Job[Any]]) -> Iterator[list[Job[Any]]]:
    """Calls that share a commit, in their order."""
    group: list[Job[Any]] = []
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


def _answer(done: list[tuple[Job[Any], Any, BaseException | None]]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any, Any]]] = {}
    for job, result, failure in done:
        waiting = job.waiting
        if isinstance(waiting, Future):
            if not waiting.set_running_or_notify_cancel():
                continue
            if failure is None:
                waiting.set_result(result)
            else:
                waiting.set_exception(failure)
        else:
            loops.setdefault(waiting.get_loop(), []).append((waiting, result, failure))
    for loop, answers in loops.items():
        try:
            loop.call_soon_threadsafe(_settle, answers)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _settle(answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for waiting, result, failure in answers:
        if waiting.done():
            continue
        if failure is None:
            waiting.set_result(result)
        else:
            waiting.set_exception(failure)
