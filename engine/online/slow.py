"""The slow path: a region is resolved in full, and what came out otherwise is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.online.matches.index import records_of, shift
from sameas.engine.online.matches.ladder import Outgrown
from sameas.engine.online.region import gather
from sameas.engine.online.solve import solve
from sameas.engine.online.write import write
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sameas.engine.online.feed import Feed
    from sameas.engine.online.matches.index import Shift
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Ref

__all__ = ["resolve"]


def resolve(
    unit: Unit,
    state: State,
    changed: Mapping[int, Live | None],
    feed: Feed,
    *,
    named: Iterable[Ref] = (),
    before: Shift | None = None,
    budget: int | None = None,
) -> None:
    """Gather, solve, write. `before` is what some of them did to the index of matches already.

    Raises:
        TooLarge: the region is beyond the budget; nothing was changed but the rows of matches.
    """
    done = set() if before is None else before.shifted
    rest = {number: live for number, live in changed.items() if number not in done}
    moved = shift(unit, state, rest, budget=budget)
    if before is not None:
        moved.add(before)
    seeds = records_of(unit, moved.joined)
    rows = unit.get_all(t.RECORD, [(number,) for number in changed])
    gained = moved.grows and not any(row.live for row in rows) and not named
    while True:
        region = gather(unit, state, changed, named, seeds, budget=budget)
        try:
            out = solve(unit, state, region, gained=gained)
        except Outgrown as more:
            seeds |= more.records
        else:
            break
    write(unit, state, [out], feed, moved.seen)
