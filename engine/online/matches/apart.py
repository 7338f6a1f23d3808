"""Records that are alike and lie in different profiles, with what keeps them apart.

Why a match was refused is kept nowhere: it is what the function says of the component, asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

from sameas.engine.evidence import LADDER
from sameas.engine.online.matches.index import pairs_of
from sameas.engine.online.region import gather
from sameas.engine.online.solve import solve
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sameas.engine.online.solve import Resolved
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["Apart", "Lookout"]

_ON = ("vector",)
_LIMIT = ("component limit", ())


@dataclass(frozen=True, slots=True)
class Apart:
    """One pair of vectors and one pair of profiles, spoken of by the least record of each side."""

    pair: t.VectorPair
    left: t.RecordRow
    right: t.RecordRow


class Lookout:
    """Asks one state of a store."""

    def __init__(self, unit: Unit, state: State) -> None:
        self.unit = unit
        self.state = state
        assert state.rules.matcher is not None
        self.matcher = state.rules.matcher
        self._solved: dict[int, Resolved] = {}

    def of(self, vectors: Iterable[int]) -> Iterator[Apart]:
        """All that lie apart, of the pairs that have one of some vectors."""
        for pair in sorted(pairs_of(self.unit, vectors), key=lambda row: (row.low, row.high)):
            yield from self.of_pair(pair)

    def of_pair(self, pair: t.VectorPair) -> Iterator[Apart]:
        """All that lie apart of one pair."""
        low = self.least(pair.low)
        if pair.low == pair.high:
            both: Iterable[tuple[t.RecordRow, t.RecordRow]] = combinations(low, 2)
        else:
            both = product(low, self.least(pair.high))
        found: dict[frozenset[int | None], Apart] = {}
        for one, other in both:
            if one.cluster != other.cluster:
                left, right = sorted((one, other), key=_turn)
                # where both profiles have both vectors, the least keys speak for both ways round
                sides = frozenset((one.cluster, other.cluster))
                known = found.setdefault(sides, Apart(pair, left, right))
                if (_turn(left), _turn(right)) < (_turn(known.left), _turn(known.right)):
                    found[sides] = Apart(pair, left, right)
        yield from found.values()

    def least(self, vector: int) -> list[t.RecordRow]:
        """The least record of each profile that has a vector."""
        unit = self.unit
        votes = unit.find(t.VOTE, _ON, (vector,))
        rows = sorted(unit.get_all(t.RECORD, [(vote.record,) for vote in votes]), key=_turn)
        found: dict[int | None, t.RecordRow] = {}
        for row in rows:
            found.setdefault(row.cluster, row)
        return list(found.values())

    def refusal(self, apart: Apart) -> tuple[str, tuple[str, ...]] | None:
        """The constraint that refused it, and against what; None: the evidence is not enough."""
        weight, home = apart.pair.weight, apart.left.component
        if weight < self.matcher.edge_threshold:
            return None
        assert home is not None
        if home != apart.right.component:
            return _LIMIT
        part = self.unit.get(t.COMPONENT, (home,))
        assert part is not None
        step = LADDER[part.level]
        if step is None or weight < self.matcher.edge_threshold + step:
            return _LIMIT
        return self.solved(home).refused.get((apart.left.number, apart.right.number))

    def solved(self, component: int) -> Resolved:
        """The function's answer on a component."""
        if component not in self._solved:
            rows = self.unit.find(t.RECORD, ("component",), (component,))
            region = gather(self.unit, self.state, {}, (), {row.number for row in rows})
            self._solved[component] = solve(self.unit, self.state, region, why=True)
        return self._solved[component]


def _turn(row: t.RecordRow) -> tuple[str, str]:
    return row.source, row.record_id
