"""What records are called after an erasure, so that a key that returns is a new incarnation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.online.hidden import RECORD, digest_of
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["erased_rows", "next_incarnation", "opaque_id"]

_KEY = ("record_id", "source")


def erased_rows(unit: Unit, state: State, key: RecordKey) -> list[t.RecordRow]:
    """The records that had a key and were erased, one for each erasure."""
    rows: list[t.RecordRow] = []
    while True:
        name = opaque_id(state, key, len(rows))
        found = unit.find(t.RECORD, _KEY, (name, key.source))
        if not found:
            return rows
        rows += found


def opaque_id(state: State, key: RecordKey, erasures: int) -> str:
    """What a record is called after an erasure: only who has the erase key can ask for a key."""
    name = f"erased-{digest_of(state.erase_key, RECORD, key.source, key.record_id).hex()}"
    return f"{name}-{erasures + 1}" if erasures else name


def next_incarnation(unit: Unit, state: State, source: str, record_id: str) -> int:
    """The incarnation of a key that no record has: greater than those that were erased.

    Costs a hash; keys that were erased have a suppression, if only one that hides nothing any more.
    """
    if digest_of(state.erase_key, RECORD, source, record_id) not in state.suppressed:
        return 0
    rows = erased_rows(unit, state, RecordKey(source, record_id))
    return max((row.incarnation + (row.arrival >= 0) for row in rows), default=0)
