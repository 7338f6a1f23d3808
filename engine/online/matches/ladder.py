"""3.4 for components that matches join: at which step of the ladder each part of a region fits.

A record's component at one step lies within that at the step before. So all that must be known of
what lies beyond a region is whether the components that reach there are still too large at the
steps below. That is asked of the pairs at its edge, and of no more vectors than make it so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sameas.engine.evidence import LADDER, MAX_VECTORS
from sameas.engine.online.joined import joined
from sameas.engine.online.matches.index import pairs_of, records_of
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["MAX_VECTORS", "Base", "Fitted", "Outgrown", "fit"]

_IN = ("component",)
_WAVE = 32
"""Vectors at the edge whose pairs are read at once; most often the first few say enough."""


class Outgrown(Exception):  # noqa: N818 - it is no error: the region must be gathered anew
    """A part of the region fits together with what lies beyond: those records belong to it."""

    def __init__(self, records: set[int]) -> None:
        super().__init__()
        self.records = records


@dataclass(slots=True)
class Base:
    """What links and judgements join."""

    records: list[int]
    nodes: int


@dataclass(slots=True)
class Fitted:
    """Parts that fit."""

    level: dict[int, int] = field(default_factory=dict)
    """By record."""
    pairs: list[t.VectorPair] = field(default_factory=list)
    """The pairs that count: those inside of one part, strong enough for its step."""


@dataclass(slots=True)
class _Part:
    """Bases that are joined at a step."""

    bases: list[int]
    vectors: set[int]
    nodes: int
    pairs: list[t.VectorPair] = field(default_factory=list)


def fit(
    unit: Unit,
    state: State,
    bases: Sequence[Base],
    vector: Mapping[int, int],
    pairs: Iterable[t.VectorPair],
    floor: Mapping[int, int],
    *,
    gained: bool = False,
) -> Fitted:
    """Say at which step of the ladder each part of a region fits.

    Args:
        unit: what the group sees; components are those before the change.
        state: what the writer knows.
        bases: the region's records, by what else joins them.
        vector: by record of the region: its vector, of those that have one.
        pairs: the pairs of vectors at or above the edge threshold with both ends in the region.
        floor: by record: the step at which its component fitted before, where not the first.
        gained: nothing that joins was lost, so what was too large at a step still is.

    Raises:
        Outgrown: the region is not whole.
    """
    return _Fitting(unit, state, bases, vector, floor, gained=gained).run(list(pairs))


class _Fitting:
    def __init__(
        self,
        unit: Unit,
        state: State,
        bases: Sequence[Base],
        vector: Mapping[int, int],
        floor: Mapping[int, int],
        *,
        gained: bool,
    ) -> None:
        self.unit = unit
        self.gained = gained
        assert state.rules.matcher is not None
        self.threshold = state.rules.matcher.edge_threshold
        self.most = state.rules.policy.max_component
        self.bases = bases
        self.vector = vector
        self.home = {record: at for at, base in enumerate(bases) for record in base.records}
        self.of: dict[int, set[int]] = defaultdict(set)
        """By vector: the bases that have it."""
        for record, number in vector.items():
            self.of[number].add(self.home[record])
        self.floor = [max((floor.get(r, 0) for r in base.records), default=0) for base in bases]
        self.out = Fitted()

    def run(self, pairs: list[t.VectorPair]) -> Fitted:
        """Step by step; what fits takes part no more."""
        active = list(range(len(self.bases)))
        beyond: set[int] = set()
        for level, step in enumerate(LADDER):
            strong = [] if step is None else [p for p in pairs if p.weight >= self.threshold + step]
            parts = self.parts(active, strong)
            active, pairs = [], []
            for part in parts:
                large = bool(part.pairs) and self.large(part.vectors, part.nodes)
                known = any(self.floor[base] > level for base in part.bases)
                if known and self.gained:
                    large = True
                elif known and not large:
                    assert step is not None, "the last step drops all matches"
                    found = self.reach(part, parts, self.threshold + step)
                    large = found is None
                    beyond |= found or set()
                if large:
                    active += part.bases
                    pairs += part.pairs
                else:
                    self.settle(part, level)
            if not active:
                break
        if beyond:
            raise Outgrown(beyond)
        return self.out

    def large(self, vectors: set[int], nodes: int) -> bool:
        """Whether what matches join is too much."""
        return len(vectors) > MAX_VECTORS or nodes > self.most

    def parts(self, active: list[int], pairs: list[t.VectorPair]) -> list[_Part]:
        """What pairs join. All records of the two vectors of a pair are joined by it."""
        found: list[_Part] = []
        home: dict[int, _Part] = {}
        for bases in joined(active, [self.of[pair.low] | self.of[pair.high] for pair in pairs]):
            part = _Part(bases, set(), 0)
            for base in bases:
                part.nodes += self.bases[base].nodes
                part.vectors.update(
                    self.vector[r] for r in self.bases[base].records if r in self.vector
                )
            home |= dict.fromkeys(bases, part)
            found.append(part)
        for pair in pairs:
            home[next(iter(self.of[pair.low]))].pairs.append(pair)
        return found

    def settle(self, part: _Part, level: int) -> None:
        for base in part.bases:
            for record in self.bases[base].records:
                self.out.level[record] = level
        self.out.pairs += part.pairs

    def reach(self, part: _Part, parts: list[_Part], threshold: int) -> set[int] | None:
        """The records beyond the region that a part hangs together with; None: it is too large."""
        unit = self.unit
        part_of = {base: at for at, one in enumerate(parts) for base in one.bases}
        vectors, nodes, matched = set(part.vectors), part.nodes, bool(part.pairs)
        met, components = {part_of[part.bases[0]]}, set[int]()
        beyond: set[int] = set()
        queue = list(vectors)
        while queue:
            wave, queue = queue[-_WAVE:], queue[:-_WAVE]
            rows = [row for row in pairs_of(unit, wave) if row.weight >= threshold]
            ends = {end for row in rows for end in (row.low, row.high)}
            carriers = records_of(unit, ends)
            matched |= len(carriers) > 1
            more: set[int] = set()
            for base in {self.home[record] for record in carriers & self.home.keys()}:
                at = part_of.get(base)
                if at is not None and at not in met:
                    met.add(at)
                    nodes += parts[at].nodes
                    more |= parts[at].vectors
            outside = unit.get_all(t.RECORD, [(one,) for one in carriers - self.home.keys()])
            new = {row.component for row in outside if row.component is not None} - components
            components |= new
            nodes += sum(home.nodes for home in unit.get_all(t.COMPONENT, [(one,) for one in new]))
            unit.look(t.RECORD, _IN, [(one,) for one in new])
            there = {row.number for one in new for row in unit.find(t.RECORD, _IN, (one,))}
            beyond |= there
            more |= {vote.vector for vote in unit.get_all(t.VOTE, [(one,) for one in there])}
            queue += more - vectors
            vectors |= more
            if matched and self.large(vectors, nodes):
                return None
        return beyond
