"""The identifiers of a record as rows: those that are not known yet get a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.online.rules import GONE
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["numbered"]

_BY_VALUE = ("value", "type")


def numbered(
    unit: Unit, state: State, identifiers: Iterable[tuple[int, str]], *, keep: bool = True
) -> list[tuple[int, t.IdentifierRow]]:
    """(place, row) of identifiers given as (place, value), in their order.

    Not `keep`: rows of identifiers that are new are the caller's to add.
    """
    types = state.rules.types
    out = []
    for place, value in identifiers:
        found = unit.find(t.IDENTIFIER, _BY_VALUE, (value, types[place]))
        if found:
            row = found[0]
        else:
            row = t.IdentifierRow(
                state.counters.next("identifier"), types[place], value, GONE, None
            )
            if keep:
                unit.add(t.IDENTIFIER, row)
            else:
                unit.absent(t.IDENTIFIER, (row.number,))
            unit.fresh(t.LINK, ("identifier",), (row.number,))
        out.append((place, row))
    return out
