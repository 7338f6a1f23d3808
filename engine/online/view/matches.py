"""The matches of one profile: those that count in it, and those that something kept it from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.evidence import LADDER
from sameas.engine.online.loading import load_state
from sameas.engine.online.matches.apart import Lookout
from sameas.engine.online.matches.index import pairs_of
from sameas.engine.online.matches.vectors import vector_from
from sameas.engine.online.unit import Unit
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.evidence import Vector
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.view.names import Home
    from sameas.graph.store.port import Reader

__all__ = ["matches_of", "vector_of_record"]

Match = tuple[t.RecordRow, t.RecordRow, int, "tuple[str, tuple[str, ...]] | None"]
"""Two records, the weight, and what refused it; None: it counts."""


def matches_of(reader: Reader, rules: Rules, at: Home) -> Iterator[Match]:
    """The matches of a profile, the strongest first; each spoken of by the least record of a side.

    Within it records that share a vector are each told beside the least record of the other.
    """
    assert rules.matcher is not None
    unit = Unit(reader)
    rows = {row.number: row for row in at.records}
    mine: dict[int, list[t.RecordRow]] = {}
    for vote in unit.get_all(t.VOTE, [(number,) for number in rows]):
        mine.setdefault(vote.vector, []).append(rows[vote.record])
    for having in mine.values():
        having.sort(key=lambda row: (row.source, row.record_id))
    home = at.records[0].component
    part = None if home is None else unit.get(t.COMPONENT, (home,))
    step = LADDER[0 if part is None else part.level]
    pairs = [row for row in pairs_of(unit, mine) if row.weight >= rules.matcher.edge_threshold]
    lookout = Lookout(unit, load_state(reader))
    for pair in sorted(pairs, key=lambda row: (-row.weight, row.low, row.high)):
        if (
            pair.low in mine
            and pair.high in mine
            and step is not None
            and pair.weight >= rules.matcher.edge_threshold + step
        ):
            low, high = mine[pair.low], mine[pair.high]
            ends = {(low[0].number, other.number) for other in high}
            ends |= {(one.number, high[0].number) for one in low}
            for one, other in sorted({(min(e), max(e)) for e in ends if e[0] != e[1]}):
                yield rows[one], rows[other], pair.weight, None
        for apart in lookout.of_pair(pair):
            if at.cluster in (apart.left.cluster, apart.right.cluster):
                refusal = lookout.refusal(apart)
                if refusal is not None:
                    yield apart.left, apart.right, pair.weight, refusal


def vector_of_record(reader: Reader, record: int) -> Vector:
    """The trait vector of a record that has one."""
    (vote,) = reader.get(t.VOTE, [(record,)])
    (found,) = reader.get(t.VECTOR, [(vote.vector,)])
    return vector_from(found.values)
