"""The blocking index, kept: which vectors there are, which keys they have, which pairs are near.

Afterwards the rows are what they would be had only the live records of now ever come. Records with
one vector are one vector here; a record that takes one that is there weighs nothing anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.matches.vectors import (
    digest_of,
    packed,
    unpacked,
    values_of,
    vector_from,
    vector_of,
)
from sameas.engine.online.region import TooLarge
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit

__all__ = ["Shift", "pairs_of", "records_of", "shift"]

_DIGEST = ("digest",)
_KEY = ("key",)
_LOW = ("low",)
_HIGH = ("high",)
_ON = ("vector",)


@dataclass(slots=True)
class Shift:
    """What a change of records did to the index."""

    joined: set[int] = field(default_factory=set)
    """Vectors of pairs at or above the edge threshold that came, went, or lost or got a record."""
    seen: set[int] = field(default_factory=set)
    """Vectors of which some pair is new or gone, or some record: to be reviewed again."""
    grows: bool = True
    """Nothing was lost: no record, no pair."""
    shifted: set[int] = field(default_factory=set)
    """The records that changed."""

    def add(self, other: Shift) -> None:
        """What both did."""
        self.joined |= other.joined
        self.seen |= other.seen
        self.grows &= other.grows
        self.shifted |= other.shifted


def shift(
    unit: Unit, state: State, changed: Mapping[int, Live | None], *, budget: int | None = None
) -> Shift:
    """Let records that changed take their vectors.

    Args:
        unit: what the group sees.
        state: what the writer knows.
        changed: the live version of each record after the change; None: not live any more.
        budget: pairs that may be looked at where a key begins or ceases to propose.

    Raises:
        TooLarge: it is more. Nothing but rows of the unit was changed.
    """
    if state.rules.weights is None:
        return Shift()
    return _Shifting(unit, state, budget).run(changed)


def pairs_of(unit: Unit, vectors: Iterable[int]) -> list[t.VectorPair]:
    """The pairs that have one of some vectors, each once."""
    keys = [(one,) for one in vectors]
    unit.look(t.VECTOR_PAIR, _LOW, keys)
    unit.look(t.VECTOR_PAIR, _HIGH, keys)
    found = {
        (row.low, row.high): row
        for key in keys
        for rows in (unit.find(t.VECTOR_PAIR, _LOW, key), unit.find(t.VECTOR_PAIR, _HIGH, key))
        for row in rows
    }
    return list(found.values())


def records_of(unit: Unit, vectors: Iterable[int]) -> set[int]:
    """The live records that have one of some vectors."""
    keys = [(one,) for one in vectors]
    unit.look(t.VOTE, _ON, keys)
    return {row.record for key in keys for row in unit.find(t.VOTE, _ON, key)}


class _Shifting:
    def __init__(self, unit: Unit, state: State, budget: int | None) -> None:
        self.unit = unit
        self.state = state
        assert state.rules.weights is not None
        self.weights = state.rules.weights
        self.matcher = self.weights.matcher
        self.budget = budget
        self.out = Shift()
        self.lost: list[set[int]] = []
        """Vectors of a key that proposes nobody any more."""
        self.gained: list[list[int]] = []

    def run(self, changed: Mapping[int, Live | None]) -> Shift:
        unit, out = self.unit, self.out
        out.shifted |= changed.keys()
        delta = self.votes(changed)
        if not delta:
            return out
        before = pairs_of(unit, delta)
        self.touch(before)
        vectors = {number: self.vector(number) for number in delta}
        dead = {n for n, row in vectors.items() if row.records and not row.records + delta[n]}
        born = {n for n, row in vectors.items() if not row.records and delta[n]}
        shared = {n for n, row in vectors.items() if row.records < 2 <= row.records + delta[n]}
        lone = {n for n, row in vectors.items() if row.records + delta[n] < 2}
        for number in sorted(delta):
            row = vectors[number]
            if number in dead:
                unit.delete(t.VECTOR, (number,))
            elif delta[number]:
                more = msgspec.structs.replace(row, records=row.records + delta[number])
                unit.put(t.VECTOR, more)
        self.blocks(vectors, delta, born, dead)
        for pair in before:
            if (
                pair.low in dead
                or pair.high in dead
                or (pair.low == pair.high and pair.low in lone)
            ):
                self.drop(pair)
        for members in self.lost:
            self.lose(members)
        self.propose(born, shared)
        out.joined -= dead
        out.seen |= delta.keys()
        out.seen -= dead
        return out

    # -- who has which vector ---------------------------------------------------------------

    def votes(self, changed: Mapping[int, Live | None]) -> dict[int, int]:
        """Write who has which vector; by vector how many records more, or fewer, have it.

        A vector that one record left and another took has 0.
        """
        unit, rules = self.unit, self.state.rules
        unit.fetch(t.VOTE, [(number,) for number in changed])
        was = {row.record: row.vector for row in unit.get_all(t.VOTE, [(n,) for n in changed])}
        unit.fetch(t.VECTOR, [(number,) for number in was.values()])
        texts = {}
        for number, live in changed.items():
            vector = None if live is None else vector_of(rules, live)
            texts[number] = None if vector is None else values_of(vector)
        unit.look(t.VECTOR, _DIGEST, [(digest_of(x),) for x in texts.values() if x is not None])
        delta: Counter[int] = Counter()
        for number, text in texts.items():
            vector_number = None if text is None else self.number(text)
            before = was.get(number)
            if vector_number == before:
                continue
            if before is not None:
                delta[before] -= 1
                self.out.grows = False
            if vector_number is None:
                unit.delete(t.VOTE, (number,))
            else:
                delta[vector_number] += 1
                unit.put(t.VOTE, t.Vote(number, vector_number))
        return dict(delta)

    def number(self, text: str) -> int:
        """The number of a vector; one that is new has no records yet."""
        unit = self.unit
        digest = digest_of(text)
        found = unit.find(t.VECTOR, _DIGEST, (digest,))
        if found:
            return found[0].number
        number = self.state.counters.next("vector")
        keys = packed(self.matcher.keys(vector_from(text)))
        unit.absent(t.VECTOR, (number,))
        unit.put(t.VECTOR, t.Vector(number, digest, text, keys, 0))
        for columns in (_LOW, _HIGH):
            unit.fresh(t.VECTOR_PAIR, columns, (number,))
        unit.fresh(t.VOTE, _ON, (number,))
        return number

    def vector(self, number: int) -> t.Vector:
        row = self.unit.get(t.VECTOR, (number,))
        assert row is not None
        return row

    # -- which keys propose -----------------------------------------------------------------

    def blocks(
        self, vectors: Mapping[int, t.Vector], delta: Mapping[int, int], born: set[int],
        dead: set[int],
    ) -> None:  # fmt: skip
        """Count the keys' records anew, and note which begin or cease to propose."""
        unit, most = self.unit, self.matcher.max_key_records
        more: Counter[int] = Counter()
        come, gone = defaultdict(set), defaultdict(set)
        for number, row in vectors.items():
            for key in unpacked(row.keys):
                more[key] += delta[number]
                if number in born:
                    come[key].add(number)
                elif number in dead:
                    gone[key].add(number)
        unit.fetch(t.BLOCK, [(key,) for key in more])
        for key in sorted(more):
            if not more[key] and key not in come and key not in gone:
                continue
            block = unit.get(t.BLOCK, (key,)) or t.Block(key, 0, b"")
            count = block.records + more[key]
            if block.records <= most:
                before = set(unpacked(block.vectors))
                members = (before | come[key]) - gone[key]
                if count > most:
                    self.lost.append(before - dead)
                    for one in sorted(members):
                        unit.put(t.CROWD, t.Crowd(key, one))
                    members = set()
            elif count > most:
                members = set()
                for one in come[key]:
                    unit.put(t.CROWD, t.Crowd(key, one))
                for one in gone[key]:
                    unit.delete(t.CROWD, (key, one))
            else:
                crowd = {one.vector for one in unit.find(t.CROWD, _KEY, (key,))}
                for one in crowd:
                    unit.delete(t.CROWD, (key, one))
                members = (crowd | come[key]) - gone[key]
                self.gained.append(sorted(members))
            if count:
                unit.put(t.BLOCK, t.Block(key, count, packed(members)))
            else:
                unit.delete(t.BLOCK, (key,))
        self.within_budget()

    def within_budget(self) -> None:
        if self.budget is None:
            return
        pairs = sum(map(len, self.lost))
        pairs += sum(len(one) * (len(one) + 1) // 2 for one in self.gained)
        if pairs > self.budget:
            raise TooLarge

    def effective(self, keys: Iterable[int]) -> set[int]:
        """Those of some keys that propose."""
        rows = self.unit.get_all(t.BLOCK, [(key,) for key in keys])
        return {row.key for row in rows if row.records <= self.matcher.max_key_records}

    # -- which pairs there are --------------------------------------------------------------

    def touch(self, rows: Iterable[t.VectorPair]) -> None:
        """Pairs that are new, or go, or of whose records one came or went."""
        for row in rows:
            self.out.seen |= {row.low, row.high}
            if row.weight >= self.matcher.edge_threshold:
                self.out.joined |= {row.low, row.high}

    def drop(self, row: t.VectorPair) -> None:
        self.touch([row])
        self.out.grows = False
        self.unit.delete(t.VECTOR_PAIR, (row.low, row.high))
        self.unit.delete(t.REVIEW, (row.weight, row.low, row.high))

    def lose(self, members: set[int]) -> None:
        """Drop the pairs that no key proposes any more."""
        rows = [r for r in pairs_of(self.unit, members) if r.low in members and r.high in members]
        keys = {one: set(unpacked(self.vector(one).keys)) for one in members}
        for row in rows:
            if not self.effective(keys[row.low] & keys[row.high]):
                self.drop(row)

    def propose(self, born: set[int], shared: set[int]) -> None:
        """Weigh the pairs that are proposed now and were not before.

        Args:
            born: vectors that are new.
            shared: vectors that had one record at most, and have several now.
        """
        unit = self.unit
        wanted: set[tuple[int, int]] = set()
        for number in born | shared:
            keys = [(key,) for key in unpacked(self.vector(number).keys)]
            blocks = unit.get_all(t.BLOCK, keys)
            if number in born:
                for row in blocks:
                    wanted.update(
                        (min(one, number), max(one, number)) for one in unpacked(row.vectors)
                    )
            elif any(row.records <= self.matcher.max_key_records for row in blocks):
                wanted.add((number, number))
        for members in self.gained:
            wanted.update(combinations_with_replacement(members, 2))
        unit.fetch(t.VECTOR, [(one,) for one in {n for pair in wanted for n in pair}])
        pairs = sorted(p for p in wanted if p[0] != p[1] or self.vector(p[0]).records > 1)
        values = {n: vector_from(self.vector(n).values) for n in {n for p in pairs for n in p}}
        weights = self.weights.many([(values[low], values[high]) for low, high in pairs])
        least = self.weights.least
        found = [
            t.VectorPair(*pair, weight)
            for pair, weight in zip(pairs, weights, strict=True)
            if weight is not None and weight >= least
        ]
        if self.gained:
            unit.fetch(t.VECTOR_PAIR, [(row.low, row.high) for row in found])
            found = [r for r in found if unit.get(t.VECTOR_PAIR, (r.low, r.high)) is None]
        for pair in found:
            unit.add(t.VECTOR_PAIR, pair)
        self.touch(found)
