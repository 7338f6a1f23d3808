"""What may be asked of the last committed state of a store, by whoever has it open."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from sameas.engine.online.loading import fact
from sameas.engine.online.policies import KEEP
from sameas.engine.online.rules import Rules
from sameas.engine.policy import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.online.outcomes import Preview
    from sameas.engine.online.view import View
    from sameas.engine.policy import Policy
    from sameas.graph.store.port import Reader, Store

__all__ = ["Readings", "rules_in"]


class Readings:
    """Reads of one store. Safe to use from any thread; nobody who writes is waited for."""

    def __init__(self, store: Store) -> None:
        """Read from an open store."""
        self.store = store

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """One state of the store, the last committed."""
        with self.store.snapshot() as reader:
            yield reader

    @contextmanager
    def view(self) -> Iterator[View]:
        """The last committed state, to be asked."""
        from sameas.engine.online.view import View

        with self.store.snapshot() as reader:
            yield View(reader, rules_in(reader))

    def preview(
        self, policy: Policy | None = None, *, model: str | None = KEEP, examples: int = 5
    ) -> Preview:
        """Say what another policy or model would do to the graph as it is.

        O(inputs), beside the writes. What is not given stays; `model=None` matches nothing. Of each
        kind of change so many `examples` are told.
        """
        from sameas.engine.online.whole import preview

        with self.store.snapshot() as reader:
            now = rules_in(reader)
            model = now.model if model == KEEP else model
            return preview(reader, Rules(policy or now.policy, model), examples=examples)


def rules_in(reader: Reader) -> Rules:
    """The rules of a state of the store: in a policy change, not those of the writer."""
    return _rules_of(fact(reader, "policy") or "", fact(reader, "model"))


@lru_cache(maxsize=2)
def _rules_of(policy: str, model: str | None) -> Rules:
    return Rules(loads(policy), model)
