"""What a store must do, and nothing of what it means.

A store keeps the rows of `sameas.graph.store.tables`. It has one writer at a time; readers see what
was committed, whole, and are never blocked by the writer. `tests/graph/store` is the contract, and
every store passes it.

Integers have 64 bits. Texts are any Unicode but lone surrogates, which are no UTF-8: a row or a key
with one raises StoreRowError.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sameas.graph.store.tables import Row, Table

__all__ = ["Batch", "ChangeSet", "Reader", "Store"]

RowType = TypeVar("RowType", bound="Row")
Key = tuple[Any, ...]
"""Values of a table's key columns, or of an index, in their order."""


Batch = Sequence["Row"] | Iterator[tuple[Any, ...]]
"""Rows of one table in any order; or their values, as an iterator, in the order of the key."""


@dataclass(slots=True)
class ChangeSet:
    """Rows to put and keys to delete, by name of the table. Committed whole or not at all.

    What is both put and deleted is there afterwards. Only the state after the whole has to keep the
    unique indexes: two rows may trade a value.
    """

    puts: dict[str, dict[Key, Row]] = field(default_factory=dict)
    """A row that is there already under the key is replaced."""
    deletes: dict[str, set[Key]] = field(default_factory=dict)
    before: dict[str, dict[Key, Row | None]] = field(default_factory=dict)
    """What the store has under some of the keys, None: nothing. Whoever wrote this down has read
    it, so a store need not read it again; of other keys it finds out itself."""

    def __bool__(self) -> bool:
        return any(self.puts.values()) or any(self.deletes.values())


class Reader(Protocol):
    """Reads. Rows come in no promised order, but for `scan`."""

    def get(self, table: Table[RowType], keys: Iterable[Key], /) -> list[RowType]:
        """The rows that are there under some keys. O(keys)."""

    def find(
        self, table: Table[RowType], columns: tuple[str, ...], values: Iterable[Key], /
    ) -> list[RowType]:
        """The rows whose columns have one of the values; None is found by nothing.

        `columns` are those of an index or of the key, or the first ones of it. O(rows found).

        Raises:
            ValueError: there is no such index.
        """

    def reaches(
        self, table: Table[Any], columns: tuple[str, ...], value: Key, count: int, /
    ) -> bool:
        """Whether at least `count` rows have these values; as `find`. O(count)."""

    def scan(
        self,
        table: Table[RowType],
        /,
        *,
        after: Key | None = None,
        limit: int | None = None,
        first: Key = (),
        descending: bool = False,
    ) -> Iterator[RowType]:
        """Rows in the order of their key, those whose key begins with `first`.

        `after` is where to go on: a key, or its beginning, which stands for all keys that begin so.
        Integers are ordered by value, texts by code points, bytes by value.
        """

    def columns(
        self, table: Table[Any], names: tuple[str, ...], /
    ) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Some columns of all rows, in the order of their key, many rows at a time.

        Raises:
            ValueError: the table has no such column.
        """

    def prefixed(
        self, table: Table[RowType], column: str, prefix: str, /, *, limit: int
    ) -> list[RowType]:
        """Rows whose text column, the first of an index, begins with `prefix`, case apart."""

    def containing(
        self, table: Table[RowType], column: str, text: str, /, *, limit: int
    ) -> list[RowType]:
        """Rows whose text column contains `text`, case apart. O(table)."""

    def count(self, table: Table[Any], /) -> int:
        """How many rows a table has. O(table)."""

    def last(self, table: Table[RowType], /) -> RowType | None:
        """The row with the greatest key."""


class Store(Reader, Protocol):
    """One open store. Its reads see the last commit; they and `commit` are the writer's alone."""

    @property
    def place(self) -> str:
        """What `open_store` opens it by, here or in another process."""

    def commit(self, changes: ChangeSet, /) -> None:
        """Make a change set durable, whole; on return it survives a crash.

        Raises:
            StoreFullError: no room is left; nothing was changed, and it may be tried again.
            StoreReadOnlyError: it cannot be written to; nothing was changed.
            StoreRowError: a row cannot be kept, or breaks a unique index; nothing was changed.
            StoreError: whatever else kept it from being durable; nothing was changed.
        """

    def load(self, batches: Iterable[tuple[Table[Any], Batch]], /) -> None:
        """Fill an empty store in bulk, whole or not at all.

        Raises:
            StoreError: it is not empty.
        """

    def snapshot(self) -> AbstractContextManager[Reader]:
        """A reader that sees one state, the last committed, for as long as it is open. Any thread.

        Keep it short: what is written meanwhile cannot be tidied up before it ends.
        """

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None, /) -> None:
        """Copy the last committed state to another place while writes go on. Any thread."""

    def check(self) -> list[str]:
        """What is damaged, in words; empty: nothing. O(store). Any thread."""

    def close(self) -> None:
        """Let go. What was committed stays."""
