"""The law as a check: a store holds what its inputs, judgements and policy say, and nothing else.

Everything is computed anew from the inputs, by the textbook fold and the batch engine, and compared
with what the online engine kept step by step. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sameas.engine.online.matches.everything import vectors_of
from sameas.engine.online.whole import history, inputs, matches, partition
from sameas.engine.online.whole.derive import derive
from sameas.engine.online.whole.differ import Difference
from sameas.engine.online.whole.replayed import replay_inputs
from sameas.engine.online.whole.snapshot import columns_of, held, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sameas.graph.store.port import Reader

__all__ = ["Difference", "Verified", "verify"]

MOST = 1_000
"""Differences of one kind that are kept; more are counted."""


@dataclass(slots=True)
class Verified:
    """What was found."""

    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """By kind, all of them."""
    pending: int = 0
    """Inputs that were held back and take effect later: they are no difference."""
    records: int = 0
    profiles: int = 0

    def __bool__(self) -> bool:
        """Whether the store is what it should be."""
        return not self.counts

    def add(self, found: Iterator[Difference]) -> None:
        """Keep what was found."""
        for one in found:
            self.counts[one.kind] += 1
            if self.counts[one.kind] <= MOST:
                self.differences.append(one)


def verify(
    reader: Reader, *, progress: Callable[[str, int, int | None], None] | None = None
) -> Verified:
    """Compare a snapshot with what its inputs say. O(store), in memory.

    Args:
        reader: the snapshot.
        progress: told how far each stage is.

    Raises:
        StoreError: the store has no policy, so nobody founded it.
        PolicyError: its policy is damaged.
    """
    state = state_of(reader)
    replayed = replay_inputs(reader, state, progress=progress)
    kept = held(reader, progress)
    out = Verified(pending=len(replayed.pending), records=len(kept.rows))
    out.add(inputs.differences(reader, replayed, kept))
    columns, numbers = columns_of(replayed.records, state.rules)
    if progress is not None:
        progress("partition", 0, None)
    vectors = vectors_of(state.rules, replayed.records)
    derived = derive(columns, state.rules, list(state.judgements.values()), vectors)
    out.profiles = derived.found.n_profiles
    out.add(partition.differences(reader, replayed, kept, derived, state.rules, numbers))
    out.add(matches.differences(reader, kept, derived, state))
    out.add(history.differences(reader, kept))
    if progress is not None:
        progress("partition", 1, 1)
    return out
