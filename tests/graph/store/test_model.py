"""A store and a plain dict are told the same, and answer the same."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.graph.store.contract import DIGEST, ITEM, PAIR, STORES, TABLES, Digest, Item, Open, Pair

from sameas.errors import StoreRowError
from sameas.graph.store.port import ChangeSet

if TYPE_CHECKING:
    from sameas.graph.store.port import Reader, Store
    from sameas.graph.store.tables import Row, Table

Key = tuple[Any, ...]
Model = dict[str, dict[Key, "Row"]]

small = st.integers(-2, 4)
texts = st.sampled_from(["", "a", "A", "ab", "Ab", "é", "É", "b\0", "\U0010ffff"])
items = st.builds(
    Item, small, texts, texts, st.none() | small, st.none() | texts, st.none() | st.binary()
)
pairs = st.builds(Pair, small, small, small)
digests = st.builds(Digest, st.binary(max_size=1), texts, st.none() | small)
rows = st.lists(items | pairs | digests, max_size=6)
keys: st.SearchStrategy[tuple[str, Key]] = st.one_of(
    st.tuples(st.just("item"), st.tuples(small)),
    st.tuples(st.just("pair"), st.tuples(small, small)),
    st.tuples(st.just("digest"), st.tuples(st.binary(max_size=1), texts)),
)
NAMES = {table.name: table for table in TABLES}


def values(row: Row, columns: tuple[str, ...]) -> Key:
    """Some columns of a row."""
    return tuple(getattr(row, name) for name in columns)


def breaks_an_index(model: Model) -> bool:
    """Whether two rows have what only one may."""
    for table in TABLES:
        for index in table.indexes:
            if index.unique:
                seen = [values(row, index.columns) for row in model[table.name].values()]
                seen = [one for one in seen if None not in one]
                if len(seen) != len(set(seen)):
                    return True
    return False


class Machine(RuleBasedStateMachine):
    """Change sets to both; what is read from both has to be equal."""

    opened: Open

    @initialize()
    def begin(self) -> None:
        """An empty store."""
        self.folder = Path(tempfile.mkdtemp())
        self.store: Store = self.opened(self.folder / "store.db")
        self.model: Model = {table.name: {} for table in TABLES}

    @rule(puts=rows, deletes=st.lists(keys, max_size=4))
    def commit(self, puts: list[Row], deletes: list[tuple[str, Key]]) -> None:
        """A change set, which both take or neither."""
        changes = ChangeSet()
        wanted = {name: dict(there) for name, there in self.model.items()}
        for name, key in deletes:
            changes.deletes.setdefault(name, set()).add(key)
            wanted[name].pop(key, None)
        for row in puts:
            table = next(one for one in TABLES if one.row is type(row))
            key = values(row, table.key)
            changes.puts.setdefault(table.name, {})[key] = row
            wanted[table.name][key] = row
        if breaks_an_index(wanted):
            with pytest.raises(StoreRowError):
                self.store.commit(changes)
        else:
            self.store.commit(changes)
            self.model = wanted

    @rule()
    def reopen(self) -> None:
        """Close and open."""
        self.store.close()
        self.store = self.opened(self.folder / "store.db")

    @rule(wanted=st.lists(keys, max_size=8))
    def get(self, wanted: list[tuple[str, Key]]) -> None:
        """Rows by key."""
        for table in TABLES:
            asked = [key for name, key in wanted if name == table.name]
            there = [self.model[table.name][k] for k in {*asked} if k in self.model[table.name]]
            self.same(self.store.get(table, asked), there)

    @rule(wanted=st.lists(items, max_size=3), ends=st.lists(small, max_size=3))
    def find(self, wanted: list[Item], ends: list[int]) -> None:
        """Rows by index."""
        for columns in (("value", "kind"), ("value",), ("score",), ("note", "kind"), ("note",)):
            self.found(ITEM, columns, [values(row, columns) for row in wanted])
        for columns in (("right",), ("left",)):
            self.found(PAIR, columns, [(end,) for end in ends])
        self.found(DIGEST, ("time",), [(end,) for end in ends])

    def found(self, table: Table[Any], columns: tuple[str, ...], asked: list[Key]) -> None:
        """What both find."""
        there = [
            row
            for row in self.model[table.name].values()
            if values(row, columns) in asked and None not in values(row, columns)
        ]
        self.same(self.store.find(table, columns, asked), there)

    @rule(
        after=st.none() | st.tuples(small) | st.tuples(small, small),
        first=st.just(()) | st.tuples(small),
        limit=st.none() | st.integers(0, 5),
        descending=st.booleans(),
    )
    def scan(
        self,
        *,
        after: tuple[int, ...] | None,
        first: tuple[int, ...],
        limit: int | None,
        descending: bool,
    ) -> None:
        """Rows in order, from somewhere on."""
        there = sorted(self.model["pair"].items(), reverse=descending)
        wanted = [
            row
            for key, row in there
            if key[: len(first)] == first
            and (
                after is None
                or (key[: len(after)] < after if descending else key[: len(after)] > after)
            )
        ]
        found = self.store.scan(PAIR, after=after, first=first, limit=limit, descending=descending)
        assert list(found) == wanted[:limit]

    @rule(text=texts)
    def text(self, text: str) -> None:
        """Rows by a beginning; a part of a text behind NUL is nobody's to find."""
        there = [
            row
            for row in self.model["item"].values()
            if isinstance(row, Item) and row.value.lower().startswith(text.lower())
        ]
        self.same(self.store.prefixed(ITEM, "value", text, limit=99), there)

    @staticmethod
    def same(found: list[Any], there: list[Any]) -> None:
        """The same rows, once each, in whatever order."""
        assert len(found) == len(there)
        assert all(row in there for row in found)

    @invariant()
    def holds_the_same(self) -> None:
        """The writer and a new reader see all rows in order."""
        if not hasattr(self, "store"):
            return
        with self.store.snapshot() as reader:
            readers: list[Reader] = [self.store, reader]
            for one in readers:
                for name, table in NAMES.items():
                    there = [row for _, row in sorted(self.model[name].items())]
                    assert list(one.scan(table)) == there
                    assert one.count(table) == len(there)
                    assert one.last(table) == (there[-1] if there else None)

    def teardown(self) -> None:
        """Sound to the end."""
        if hasattr(self, "store"):
            assert self.store.check() == []
            self.store.close()
            shutil.rmtree(self.folder)


@pytest.mark.parametrize("opened", STORES.values(), ids=STORES)
def test_a_store_answers_as_a_dict_would(opened: Open) -> None:
    class OpenedMachine(Machine):
        """The machine on this store."""

    OpenedMachine.opened = staticmethod(opened)
    few = settings(max_examples=40, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(OpenedMachine, settings=few)
