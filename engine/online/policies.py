"""The policy of a running engine: told, tried, changed. One change at a time, beside the writes.

A change that was begun is durable: if the engine stops before it is done, the next one takes it up.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.engine import policy as policies
from sameas.engine.online.loading import WANTED, fact
from sameas.engine.online.outcomes import PolicyState
from sameas.errors import EngineError, Fault, SameasError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from sameas.engine.online.outcomes import Preview
    from sameas.engine.online.writer import Writer
    from sameas.engine.policy import Policy
    from sameas.graph.store.port import Store

__all__ = ["Policies"]


@dataclass(slots=True)
class _Change:
    """The change that is under way, or was the last."""

    attempt: int = 0
    attempts: int = 0
    position: int | None = None
    failed: str | None = None


class Policies:
    """What may be asked of the policy of one engine. Safe from any thread."""

    def __init__(self, store: Store, writer: Writer) -> None:
        """Speak of a store and its writer, and go on with a change that was begun."""
        self._store = store
        self._writer = writer
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._last = _Change()
        begun = fact(store, WANTED)
        if begun is not None:
            self._begin(begun)

    def preview(self, policy: Policy) -> Preview:
        """Say what a policy would do to the graph as it is. O(inputs), beside the writes."""
        from sameas.engine.online.whole import preview

        with self._store.snapshot() as reader:
            return preview(reader, policy)

    def change(self, policy: Policy) -> PolicyState:
        """Begin to change to a policy; returns when it is durable that it was begun.

        Raises:
            EngineError: a change is under way.
            StoreError: it could not be written down.
        """
        wanted = policies.dumps(policy)
        with self._lock:
            if self._changing():
                raise EngineError(
                    Fault("policy", "a change is under way", "wait until it is done or has failed")
                )
            self._writer.submit(
                lambda unit, _state: unit.put(t.META, t.Meta(WANTED, wanted)), alone=True
            ).result()
            self._begin(wanted)
        return self.state()

    def _begin(self, wanted: str) -> None:
        self._last = _Change(position=self._last.position)
        self._thread = threading.Thread(
            target=self._run, args=(wanted, self._last), name="sameas-policy", daemon=True
        )
        self._thread.start()

    def state(self) -> PolicyState:
        """Tell the policy in force and how far a change is."""
        changing, last = self._changing(), self._last
        return PolicyState(
            policies.dumps(self._writer.state.rules.policy),
            changing,
            last.attempt,
            last.attempts,
            last.position,
            last.failed,
        )

    def _changing(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self, wanted: str, change: _Change) -> None:
        from sameas.engine.online.whole import change_policy

        def progress(_stage: str, turn: int, tries: int | None) -> None:
            change.attempts = change.attempts if tries is None else tries + 1
            change.attempt = change.attempts if tries is None else turn + 1

        try:
            policy = policies.loads(wanted)
            change.position = change_policy(self._store, self._writer, policy, progress=progress)
        except Exception as failure:  # noqa: BLE001 - nobody waits for it; whoever asks is told
            with suppress(SameasError):  # of an engine that was closed the next one goes on
                self._writer.submit(
                    lambda unit, _state: unit.delete(t.META, (WANTED,)), alone=True
                ).result()
            change.failed = str(failure) or type(failure).__name__
