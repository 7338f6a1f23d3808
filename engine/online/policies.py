"""The policy of a running engine: told and changed. One change at a time, beside the writes.

A change that was begun is durable: if the engine stops before it is done, the next one takes it up.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.engine import policy as policies
from sameas.engine.online.loading import WANTED, WANTED_MODEL, fact
from sameas.engine.online.outcomes import PolicyState
from sameas.engine.online.rules import Rules
from sameas.errors import EngineError, Fault, SameasError
from sameas.graph.store import tables as t
from sameas.threads import alone

if TYPE_CHECKING:
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.engine.online.writer import Writer
    from sameas.engine.policy import Policy
    from sameas.graph.store.port import Store

__all__ = ["KEEP", "Policies"]

KEEP = "keep"
"""Instead of a model's text: the model that is in force."""


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
            self._begin(begun, fact(store, WANTED_MODEL) or "")

    def _rules(self, policy: Policy | None, model: str | None) -> Rules:
        """Those in force, but for what is given."""
        now = self._writer.state.rules
        return Rules(policy or now.policy, now.model if model == KEEP else model)

    def change(self, policy: Policy | None, model: str | None = KEEP) -> PolicyState:
        """Begin to change to a policy and a model; returns when it is durable that it was begun.

        Raises:
            EngineError: a change is under way.
            StoreError: it could not be written down.
        """
        with self._lock:
            if self._changing():
                raise EngineError(
                    Fault("policy", "a change is under way", "wait until it is done or has failed")
                )
            rules = self._rules(policy, model)
            facts = {WANTED: policies.dumps(rules.policy), WANTED_MODEL: rules.model or ""}

            def begin(unit: Unit, _state: State) -> None:
                for name, value in facts.items():
                    unit.put(t.META, t.Meta(name, value))

            self._writer.submit(begin, alone=True).result()
            self._begin(facts[WANTED], facts[WANTED_MODEL])
        return self.state()

    def _begin(self, policy: str, model: str) -> None:
        self._last = _Change(position=self._last.position)
        self._thread = threading.Thread(
            target=self._run, args=(policy, model, self._last), name="sameas-policy", daemon=True
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

    def _run(self, policy: str, model: str, change: _Change) -> None:
        from sameas.engine.online.whole import change_policy

        def progress(_stage: str, turn: int, tries: int | None) -> None:
            change.attempts = change.attempts if tries is None else tries + 1
            change.attempt = change.attempts if tries is None else turn + 1

        try:
            rules = Rules(policies.loads(policy), model or None)
            with alone():  # the writer and its callers want the other processors
                change.position = change_policy(self._store, self._writer, rules, progress=progress)
        except Exception as failure:  # noqa: BLE001 - nobody waits for it; whoever asks is told
            with suppress(SameasError):  # of an engine that was closed the next one goes on
                self._writer.submit(_forget, alone=True).result()
            change.failed = str(failure) or type(failure).__name__


def _forget(unit: Unit, _state: State) -> None:
    """No change is wanted any more."""
    for name in (WANTED, WANTED_MODEL):
        unit.delete(t.META, (name,))
