"""The index of matches written anew as a whole: under another model, or of what was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sameas.engine.online.matches.everything import blocks
from sameas.engine.online.matches.given import Matched
from sameas.engine.online.matches.ladder import Fitted
from sameas.engine.online.matches.vectors import digest_of, values_of
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.online.matches.everything import Everything
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.engine.online.whole.derive import Derived

    Longs = NDArray[np.int64]

__all__ = ["index_rows", "matched_of", "rewrite"]

TABLES: tuple[t.Table[Any], ...] = (
    t.VECTOR, t.VOTE, t.BLOCK, t.CROWD, t.VECTOR_PAIR, t.REVIEW,
)  # fmt: skip


def index_rows(
    every: Everything, records: Sequence[int], number: Callable[[bytes], int], most: int
) -> Iterator[tuple[t.Table[Any], list[Any]]]:
    """All rows but those of the review queue.

    Args:
        every: vectors, keys and pairs.
        records: the number of each record in the store.
        number: of a vector's digest the number that it gets.
        most: a key on more records proposes nobody.
    """
    ptr, keys = every.kptr.tolist(), every.keys.astype("<i8")
    vectors: list[t.Vector] = []
    for at, (values, count) in enumerate(zip(every.values, every.records.tolist(), strict=True)):
        text = values_of(values)
        digest = digest_of(text)
        mine = keys[ptr[at] : ptr[at + 1]].tobytes()
        vectors.append(t.Vector(number(digest), digest, text, mine, count))
    of = [row.number for row in vectors]
    yield t.VECTOR, vectors
    yield (
        t.VOTE,
        [
            t.Vote(record, of[vector])
            for record, vector in zip(records, every.vector.tolist(), strict=True)
            if vector >= 0
        ],
    )
    numbers = np.array(of, dtype=np.int64)
    found: list[t.Block] = []
    crowds: list[t.Crowd] = []
    for key, carriers, places in blocks(every.kptr, every.keys, every.records):
        members = np.sort(numbers[places])
        few = carriers <= most
        found.append(t.Block(key, carriers, members.astype("<i8").tobytes() if few else b""))
        if not few:
            crowds += [t.Crowd(key, one) for one in members.tolist()]
    yield t.BLOCK, found
    yield t.CROWD, crowds
    yield t.VECTOR_PAIR, [_pair(of, *row) for row in _pairs(every)]


def _pairs(every: Everything) -> Iterator[tuple[int, int, int]]:
    return zip(every.low.tolist(), every.high.tolist(), every.weight.tolist(), strict=True)


def _pair(of: Sequence[int] | Mapping[int, int], low: int, high: int, weight: int) -> t.VectorPair:
    one, other = sorted((of[low], of[high]))
    return t.VectorPair(one, other, weight)


def rewrite(unit: Unit, state: State, every: Everything | None, records: Sequence[int]) -> None:
    """Let the index hold all live records, and nothing else. O(store)."""
    before = {table.name: {_key(table, row) for row in unit.everything(table)} for table in TABLES}
    if every is not None:
        assert state.rules.matcher is not None
        known = {row.digest: row.number for row in unit.everything(t.VECTOR)}

        def number(digest: bytes) -> int:
            found = known.get(digest)
            return state.counters.next("vector") if found is None else found

        for table, rows in index_rows(every, records, number, state.rules.matcher.max_key_records):
            for row in rows:
                unit.put(table, row)
                before[table.name].discard(_key(table, row))
    for table in TABLES:
        for key in before[table.name]:
            unit.delete(table, key)


def _key(table: t.Table[Any], row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in table.key)


def matched_of(
    unit: Unit, derived: Derived, records: Sequence[int], some: NDArray[np.bool_] | None = None
) -> Matched:
    """What live records say by being alike, once the index is written.

    Args:
        unit: what has the index.
        derived: the answer on all n live records.
        records: n: their numbers.
        some: n: those that are asked about, whole components; None: all.
    """
    every = derived.matches
    if every is None:
        return Matched()
    asked = np.ones(len(records), dtype=bool) if some is None else some
    places = np.flatnonzero(asked & (every.vector >= 0))
    voters = {records[at]: vector for at, vector in _places(places, every.vector)}
    votes = unit.get_all(t.VOTE, [(record,) for record in voters])
    of = {voters[vote.record]: vote.vector for vote in votes}
    inside = np.zeros(len(every.values), dtype=bool)
    inside[list(of)] = True
    counted = np.flatnonzero(derived.counts & inside[every.low])
    one, other = derived.close
    close = inside[one] & inside[other]
    level = derived.level[derived.component]
    pairs = zip(
        every.low[counted].tolist(),
        every.high[counted].tolist(),
        every.weight[counted].tolist(),
        strict=True,
    )
    return Matched(
        {vote.record: vote.vector for vote in votes},
        {number: every.values[place] for place, number in of.items()},
        Fitted(
            {records[at]: step for at, step in _places(np.flatnonzero(asked), level)},
            [_pair(of, *row) for row in pairs],
        ),
        [
            (of[left], of[right])
            for left, right in zip(one[close].tolist(), other[close].tolist(), strict=True)
        ],
    )


def _places(places: Longs, values: Longs) -> Iterator[tuple[int, int]]:
    """Some places, and what is there."""
    return zip(places.tolist(), values[places].tolist(), strict=True)
