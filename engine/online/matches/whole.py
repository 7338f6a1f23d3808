"""When a component that matches join is one whole profile, so that nobody need look at its records.

Means are above the cut where every weight is, so clusters that a match joins become one, whichever
go first; and where identifiers alone make one profile, matches have nothing left to join.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from sameas.engine.online.joined import joined
from sameas.engine.online.matches import ladder
from sameas.engine.online.matches.index import records_of
from sameas.engine.online.matches.vectors import vector_from
from sameas.engine.online.rules import LINKED
from sameas.engine.online.summary import MOST_NAMES
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.evidence import Vector
    from sameas.engine.online.matches.index import Shift
    from sameas.engine.online.solve import Resolved
    from sameas.engine.online.state import State
    from sameas.engine.online.summary import Summary
    from sameas.engine.online.unit import Unit

__all__ = ["alike", "is_bound", "matched_components", "may_be_whole", "stays_whole"]


def alike(unit: Unit, record: int, moved: Shift) -> set[int] | None:
    """The components of those that a new record matches; None: it must be looked at in full."""
    found: set[int] = set()
    if not moved.joined:
        return found
    others = records_of(unit, moved.joined) - {record}
    for row in unit.get_all(t.RECORD, [(number,) for number in others]):
        if row.component is None:
            return None
        found.add(row.component)
    return found


def stays_whole(unit: Unit, state: State, whole: Summary) -> bool:
    """Whether what became of whole components, and keeps all limits, is one profile."""
    if not whole.matched:
        return True
    if len(whole.vectors) > ladder.MAX_VECTORS:
        return False
    return whole.bound or _all_close(unit, state, whole.vectors)


def _all_close(unit: Unit, state: State, vectors: Sequence[int]) -> bool:
    """Whether the weights of vectors, where there are any, are all above the cut."""
    rows = unit.get_all(t.VECTOR, [(number,) for number in vectors])
    return _close(state, [vector_from(row.values) for row in rows])


def _close(state: State, vectors: Sequence[Vector]) -> bool:
    weights = state.rules.weights
    assert weights is not None
    cut = weights.matcher.cut
    pairs = list(combinations_with_replacement(vectors, 2))
    return all(weight is None or weight > cut for weight in weights.many(pairs))


def matched_components(out: Resolved) -> set[int]:
    """The components of a region's answer that matches are in."""
    fitted = out.matched.fitted
    if fitted is None:
        return set()
    numbers = {end for pair in fitted.pairs for end in (pair.low, pair.high)}
    return {
        out.component[record] for record, vector in out.matched.vector.items() if vector in numbers
    }


def is_bound(out: Resolved, records: Sequence[int]) -> bool:
    """Whether identifiers alone join a component."""
    on: dict[tuple[int, int], list[int]] = defaultdict(list)
    for record in records:
        for one in out.region.carried[record]:
            place = out.links[record, one][0]
            if out.region.standing[one] == LINKED and place >= 0:
                on[one, place].append(record)
    return len(joined(records, on.values())) == 1


def may_be_whole(state: State, out: Resolved, records: Sequence[int]) -> bool:
    """Whether a matched component is one profile as long as it keeps all limits."""
    piece = out.component[records[0]]
    if out.region.judgements or out.level[piece]:
        return False
    if len({out.cluster[record] for record in records}) > 1:
        return False
    if is_bound(out, records):
        return True
    numbers = {out.matched.vector[record] for record in records if record in out.matched.vector}
    if len(numbers) > MOST_NAMES:
        return False
    return _close(state, [out.matched.values[number] for number in sorted(numbers)])
