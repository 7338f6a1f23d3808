"""The review queue: pairs of profiles that are alike and lie apart, the likeliest first.

A pair is one that the model finds near, or a match that a constraint refused. It is spoken of by
two records; a judgement on them settles it for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.evidence import BIT
from sameas.engine.online.loading import load_state
from sameas.engine.online.matches.apart import Lookout
from sameas.engine.online.matches.index import pairs_of
from sameas.engine.online.matches.review import Words
from sameas.engine.online.matches.vectors import vector_from
from sameas.engine.online.state import decode_traits
from sameas.engine.online.unit import Unit
from sameas.engine.online.view.answers import FieldEvidence, ReviewItem, ReviewPage, ReviewSide
from sameas.engine.online.view.names import ids_of_clusters, ref_of
from sameas.errors import EngineError, Fault
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.evidence import Vector
    from sameas.engine.online.matches.apart import Apart
    from sameas.engine.online.rules import Rules
    from sameas.graph.store.port import Reader

__all__ = ["bits", "evidence_between", "probability", "profile_of", "review", "sides_of"]


def review(reader: Reader, rules: Rules, *, after: str = "", limit: int = 20) -> ReviewPage:
    """Some items of the queue.

    Args:
        reader: one state of the store.
        rules: policy and model in force.
        after: `next` of an earlier page.
        limit: items at most, but for those that are as likely as the last.

    Raises:
        EngineError: `after` is no cursor.
    """
    if rules.matcher is None:
        return ReviewPage((), None)
    desk = _Desk(reader, rules)
    found: list[ReviewItem] = []
    cursor = None
    for row in reader.scan(t.REVIEW, after=_cursor(after), descending=True):
        found += desk.items(row)
        cursor = f"{row.weight}.{row.low}.{row.high}"
        if len(found) >= limit:
            break
    else:
        cursor = None
    return ReviewPage(tuple(found), cursor)


def sides_of(reader: Reader, id_: str) -> tuple[RecordKey, RecordKey]:
    """The two records that an item speaks of.

    Raises:
        EngineError: there is no such item.
    """
    parts = id_.split("-")
    numbers = [int(one[1:]) for one in parts if one[:1] == "r" and one[1:].isdecimal()]
    rows = reader.get(t.RECORD, [(one,) for one in numbers])
    live = {row.number: RecordKey(row.source, row.record_id) for row in rows if row.live}
    if len(parts) != 2 or len(live) != 2:
        raise EngineError(Fault(id_, "is no item of the queue", "GET /v1/review lists them"))
    left, right = (live[one] for one in numbers)
    return left, right


def profile_of(reader: Reader, key: RecordKey) -> str | None:
    """The id of a record's profile; None: it is not live."""
    rows = reader.find(t.RECORD, ("record_id", "source"), [(key.record_id, key.source)])
    clusters = [row.cluster for row in rows if row.cluster is not None]
    return ids_of_clusters(reader, clusters)[clusters[0]] if clusters else None


def _cursor(after: str) -> tuple[int, int, int] | None:
    if not after:
        return None
    try:
        weight, low, high = map(int, after.split("."))
    except ValueError:
        raise EngineError(Fault("after", "is no cursor", "send `next` of an answer")) from None
    return weight, low, high


class _Desk:
    def __init__(self, reader: Reader, rules: Rules) -> None:
        self.reader = reader
        self.rules = rules
        self.unit = Unit(reader)
        state = load_state(reader)
        self.lookout = Lookout(self.unit, state)
        self.words = Words(self.unit, state)

    def items(self, row: t.Review) -> Iterator[ReviewItem]:
        """The profiles that one pair of vectors speaks of, and no better one does."""
        pair = t.VectorPair(row.low, row.high, row.weight)
        told: set[frozenset[int | None]] = set()
        for apart in self.lookout.of_pair(pair):
            ends = frozenset((apart.left.cluster, apart.right.cluster))
            sides = ({apart.left.cluster}, {apart.right.cluster})
            if ends in told or not self.words.leave_open(*sides):
                continue
            told.add(ends)
            if self.best(apart) == (row.weight, row.low, row.high):
                yield self.item(apart)

    def best(self, apart: Apart) -> tuple[int, int, int]:
        """The pair of vectors that speaks for two profiles: the first in the order of the queue."""
        sides = [self.vectors(apart.left.cluster), self.vectors(apart.right.cluster)]
        few: set[int] = min(sides, key=len)
        rows = pairs_of(self.unit, few)
        return max(
            (row.weight, row.low, row.high)
            for row in rows
            if (row.low in sides[0] and row.high in sides[1])
            or (row.low in sides[1] and row.high in sides[0])
        )

    def vectors(self, cluster: int | None) -> set[int]:
        assert cluster is not None
        home = self.unit.get(t.CLUSTER, (cluster,))
        assert home is not None
        rows = self.unit.find(t.RECORD, ("component", "cluster"), (home.component, cluster))
        return {vote.vector for vote in self.unit.get_all(t.VOTE, [(r.number,) for r in rows])}

    def item(self, apart: Apart) -> ReviewItem:
        refusal = self.lookout.refusal(apart)
        vectors = [self.vector(row) for row in (apart.left, apart.right)]
        constraint, against = refusal or (None, ())
        return ReviewItem(
            f"r{apart.left.number}-r{apart.right.number}",
            "near" if refusal is None else "refused",
            bits(apart.pair.weight),
            probability(self.rules, apart.pair.weight),
            self.side(apart.left),
            self.side(apart.right),
            constraint,
            against,
            evidence_between(self.rules, *vectors),
        )

    def vector(self, row: t.RecordRow) -> Vector:
        vote = self.unit.get(t.VOTE, (row.number,))
        assert vote is not None
        found = self.unit.get(t.VECTOR, (vote.vector,))
        assert found is not None
        return vector_from(found.values)

    def side(self, row: t.RecordRow) -> ReviewSide:
        assert row.cluster is not None
        links = self.unit.find(t.LINK, ("record",), (row.number,))
        rows = self.unit.get_all(t.IDENTIFIER, [(link.identifier,) for link in links])
        return ReviewSide(
            ids_of_clusters(self.reader, [row.cluster])[row.cluster],
            ref_of(row),
            decode_traits(row.traits),
            tuple(sorted(f"{one.type}:{one.value}" for one in rows)),
        )


def bits(weight: int) -> float:
    """A weight as people read it."""
    return round(weight / BIT, 3)


def probability(rules: Rules, weight: int) -> float | None:
    """How likely a pair of that weight is one person, if the model says so."""
    say = getattr(rules.matcher, "probability", None)
    return None if say is None else round(say(weight), 4)


def evidence_between(rules: Rules, left: Vector, right: Vector) -> tuple[FieldEvidence, ...]:
    """What each field adds, if the model can say it."""
    explain = getattr(rules.matcher, "explain", None)
    if explain is None:
        return ()
    return tuple(
        FieldEvidence(s.field, s.left, s.right, s.level, bits(s.weight), bits(s.rarity))
        for s in explain(left, right)
    )
