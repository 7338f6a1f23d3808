"""3.5 for the few components that judgements speak of: step by step, on numbers.

The same answer as `sameas.engine.reference.clusters`; a cluster keeps running totals, so that a
join costs the smaller side only.

One module: each constraint stands beside the totals that it is counted with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.cluster.linkage import LIVE, begin, best, enter, join, mean, room
from sameas.matching.names import compatible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.settled import Settled
    from sameas.graph.model import Ref

__all__ = [
    "Cluster",
    "Meeting",
    "Node",
    "Outcome",
    "Piece",
    "Reason",
    "Surroundings",
    "Word",
    "Work",
    "place_dropped",
    "resolve_piece",
    "shown",
]


class Reason(NamedTuple):
    """Which constraint refused, and against which values."""

    constraint: str
    against: tuple[str, ...] = ()


class Word(NamedTuple):
    """A `same` judgement between two records, and what it names."""

    left: int
    right: int
    left_ref: Ref
    right_ref: Ref


class Node(NamedTuple):
    """One group of an identifier's records."""

    identifier: int
    group: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What resolving a component needs to know of the world, each as a function of numbers."""

    limits: Mapping[int, int]
    """Type to the most values that a profile may hold."""
    carried_types: frozenset[int]
    """Types that do not link: their values count as soon as they are carried."""
    guarded: frozenset[int]
    exclusive: Sequence[str]
    duplicate_free: Sequence[str]
    """Source names, sorted."""
    settled: Settled
    type_of: Callable[[int], int]
    counts_as: Callable[[int], int]
    carried: Callable[[int], Sequence[int]]
    """A record's identifiers, all of them."""
    unlinked: Callable[[int], bool]
    first_seen: Callable[[int], int]
    name: Callable[[int], str | None]
    source: Callable[[int], str | None]
    """A record's source; None: an observation."""
    trait: Callable[[int, str], str | None]
    """A trait's value, trimmed and case-folded; None: no value."""
    value: Callable[[int], str]
    ref: Callable[[int], str]
    """An identifier's reference."""
    record_ref: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Meeting:
    """The matches of one piece. Its vectors are numbered from 0."""

    vector: Mapping[int, int]
    """The vector of each record; -1: it has none."""
    rank: Mapping[int, int]
    """The records in the order of their keys."""
    weights: NDArray[np.int64]
    """Of each two vectors."""
    kept: NDArray[np.bool_]
    """Which of them join the piece."""
    cut: int

    def between(self, left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The matches between two clusters: of each pair of vectors the one of least keys."""
        least: dict[frozenset[int], tuple[tuple[int, int], tuple[int, int]]] = {}
        sides = []
        for records in (left, right):
            first: dict[int, int] = {}
            for record in sorted(records, key=self.rank.__getitem__):
                first.setdefault(self.vector[record], record)
            first.pop(-1, None)
            sides.append(first)
        for (a, one), (b, other) in product(sides[0].items(), sides[1].items()):
            if self.kept[a, b]:
                low, high = sorted((self.rank[one], self.rank[other]))
                found = ((low, high), (one, other))
                pair = frozenset((a, b))
                least[pair] = min(least.get(pair, found), found)
        for _, ends in least.values():
            yield ends


@dataclass(frozen=True, slots=True)
class Piece:
    """A component within its limits."""

    records: Sequence[int]
    """In the order of 3.3."""
    nodes: Mapping[Node, Sequence[int]]
    words: Sequence[Word] = ()
    """In the order in which they are applied."""
    meeting: Meeting | None = None
    """Its matches; None: none joins it."""


@dataclass(eq=False, slots=True)
class Cluster:
    """Records that are one person so far."""

    records: list[int]
    held: dict[int, set[int]] = field(default_factory=dict)
    """Type to the values granted; of types with a limit, in values that count."""
    granted: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    said: dict[str, set[str]] = field(default_factory=dict)
    words: list[frozenset[int]] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What came of one piece."""

    clusters: list[list[int]]
    holders: dict[Node, list[int]]
    """A record of each cluster that a node was granted to, in order."""
    links: dict[tuple[int, int], Reason]
    """(record, identifier): the first refusal met."""
    words: list[tuple[Word, Reason]]
    matches: dict[tuple[int, int], Reason]
    work: Work


class Work:
    """One piece while it is resolved, and afterwards."""

    def __init__(self, piece: Piece, world: Surroundings) -> None:
        self.piece = piece
        self.world = world
        self.of: dict[int, Cluster] = {}
        for record in piece.records:
            self.of[record] = self._single(record)

    def _single(self, record: int) -> Cluster:
        world = self.world
        cluster = Cluster([record])
        if world.guarded:
            name = world.name(record)
            if name is not None:
                cluster.names.add(name)
        if world.duplicate_free:
            source = world.source(record)
            if source is not None and source in world.duplicate_free:
                cluster.sources.add(source)
        for trait in world.exclusive:
            text = world.trait(record, trait)
            cluster.said[trait] = set() if text is None else {text}
        for kind in world.carried_types:
            cluster.held[kind] = {
                world.counts_as(one)
                for one in world.carried(record)
                if world.type_of(one) == kind and world.unlinked(one)
            }
        return cluster

    # -- constraints ------------------------------------------------------------------------

    def _own(self, word: frozenset[int], kind: int, granted: set[int]) -> int:
        world = self.world
        free = kind in world.carried_types
        return len(
            {
                world.counts_as(one)
                for record in word
                for one in world.carried(record)
                if world.type_of(one) == kind and (world.unlinked(one) if free else one in granted)
            }
        )

    def _too_many(
        self, kind: int, values: set[int], parts: Sequence[Cluster], more: int | None = None
    ) -> bool:
        limit = self.world.limits[kind]
        total = len(values)
        if total <= limit:
            return False
        words = [word for part in parts for word in part.words]
        if words:
            granted = set().union(*(part.granted for part in parts))
            if more is not None:
                granted.add(more)
            for word in words:
                total -= max(0, self._own(word, kind, granted) - limit)
        return total > limit

    def _refs(self, kind: int, parts: Sequence[Cluster], more: int | None = None) -> Reason:
        world = self.world
        if kind in world.carried_types:
            found = {
                one
                for part in parts
                for record in part.records
                for one in world.carried(record)
                if world.type_of(one) == kind and world.unlinked(one)
            }
        else:
            granted = set().union(*(part.granted for part in parts))
            found = {one for one in granted if world.type_of(one) == kind}
            if more is not None:
                found.add(more)
        return Reason("max_per_profile", tuple(sorted(map(world.ref, found))))

    def _members(self, cluster: Cluster) -> set[int]:
        return set(cluster.records) | {~one for one in cluster.granted}

    def breaks(self, left: Cluster, right: Cluster, *, guarded: bool) -> Reason | None:
        world = self.world
        if world.settled.different:
            judgement = world.settled.apart(self._members(left), self._members(right))
            if judgement is not None:
                return Reason("different", (judgement,))
        if not left.sources.isdisjoint(right.sources):
            reason = self._duplicates(left, right)
            if reason is not None:
                return reason
        for kind in world.limits:
            one, other = left.held.get(kind), right.held.get(kind)
            if one or other:
                values = (one or set()) | (other or set())
                if self._too_many(kind, values, (left, right)):
                    return self._refs(kind, (left, right))
        for trait in world.exclusive:
            texts = left.said[trait] | right.said[trait]
            if len(texts) > 1:
                excess = 0
                for word in left.words + right.words:
                    own = {world.trait(record, trait) for record in word} - {None}
                    excess += max(0, len(own) - 1)
                if len(texts) - excess > 1:
                    return Reason("exclusive", tuple(f"{trait}:{t}" for t in sorted(texts)))
        if guarded:
            clash = [
                (one, other)
                for one in left.names
                for other in right.names
                if one != other and not compatible(one, other)
            ]
            if clash:
                pair = min(sorted(pair) for pair in clash)
                return Reason("guard", tuple(sorted(map(shown, pair))))
        return None

    def _duplicates(self, left: Cluster, right: Cluster) -> Reason | None:
        world = self.world
        records = left.records + right.records
        words = left.words + right.words
        for source in world.duplicate_free:
            mine = [record for record in records if world.source(record) == source]
            persons = {next((w for w in words if r in w), frozenset((r,))) for r in mine}
            if len(persons) > 1:
                return Reason("duplicate_free", tuple(sorted(map(world.record_ref, mine))))
        return None

    def may_hold(self, cluster: Cluster, one: int) -> Reason | None:
        world = self.world
        if world.settled.different:
            judgement = world.settled.apart([~one], self._members(cluster))
            if judgement is not None:
                return Reason("different", (judgement,))
        kind = world.type_of(one)
        if kind in world.limits:
            values = cluster.held.get(kind, set()) | {world.counts_as(one)}
            if self._too_many(kind, values, (cluster,), one):
                return self._refs(kind, (cluster,), one)
        return None

    def grant(self, cluster: Cluster, one: int) -> None:
        kind = self.world.type_of(one)
        cluster.granted.add(one)
        if kind in self.world.limits:
            cluster.held.setdefault(kind, set()).add(self.world.counts_as(one))

    def join(self, left: Cluster, right: Cluster) -> Cluster:
        if len(left.records) < len(right.records):
            left, right = right, left
        for record in right.records:
            self.of[record] = left
        left.records += right.records
        for kind, values in right.held.items():
            left.held.setdefault(kind, set()).update(values)
        left.granted |= right.granted
        left.names |= right.names
        left.sources |= right.sources
        for trait, texts in right.said.items():
            left.said[trait] |= texts
        left.words += right.words
        return left

    # -- the three steps --------------------------------------------------------------------

    def words(self) -> list[tuple[Word, Reason]]:
        refused = []
        for word in self.piece.words:
            left, right = self.of[word.left], self.of[word.right]
            if left is right:
                continue
            judgement = self.world.settled.apart(left.records, set(right.records))
            if judgement is None:
                self.join(left, right)
            else:
                refused.append((word, Reason("different", (judgement,))))
        if self.piece.words:
            for cluster in self._clusters():
                if len(cluster.records) > 1:
                    cluster.words = [frozenset(cluster.records)]
        return refused

    def links(self) -> tuple[dict[Node, list[int]], dict[tuple[int, int], Reason]]:
        world = self.world
        holders: dict[Node, list[int]] = {}
        refused: dict[tuple[int, int], Reason] = {}
        for node in in_turn(self.piece.nodes, world):
            kind = world.type_of(node.identifier)
            one = node.identifier
            guarded = kind in world.guarded
            first_by: list[int] = []
            for record in self.piece.nodes[node]:
                own = self.of[record]
                holders_now = [self.of[other] for other in first_by]
                if own in holders_now:
                    # with a further holder: what kept that one from the first, keeps this record
                    lead = first_by[holders_now.index(own)]
                    if (lead, one) in refused:
                        refused[record, one] = refused[lead, one]
                    continue
                first_refusal: Reason | None = None
                for holder in holders_now:
                    reason = self.breaks(holder, own, guarded=guarded)
                    if reason is None:
                        self.join(holder, own)
                        break
                    first_refusal = first_refusal or reason
                else:
                    reason = self.may_hold(own, one)
                    if reason is None:
                        self.grant(own, one)
                        first_by.append(record)
                    first_refusal = first_refusal or reason
                if first_refusal is not None:
                    refused[record, one] = first_refusal
            holders[node] = first_by
        return holders, refused

    def matches(self) -> dict[tuple[int, int], Reason]:
        meeting = self.piece.meeting
        if meeting is None:
            return {}
        space = room(len(self.of), len(self.of))
        of: dict[int, Cluster] = {}
        entries = 0
        for cluster in self._clusters():
            first = -1
            for vector in sorted({meeting.vector[record] for record in cluster.records} - {-1}):
                space.vector[entries], space.following[entries] = vector, first
                first = entries
                entries += 1
            least = min(meeting.rank[record] for record in cluster.records)
            of[enter(space, least, first)] = cluster
        heap = np.empty((64, 4), dtype=np.int64)
        weights, cut = meeting.weights.reshape(-1), meeting.cut
        heap = begin(space, weights, len(meeting.weights), heap, cut)
        while True:
            one, other = best(space, heap)
            if one < 0:
                break
            left, right = of[one], of[other]
            if self.breaks(left, right, guarded=False) is None:
                number, heap = join(space, one, other, weights, heap, cut)
                of[number] = self.join(left, right)
        refused = {}
        for one, other in combinations(space.live[: space.at[LIVE]].tolist(), 2):
            total, count = mean(space, one, other, weights)
            if count and total > cut * count:
                reason = self.breaks(of[one], of[other], guarded=False)
                assert reason is not None
                for pair in meeting.between(of[one].records, of[other].records):
                    refused[pair] = reason
        return refused

    def _clusters(self) -> list[Cluster]:
        return list({id(cluster): cluster for cluster in self.of.values()}.values())

    def run(self) -> Outcome:
        words = self.words()
        holders, links = self.links()
        matches = self.matches()
        clusters = [cluster.records for cluster in self._clusters()]
        return Outcome(clusters, holders, links, words, matches, self)


def shown(name: str) -> str:
    """A name as people read it: the parts without the marks between them."""
    return " ".join(name.replace("\x1f", " ").split())


def in_turn(nodes: Mapping[Node, Sequence[int]], world: Surroundings) -> list[Node]:
    """Nodes by type, first seen, value and group; values are fetched only where the rest ties."""
    turns = [
        (world.type_of(node.identifier), min(map(world.first_seen, records)), node)
        for node, records in nodes.items()
    ]
    turns.sort(key=lambda turn: turn[:2])
    if any(a[:2] == b[:2] for a, b in pairwise(turns)):
        turns.sort(key=lambda t: (t[0], t[1], world.value(t[2].identifier), t[2].group))
    return [node for _, _, node in turns]


def resolve_piece(piece: Piece, world: Surroundings) -> Outcome:
    """Resolve one piece. O(links) joins; with matches, a question a pair above the cut."""
    return Work(piece, world).run()


def place_dropped(
    nodes: Mapping[Node, Sequence[int]], work_of: Mapping[int, Work], world: Surroundings
) -> tuple[dict[Node, list[int]], dict[tuple[int, int], Reason]]:
    """Give each node that stopped linking to the first of its records that may hold it.

    It joins nobody; every other record's link is refused. `work_of` has every record's piece.
    """
    limit = Reason("component limit")
    holders: dict[Node, list[int]] = {}
    refused: dict[tuple[int, int], Reason] = {}
    for node in in_turn(nodes, world):
        one = node.identifier
        holders[node] = []
        for record in nodes[node]:
            if holders[node]:
                refused[record, one] = limit
                continue
            work = work_of[record]
            reason = work.may_hold(work.of[record], one)
            if reason is None:
                work.grant(work.of[record], one)
                holders[node] = [record]
            else:
                refused[record, one] = reason
    return holders, refused
