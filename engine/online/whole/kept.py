"""What a store holds of live records, as columns: read as it lies, no input is looked at.

An identifier is what the links say, so a record that carries a hashed email carries the address
here, if somebody sent it in plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from sameas.engine.batch.columns import Columns
from sameas.graph.store import tables as t
from sameas.matching.names import NAME_TRAITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.unit import Unit

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Kept", "kept"]

_RECORD = (
    "live", "number", "component", "cluster", "kind", "event_time", "first_seen", "source",
    "record_id", "traits",
)  # fmt: skip
_IDENTIFIER = ("number", "standing", "type", "value")
_LINK = ("record", "identifier", "place", "granted", "reason")


@dataclass(eq=False)
class Kept:
    """n live records by number, the m identifiers on them, and their E links."""

    columns: Columns
    record: Longs
    """n: numbers, ascending."""
    component: Longs
    """n."""
    cluster: Longs
    """n."""
    identifier: Longs
    """m: numbers."""
    standing: NDArray[np.int8]
    """m."""
    place: Ints
    """E, in the order of `columns.ids`: the group."""
    granted: Bools
    """E."""
    reason: pa.Array
    """E strings."""


def kept(unit: Unit, rules: Rules) -> Kept:
    """Read it all: O(store), in memory. Traits that no rule asks for are left out."""
    wanted = None if rules.matcher is not None else {*NAME_TRAITS, *rules.policy.exclusive}
    numbers, texts, traits = _records(unit, wanted)
    _, record, component, cluster, kind, event_time, first_seen = numbers
    sources = texts[0].dictionary_encode()
    names = sorted(sources.dictionary.to_pylist())
    rank = np.array([names.index(one) for one in sources.dictionary.to_pylist()], dtype=np.int32)
    source = rank[sources.indices.to_numpy()] if len(record) else np.empty(0, dtype=np.int32)
    (ident, stands), (types, values) = _columns(unit.stored(t.IDENTIFIER, _IDENTIFIER), 2, 2)
    (holder, held, place, granted), (reason,) = _columns(unit.stored(t.LINK, _LINK), 4, 1)
    live = np.isin(holder, record)
    holder, held = np.searchsorted(record, holder[live]), held[live]
    # identifiers go by the rank of their types, those that nobody carries are left out
    carried = np.isin(ident, held)
    coded = types.dictionary_encode()
    ranks = [rules.place.get(name, -1) for name in coded.dictionary.to_pylist()]
    kinds = np.array([*ranks, -1], dtype=np.int64)[coded.indices.to_numpy()[carried]]
    order = np.flatnonzero(carried)[np.argsort(kinds, kind="stable")]
    offsets = np.searchsorted(np.sort(kinds), np.arange(len(rules.types) + 1))
    at = np.zeros(int(ident.max(initial=0)) + 1, dtype=np.int64)
    at[ident[order]] = np.arange(len(order))
    ids = at[held]
    turn = np.lexsort((ids, holder))
    values = values.take(pa.array(order))
    n = len(record)
    columns = Columns(
        names,
        source,
        texts[1],
        event_time,
        first_seen,
        event_time,  # when it was last seen, and how often, decides nothing
        np.ones(n, dtype=np.int64),
        kind.astype(np.int8),
        offsets.astype(np.int64),
        rules.types,
        [values.slice(low, high - low) for low, high in pairwise(offsets)],
        np.searchsorted(holder[turn], np.arange(n + 1)).astype(np.int64),
        ids[turn].astype(np.int32),
        (np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)),
        traits,
    )
    mine = np.flatnonzero(live)[turn]
    return Kept(
        columns,
        record,
        component,
        cluster,
        ident[order],
        stands[order].astype(np.int8),
        place[mine].astype(np.int32),
        granted[mine] > 0,
        reason.take(pa.array(mine)),
    )


def _records(
    unit: Unit, wanted: set[str] | None
) -> tuple[list[Longs], list[pa.Array], dict[str, pa.Array]]:
    """Numbers and texts of live records, and the traits that are wanted; None: all."""
    read: Any = _Traits(wanted)

    def live() -> Iterator[Sequence[tuple[Any, ...]]]:
        for page in unit.stored(t.RECORD, _RECORD):
            rows = [row for row in page if row[0]]
            read.take([row[-1] for row in rows])
            yield [row[:-1] for row in rows]

    numbers, texts = _columns(live(), 7, 2)
    return numbers, texts, read.columns()


class _Traits:
    """Traits out of the texts of rows, a page at a time."""

    def __init__(self, wanted: set[str] | None) -> None:
        self.wanted = wanted
        kind: Any = dict[str, str]
        if wanted is not None:
            # what is not asked for is passed over, which takes a third of the time
            names = {f"t{at}": name for at, name in enumerate(sorted(wanted))}
            fields = [(field, str | None, None) for field in names]
            kind = msgspec.defstruct("Wanted", fields, rename=names)
        self.decode = msgspec.json.Decoder(list[kind]).decode
        self.parts: dict[str, list[pa.Array]] = {}
        self.rows = 0

    def take(self, texts: list[str]) -> None:
        """Read the traits of some more rows."""
        said = self.decode(f"[{','.join(texts)}]")
        if self.wanted is None:
            rows = {name: [one.get(name) for one in said] for name in {k for d in said for k in d}}
        else:
            rows = {
                name: [getattr(one, f"t{at}") for one in said]
                for at, name in enumerate(sorted(self.wanted))
            }
        for name, values in rows.items():
            parts = self.parts.setdefault(name, [])
            missing = self.rows - sum(map(len, parts))
            if missing:
                parts.append(pa.nulls(missing, pa.string()))
            parts.append(pa.array(values, pa.string()))
        self.rows += len(texts)

    def columns(self) -> dict[str, pa.Array]:
        """Of all rows; traits that none has are left out."""
        found = {}
        for name, parts in sorted(self.parts.items()):
            missing = self.rows - sum(map(len, parts))
            column = pa.concat_arrays([*parts, pa.nulls(missing, pa.string())])
            if column.null_count < len(column):
                found[name] = column
        return found


def _columns(
    pages: Iterator[Sequence[tuple[Any, ...]]], numbers: int, texts: int
) -> tuple[list[Longs], list[pa.Array]]:
    """Pages of rows as columns: so many of numbers, then so many of texts."""
    longs: list[list[Longs]] = [[np.empty(0, dtype=np.int64)] for _ in range(numbers)]
    words: list[list[pa.Array]] = [[pa.nulls(0, pa.large_string())] for _ in range(texts)]
    for page in pages:
        columns = list(zip(*page, strict=True))
        for parts, column in zip(longs, columns, strict=False):
            parts.append(np.array(column, dtype=np.int64))
        for texts_, column in zip(words, columns[numbers:], strict=False):
            texts_.append(pa.array(column, pa.large_string()))
    return [np.concatenate(parts) for parts in longs], [pa.concat_arrays(one) for one in words]
