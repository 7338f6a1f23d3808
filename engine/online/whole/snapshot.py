"""What a store holds of live records, as the function takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.batch.columns import Columns
from sameas.engine.online.loading import fact, load_state
from sameas.errors import Fault, StoreError
from sameas.graph.model import Identifier, Record
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.graph.store.port import Reader

__all__ = ["Held", "columns_of", "held", "state_of"]

_spellings = msgspec.json.Decoder(list[str]).decode


@dataclass(slots=True)
class Held:
    """The live records of a store, by number."""

    rows: dict[int, t.RecordRow] = field(default_factory=dict)
    identifiers: dict[int, Identifier] = field(default_factory=dict)
    standing: dict[int, int] = field(default_factory=dict)
    home: dict[int, int | None] = field(default_factory=dict)
    """The component that an identifier's row names."""
    links: dict[int, list[t.Link]] = field(default_factory=dict)


def held(reader: Reader, progress: Callable[[str, int, int | None], None] | None = None) -> Held:
    """Read it all: O(store), in memory."""
    found = Held()
    for row in reader.scan(t.RECORD):
        if row.live:
            found.rows[row.number] = row
    for one in reader.scan(t.IDENTIFIER):
        found.identifiers[one.number] = Identifier(one.type, one.value)
        found.standing[one.number] = one.standing
        found.home[one.number] = one.component
    for link in reader.scan(t.LINK):
        found.links.setdefault(link.record, []).append(link)
    if progress is not None:
        progress("store", len(found.rows), len(found.rows))
    return found


def columns_of(records: list[Record], rules: Rules) -> tuple[Columns, dict[Identifier, int]]:
    """Records as columns, in their order, and each identifier's number there."""
    columns = Columns.from_records(records, rules.policy)
    numbers = {}
    at = 0
    for kind, values in zip(columns.types, columns.values, strict=True):
        for value in values.to_pylist():
            numbers[Identifier(kind, value)] = at
            at += 1
    return columns, numbers


def state_of(reader: Reader) -> State:
    """The writer's state, of a store that somebody founded.

    Raises:
        StoreError: nobody did.
    """
    if fact(reader, "policy") is None:
        raise StoreError(Fault("store", "has no policy", "is it the store of an engine?"))
    return load_state(reader)
