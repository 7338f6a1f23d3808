"""The index of matches beside what the live records say."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sameas.engine.online.matches.review import review
from sameas.engine.online.matches.rewrite import TABLES, index_rows
from sameas.engine.online.unit import Unit
from sameas.engine.online.whole.differ import Difference
from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.online.state import State
    from sameas.engine.online.whole.derive import Derived
    from sameas.engine.online.whole.snapshot import Held
    from sameas.graph.store import tables as t
    from sameas.graph.store.port import Reader

__all__ = ["differences"]


def differences(reader: Reader, kept: Held, derived: Derived, state: State) -> Iterator[Difference]:
    """Of vectors, blocking keys, pairs and the review queue. Names in them are not told."""
    there: dict[str, set[Any]] = {table.name: set(reader.scan(table)) for table in TABLES}
    should: dict[str, set[Any]] = defaultdict(set)
    if derived.matches is not None and state.rules.matcher is not None:
        number = {row.digest: row.number for row in there["vector"]}
        rows = {RecordKey(row.source, row.record_id): row.number for row in kept.rows.values()}
        columns = derived.columns
        records = [rows.get(columns.key(at), -at) for at in range(len(columns))]

        def numbered(digest: bytes) -> int:
            found: int = number.setdefault(digest, -len(number) - 1)
            return found

        most = state.rules.matcher.max_key_records
        for table, made in index_rows(derived.matches, records, numbered, most):
            should[table.name] = set(made)
        should["review"] = set(there["review"])
        unit = Unit(reader)
        review(unit, state, [row.number for row in there["vector"]])
        changes = unit.changes()
        should["review"] |= set(changes.puts.get("review", {}).values())
        gone = changes.deletes.get("review", set())
        should["review"] = {r for r in should["review"] if (r.weight, r.low, r.high) not in gone}
        pairs = {(row.weight, row.low, row.high) for row in there["vector_pair"]}
        should["review"] = {r for r in should["review"] if (r.weight, r.low, r.high) in pairs}
    for table in TABLES:
        for row in sorted(there[table.name] - should[table.name], key=_key(table)):
            yield Difference("match", f"{table.name} {_key(table)(row)}", "there", "not there")
        for row in sorted(should[table.name] - there[table.name], key=_key(table)):
            yield Difference("match", f"{table.name} {_key(table)(row)}", "not there", "there")


def _key(table: t.Table[Any]) -> Any:
    return lambda row: tuple(getattr(row, name) for name in table.key)
