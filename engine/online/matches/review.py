"""The review queue, kept: pairs of vectors whose records lie in different profiles, and near.

A pair leaves it when its records are one person, when a judgement says that they are not, or when
it is no pair any more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sameas.engine.judgements import verdicts
from sameas.engine.online.matches.index import pairs_of
from sameas.engine.online.namesakes import meant
from sameas.graph.model import Identifier, RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Judgement, Ref

__all__ = ["Words", "review"]

_ON = ("vector",)
_OF = ("record",)


def review(unit: Unit, state: State, vectors: Iterable[int]) -> None:
    """Look again at all pairs of some vectors, also of such as are no more. Clusters are written.

    O(pairs), and where judgements name what lies there, O(members of their profiles).
    """
    matcher = state.rules.matcher
    if matcher is None:
        return
    pairs = [row for row in pairs_of(unit, vectors) if row.weight >= matcher.review_threshold]
    if not pairs:
        return
    ends = {end for row in pairs for end in (row.low, row.high)}
    unit.look(t.VOTE, _ON, [(end,) for end in ends])
    votes = {end: [vote.record for vote in unit.find(t.VOTE, _ON, (end,))] for end in ends}
    unit.fetch(t.RECORD, [(record,) for records in votes.values() for record in records])
    clusters = {
        end: {row.cluster for row in unit.get_all(t.RECORD, [(r,) for r in records])}
        for end, records in votes.items()
    }
    words = Words(unit, state)
    keys = [(row.weight, row.low, row.high) for row in pairs]
    unit.fetch(t.REVIEW, keys)
    for row, key in zip(pairs, keys, strict=True):
        is_open = words.leave_open(clusters[row.low], clusters[row.high])
        if is_open != (unit.get(t.REVIEW, key) is not None):
            if is_open:
                unit.put(t.REVIEW, t.Review(*key))
            else:
                unit.delete(t.REVIEW, key)


class Words:
    """Which profiles judgements keep apart."""

    def __init__(self, unit: Unit, state: State) -> None:
        self.unit = unit
        self.state = state
        self.members: dict[int, set[Ref]] = {}

    def leave_open(self, left: set[int | None], right: set[int | None]) -> bool:
        """Whether some record of one side lies apart from one of the other, and nobody said so."""
        if len(left | right) < 2:
            return False
        if not self.state.named:
            return True
        return any(
            not self.apart(one, other)
            for one in left
            for other in right
            if one is not None and other is not None and one != other
        )

    def apart(self, one: int, other: int) -> bool:
        left, right = self.of(one), self.of(other)
        keys = self.named(left) & self.named(right)
        if not keys:
            return False
        words = [self.in_plain(self.state.judgements[key]) for key in sorted(keys)]
        return verdicts(words).apart(left, right) is not None

    def named(self, refs: set[Ref]) -> set[str]:
        """The judgements that name one of some references."""
        found: set[str] = set()
        for ref in refs:
            found |= self.state.named.get(ref.ref, set())
        return found

    def of(self, cluster: int) -> set[Ref]:
        """The records of a cluster and the identifiers that it holds, by all their names."""
        if cluster not in self.members:
            unit = self.unit
            home = unit.get(t.CLUSTER, (cluster,))
            assert home is not None
            rows = unit.find(t.RECORD, ("component", "cluster"), (home.component, cluster))
            found: set[Ref] = {RecordKey(row.source, row.record_id) for row in rows}
            unit.look(t.LINK, _OF, [(row.number,) for row in rows])
            held = {
                link.identifier
                for row in rows
                for link in unit.find(t.LINK, _OF, (row.number,))
                if link.granted
            }
            for one in unit.get_all(t.IDENTIFIER, [(number,) for number in held]):
                found.add(Identifier(one.type, one.value))
            if self.state.digests:
                unit.look(t.FURTHER, _OF, [(row.number,) for row in rows])
                found |= {
                    Identifier(name.type, name.value)
                    for row in rows
                    for name in unit.find(t.FURTHER, _OF, (row.number,))
                }
            self.members[cluster] = found
        return self.members[cluster]

    def in_plain(self, judgement: Judgement) -> Judgement:
        """The judgement on addresses where it names their digests."""
        if not self.state.digests:
            return judgement

        def plain(ref: Ref) -> Ref:
            if isinstance(ref, Identifier) and ref.type in self.state.rules.digests:
                value = meant(self.unit, self.state, ref.type, ref.value)
                if value is not None:
                    return Identifier(value.type, value.value)
            return ref

        left, right = (frozenset(map(plain, side)) for side in (judgement.left, judgement.right))
        return replace(judgement, left=left, right=right)
