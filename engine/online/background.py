"""Work that is too large for a call: done beside the writer, and switched in at once.

An input whose region is beyond the budget is durable at once and takes effect later. A thread of
its own resolves it on a snapshot; the writer takes the answer over if nothing that was read changed
meanwhile, and otherwise the thread begins again. Readers see the state before, or that after.
What fails for another reason, such as a full disk, is tried again by itself, less and less often.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online import slow
from sameas.engine.online.door import said_again
from sameas.engine.online.feed import Feed
from sameas.engine.online.fold import APPLIED, PENDING, VOID, fold
from sameas.engine.online.namesakes import begin, widen
from sameas.engine.online.unit import Unit
from sameas.errors import EngineClosedError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.engine.online.state import Live, State
    from sameas.engine.online.writer import Writer
    from sameas.graph.store.port import ChangeSet, Store

__all__ = ["Background", "held", "hold_back"]

_TRIES = 4
"""Times that the thread begins again before the writer does the work itself."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 30.0
"""Seconds before what failed is tried again; each pause is twice the one before."""
_AT_ONCE = 1_000
"""Inputs resolved together."""

_HELD = ("held",)
_numbers = msgspec.json.Decoder(list[int]).decode


def held(unit: Unit) -> list[int]:
    """The numbers of the inputs that wait."""
    fact = unit.get(t.META, _HELD)
    return [] if fact is None else _numbers(fact.value)


def hold_back(unit: Unit, number: int) -> None:
    """One more input waits."""
    _wait_for(unit, [*held(unit), number])


def _wait_for(unit: Unit, numbers: list[int]) -> None:
    unit.put(t.META, t.Meta("held", msgspec.json.encode(numbers).decode()))


class Background:
    """The thread."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._closed = False
        self._lock = threading.Lock()
        self._since: list[ChangeSet] | None = None
        """What was committed since the snapshot; None: nobody works."""
        self._thread = threading.Thread(target=self._run, name="sameas-background", daemon=True)
        self._wake.set()
        self._thread.start()

    def committed(self, changes: ChangeSet) -> None:
        """Told of every commit by the writer."""
        with self._lock:
            if self._since is not None:
                self._since.append(changes)
        if _HELD in changes.puts.get("meta", {}):
            self._idle.clear()
            self._wake.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is pending; False: it took longer."""
        return self._idle.wait(timeout)

    def close(self) -> None:
        """Stop after the work at hand; what is pending stays pending."""
        self._closed = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        conflicts, pause = 0, 0.0
        while True:
            self._wake.wait(pause or None)
            if self._closed:
                return
            self._wake.clear()
            try:
                while not self._closed and self._round(alone=conflicts >= _TRIES):
                    conflicts, pause = 0, 0.0
                pause = 0.0
            except _ChangedError:
                conflicts += 1
                self._wake.set()
            except EngineClosedError:
                return
            except Exception:  # noqa: BLE001 - whatever it is, it stays pending
                pause = min(2 * pause or _FIRST_PAUSE, _LONGEST_PAUSE)

    def _round(self, *, alone: bool) -> bool:
        """Resolve some of what waits; False: nothing does. `alone`: in the writer, in any case."""
        if alone:
            self._writer.submit(_work_off, alone=True).result()
            return True
        with self._lock:
            self._since = []
        try:
            with self._store.snapshot() as reader:
                unit = Unit(reader)
                if not held(unit):
                    self._idle.set()
                    return False
                state = replace(self._writer.state)
                feed, rest = _resolve(unit, state)
                taken = self._writer.submit(self._take_over(unit, state, feed, rest), alone=True)
                taken.result()
        finally:
            with self._lock:
                self._since = None
        return True

    def _take_over(
        self, unit: Unit, mine: State, feed: Feed, rest: list[int]
    ) -> Callable[[Unit, State], None]:
        def work(current: Unit, state: State) -> None:
            with self._lock:
                since = list(self._since or ())
            if (
                any(unit.conflicts(changes) for changes in since)
                or state.judgements is not mine.judgements
                or state.rules is not mine.rules
            ):
                raise _ChangedError
            mine.now = state.now
            feed.close()
            late = [number for number in held(current) if number not in set(held(unit))]
            _wait_for(unit, [*rest, *late])
            state.digests = mine.digests
            current.take(unit.changes())

        return work


class _ChangedError(Exception):
    """What was read is not so any more."""


def _resolve(unit: Unit, state: State) -> tuple[Feed, list[int]]:
    """Resolve what waits together; gives the numbers of what still waits."""
    after: dict[int, Live | None] = {}
    rest: list[int] = []
    seen: set[int] = set()
    for number in held(unit):
        row = unit.get(t.INPUT, (number,))
        if row is None or row.state != PENDING:
            continue
        if row.record in seen or len(seen) >= _AT_ONCE:
            rest.append(number)
            continue
        record = unit.get(t.RECORD, (row.record,))
        assert record is not None
        said = said_again(row, record.record_id, state.rules)
        begin(unit, state, [state.rules.types[place] for place, _ in said.identifiers])
        folded = fold(unit, state, said, number)
        if folded.duplicate:  # the same came again while it waited, and took effect
            done = APPLIED if row.message_id is None else VOID
            unit.put(t.INPUT, msgspec.structs.replace(row, state=done))
        seen |= {row.record, folded.record, *folded.after}
        after |= folded.after
    feed = Feed(unit, state)
    if after:
        slow.resolve(unit, state, widen(unit, state, after), feed)
    return feed, rest


def _work_off(unit: Unit, state: State) -> None:
    """The same in the writer itself, when others change the region all the time."""
    feed, rest = _resolve(unit, state)
    feed.close()
    _wait_for(unit, rest)
