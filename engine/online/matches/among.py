"""Where one more record belongs among the profiles of the components that it is tied to.

For a record that nothing but matches ties to others. Only the circles that it has a weight above
the cut in are looked into (`circles`), and such as become one by its tying their components
together: they are resolved with it, and all else stays. What links contest there, and what would
have to be asked of the ladder anew, is left to the slow path. `settle` writes down what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from sameas.engine.evidence import LADDER
from sameas.engine.online.joined import joined
from sameas.engine.online.matches import ladder
from sameas.engine.online.matches.circles import circles_text, known_circles
from sameas.engine.online.matches.given import Matched, Near
from sameas.engine.online.matches.index import pairs_of
from sameas.engine.online.matches.small import Clustering
from sameas.engine.online.matches.vectors import vector_from
from sameas.engine.online.region import Region
from sameas.engine.online.rules import LINKED
from sameas.engine.online.solve import Resolved
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit

    Known = Sequence[tuple[t.IdentifierRow, int, int]]
    """Row, place and standing of each identifier of the record."""

__all__ = ["Known", "Place", "find_place"]

_ON = ("identifier",)
_OF = ("record",)
_IN = ("component",)
_VECTOR = ("vector",)
_MOST_WEIGHED = 1_000
"""Pairs that are weighed to find the circles; with more, arrays cost less."""
_MOST_VECTORS = 64
"""In the circles."""


@dataclass(slots=True)
class Place:
    """Where a record belongs."""

    parts: list[t.Component]
    """The components that it ties together, in the order of their numbers."""
    cluster: int | None
    """Whom it joins; None: nobody."""
    nodes: int
    level: int
    circles: list[list[int]]
    drawn: list[t.Component]
    """Components that go up the ladder, as they are there."""
    moves: dict[int, list[int]]
    """By component that is new then: its records."""
    stirred: Resolved | None = None
    """The records of its circle, if it does more than to join one profile or none."""


def find_place(
    unit: Unit, state: State, live: Live, known: Known, parts: list[t.Component]
) -> Place | None:
    """Where a new record belongs; None: it must be looked at in full. Nothing is written.

    Args:
        unit: what the group sees; the record's vector is in the index.
        state: what the writer knows.
        live: the record, which keeps every limit by itself.
        known: its identifiers. Nobody carries those of them that link.
        parts: the components of all that it matches.
    """
    if state.same_values or state.digests:
        return None
    return _Finding(unit, state, live, known).run(parts)


class _Finding:
    def __init__(self, unit: Unit, state: State, live: Live, known: Known) -> None:
        self.unit = unit
        self.state = state
        self.live = live
        self.known = known
        assert state.rules.weights is not None
        self.weights = state.rules.weights
        self.matcher = self.weights.matcher
        vote = unit.get(t.VOTE, (live.number,))
        assert vote is not None
        self.vector = vote.vector
        self.near: dict[int, int] = {}
        """By vector: the weight of the pair with it that is kept."""
        self.moves: dict[int, list[int]] = {}
        self.homes: set[int] = set()
        """Where those that it matches lie now."""

    def run(self, parts: list[t.Component]) -> Place | None:
        unit = self.unit
        own = unit.get(t.VECTOR, (self.vector,))
        assert own is not None
        if own.records > 1:
            return None
        found: dict[int, list[list[int]]] = {}
        for part in parts:
            circles = known_circles(part)
            if circles is None:
                return None
            found[part.number] = circles
        pairs = pairs_of(unit, [self.vector])
        self.near = {row.low + row.high - self.vector: row.weight for row in pairs}
        ties = [row for row in pairs if self.is_edge(row.weight)]
        self.homes = {part.number for part in parts}
        level = max(part.level for part in parts)
        drawn = self.drawn(parts, found, level)
        if drawn is None:
            return None
        parts = [part for part in parts if part.level == level] + drawn
        found |= {part.number: known_circles(part) or [] for part in drawn}
        tied = self.tied(parts, found, ties, level)
        if isinstance(tied, int):
            return Place([], None, self.nodes([]), tied, [[self.vector]], drawn, self.moves)
        inside = [(part, one) for part in tied for one in found[part.number]]
        vectors = {one for _, circle in inside for one in circle}
        if len(vectors) != sum(len(circle) for _, circle in inside):
            return None  # two components have a vector in common
        nodes = self.nodes(tied)
        if len(vectors) >= ladder.MAX_VECTORS or nodes > self.state.rules.policy.max_component:
            return None
        self.read(vectors)
        circles = self.circles(tied, found)
        if circles is None:
            return None
        # circles of two components that the record ties together may have become one without it
        before = {tuple(sorted(one)) for _, one in inside}
        mine = [one for circle in circles if tuple(sorted(circle)) not in before for one in circle]
        if len(mine) > _MOST_VECTORS:
            return None
        resolved = self.resolved(mine, tied)
        if resolved is None:
            return None
        joins, out = resolved
        return Place(tied, joins, nodes, level, circles, drawn, self.moves, out)

    def is_edge(self, weight: int, level: int = 0) -> bool:
        step = LADDER[level]
        return step is not None and weight >= self.matcher.edge_threshold + step

    def nodes(self, parts: list[t.Component]) -> int:
        own = 1 + sum(stands == LINKED for _, _, stands in self.known)
        return own + sum(part.nodes for part in parts)

    def drawn(
        self, parts: list[t.Component], circles: dict[int, list[list[int]]], level: int
    ) -> list[t.Component] | None:
        """The components that go up the ladder, as they are there; None: one may fall apart.

        What the record ties to a part that is too large at the first step is too large with it.
        """
        below = [part for part in parts if part.level < level]
        if below and level > 1:
            return None
        drawn = []
        for part in below:
            there = self.pieces(part, circles[part.number], level)
            if there is None:
                return None
            drawn += there
        return drawn

    def pieces(
        self, part: t.Component, circles: list[list[int]], level: int
    ) -> list[t.Component] | None:
        """What becomes of a component at a step of the ladder; None: that must be looked at.

        Where it falls apart, each of its records is its own vector, and no link joins them.
        """
        unit = self.unit
        vectors = [one for circle in circles for one in circle]
        inside = set(vectors)
        strong = [
            (row.low, row.high)
            for row in pairs_of(unit, inside)
            if self.is_edge(row.weight, level) and row.low in inside and row.high in inside
        ]
        pieces = joined(vectors, strong)
        single = [row.records == 1 for row in unit.get_all(t.VECTOR, [(one,) for one in vectors])]
        if len(pieces) == 1 and (len(vectors) > 1 or all(single)):
            whole = part.cluster if len(vectors) == 1 else None
            text = circles_text(circles)
            return [t.Component(part.number, part.nodes, whole, None, level, text)]
        if not all(single) or len(joined(vectors, [*strong, *circles])) < len(pieces):
            return None
        records = unit.find(t.RECORD, _IN, (part.number,))
        votes = {
            row.vector: row.record for row in unit.get_all(t.VOTE, [(r.number,) for r in records])
        }
        if not len(records) == len(votes) == part.nodes:
            return None
        found: list[t.Component] = []
        for piece in pieces:
            number = self.state.counters.next("component") if found else part.number
            if found:
                unit.absent(t.COMPONENT, (number,))
                self.moves[number] = [votes[one] for one in piece]
            mine = [circle for circle in circles if circle[0] in piece]
            found.append(t.Component(number, len(piece), None, None, level, circles_text(mine)))
        return found

    def tied(
        self,
        parts: list[t.Component],
        circles: dict[int, list[list[int]]],
        ties: list[t.VectorPair],
        level: int,
    ) -> list[t.Component] | int:
        """The components that the record hangs together with, or the step at which with none.

        What was too large at a step still is, so up to the step of its components it goes along.
        """
        strongest = max(row.weight for row in ties)
        for step in range(level + 1):
            if not self.is_edge(strongest, step):
                return step
        ends = {
            end for row in ties if self.is_edge(row.weight, level) for end in (row.low, row.high)
        }
        return [
            part
            for part in parts
            if any(not ends.isdisjoint(circle) for circle in circles[part.number])
        ]

    # -- circles ----------------------------------------------------------------------------

    def read(self, vectors: set[int]) -> None:
        rows = self.unit.get_all(t.VECTOR, [(one,) for one in (*vectors, self.vector)])
        self.values = {row.number: vector_from(row.values) for row in rows}

    def circles(
        self, parts: list[t.Component], found: dict[int, list[list[int]]]
    ) -> list[list[int]] | None:
        """All circles with the record; None: that takes too many weights."""
        every = [one for part in parts for one in found[part.number]]
        close = []
        tests = sum(map(len, every))
        if len(parts) > 1:
            for one, other in combinations(parts, 2):
                for left in found[one.number]:
                    for right in found[other.number]:
                        tests += len(left) * len(right)
                        if tests > _MOST_WEIGHED:
                            return None
                        if self.meet(left, right):
                            close.append((left[0], right[0]))
        close += [(self.vector, one[0]) for one in every if self.is_near(one)]
        vectors = sorted(one for circle in every for one in circle)
        return joined([*vectors, self.vector], [*every, *close])

    def is_near(self, circle: list[int]) -> bool:
        """Whether the record has a weight above the cut in a circle. Those kept are asked first."""
        near, cut = self.near, self.matcher.cut
        if any(near.get(one, cut) > cut for one in circle):
            return True
        return self.meet([self.vector], [one for one in circle if one not in near])

    def meet(self, left: list[int], right: list[int]) -> bool:
        """Whether some weight between two circles is above the cut."""
        values, cut = self.values, self.matcher.cut
        for one in left:
            for other in right:
                weight = self.weights.of(values[one], values[other])
                if weight is not None and weight > cut:
                    return True
        return False

    # -- clusters ---------------------------------------------------------------------------

    def resolved(
        self, vectors: list[int], parts: list[t.Component]
    ) -> tuple[int | None, Resolved | None] | None:
        """Whom the record joins, and all of the circle if more happens; None: look in full."""
        unit, number = self.unit, self.live.number
        keys = [(one,) for one in vectors]
        unit.look(t.VOTE, _VECTOR, keys)
        votes = [vote for key in keys for vote in unit.find(t.VOTE, _VECTOR, key)]
        homes = {part.number for part in parts}
        rows = {
            row.number: row
            for row in unit.get_all(t.RECORD, [(vote.record,) for vote in votes])
            if row.component in self.homes
        }
        carried = self.carried(rows)
        if carried is None:
            return None
        standing = {row.number: stands for row, _, stands in self.known}
        numbers = {(one,) for ids in carried.values() for one in ids}
        others = unit.get_all(t.IDENTIFIER, numbers - {(one,) for one in standing})
        standing |= {row.number: row.standing for row in others}
        linked = {one for one, stands in standing.items() if stands == LINKED}
        bases = self.bases(carried, linked)
        if bases is None:
            return None
        inside = set(vectors)
        pairs = [r for r in pairs_of(unit, inside) if r.low in inside and r.high in inside]
        region = Region(sorted(carried), homes, carried, standing, linked, {number: self.live})
        vector = {vote.record: vote.vector for vote in votes if vote.record in carried}
        near = Near(Matched(vector, {one: self.values[one] for one in vectors}), pairs)
        work = Clustering(
            unit, self.state, region, near, {row.number: row for row, _, _ in self.known}
        )
        whole = [work.cluster(base) for base in bases]
        clusters = [one for one in whole if one is not None]
        if len(clusters) < len(whole):
            return None
        if len(clusters) > 1:
            clusters, _ = work.linked(clusters, region.records)
        joins: int | None = None
        seen = set[int | None]()
        for one in clusters:
            before = {rows[record].cluster for record in one.records if record != number}
            if len(before) > 1 or not seen.isdisjoint(before):
                return None, self.stirred(region, near.matched, [one.records for one in clusters])
            seen |= before
            if number in one.records:
                joins = next(iter(before), None)
        return joins, None

    def stirred(self, region: Region, matched: Matched, clusters: list[list[int]]) -> Resolved:
        """The records of a circle as they are written down; its component is written after it."""
        return Resolved(
            region,
            dict.fromkeys(region.records, 0),
            {record: at for at, records in enumerate(clusters) for record in records},
            [False],
            [0],
            [0],
            matched,
            {
                (record, one): (0, region.standing[one] == LINKED, None)
                for record, ids in region.carried.items()
                for one in ids
            },
        )

    def carried(self, rows: dict[int, t.RecordRow]) -> dict[int, list[int]] | None:
        """By record: its identifiers; None: a link was refused."""
        unit = self.unit
        unit.look(t.LINK, _OF, [(record,) for record in rows])
        found = {self.live.number: [row.number for row, _, _ in self.known]}
        for record in rows:
            links = unit.find(t.LINK, _OF, (record,))
            if any(link.place or link.reason is not None for link in links):
                return None
            found[record] = [link.identifier for link in links]
        return found

    def bases(self, carried: dict[int, list[int]], linked: set[int]) -> list[list[int]] | None:
        """The records by what links join; None: that reaches further."""
        unit = self.unit
        mine = set(carried[self.live.number])
        keys = [(one,) for one in linked - mine]
        unit.look(t.LINK, _ON, keys)
        carriers = [[link.record for link in unit.find(t.LINK, _ON, key)] for key in keys]
        if any(record not in carried for records in carriers for record in records):
            return None
        return joined(sorted(carried), carriers)
