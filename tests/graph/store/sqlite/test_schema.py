"""The statements: every lookup goes through an index, and a commit writes what changed."""

from __future__ import annotations

import re
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from tests.graph.store import contract
from tests.graph.store.contract import ITEM, Item, put

from sameas.errors import StoreError
from sameas.graph.store import open_store
from sameas.graph.store.port import ChangeSet
from sameas.graph.store.sqlite import SqliteStore
from sameas.graph.store.sqlite.schema import columns
from sameas.graph.store.sqlite.statements import Statements
from sameas.graph.store.tables import TABLES, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """A store of the real tables."""
    with open_store(tmp_path_factory.mktemp("store") / "store.db") as made:
        yield made


def plan(store: SqliteStore, sql: str) -> str:
    """How SQLite would run a statement."""
    assert store._connection is not None
    explained = store._connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))
    return " ".join(str(row[3]) for row in explained)


def made(table: Table[Any], *, filled: bool) -> Row:
    """A row with something in every column, or with None wherever that may be."""
    values: list[object] = []
    for place, field in enumerate(msgspec.structs.fields(table.row)):
        kinds = get_args(field.type) or (field.type,)
        if types.NoneType in kinds and not filled:
            values.append(None)
        else:
            values.append({int: place + 2**40, str: f"é{place}", bytes: b"\0\xff"}[kinds[0]])
    row: Row = table.row(*values)
    return row


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("filled", [True, False])
def test_rows_of_every_table_come_back(
    store: SqliteStore, table: Table[Any], *, filled: bool
) -> None:
    row = made(table, filled=filled)
    key = tuple(getattr(row, name) for name in table.key)
    store.commit(ChangeSet({table.name: {key: row}}))
    assert store.get(table, [key]) == [row]
    for index in table.indexes:
        value = tuple(getattr(row, name) for name in index.columns)
        assert store.find(table, index.columns, [value]) == ([row] if value[0] is not None else [])
    store.commit(ChangeSet(deletes={table.name: {key}}))
    assert store.get(table, [key]) == []


@pytest.mark.parametrize("table", [*TABLES, *contract.TABLES], ids=lambda table: table.name)
def test_no_lookup_reads_a_whole_table(tmp_path: Path, table: Table[Any]) -> None:
    with SqliteStore(tmp_path / "store.db", tables=[table]) as store:
        statements = Statements(table)
        asked = [statements.get, statements.delete, statements.last]
        asked += [statements.find(index.columns) for index in table.indexes]
        asked += [statements.find(table.key[:1])]
        for after in (None, (0,) * len(table.key)):
            for descending in (False, True):
                asked += [statements.page(first=(), after=after, descending=descending)[0]]
        for index in table.indexes:
            column = next(one for one in columns(table) if one.name == index.columns[0])
            if column.type == "TEXT":
                asked += [
                    statements.begun(column.name),
                    statements.range(column.name, bounded=True),
                ]
        for sql in asked:
            found = plan(store, sql)
            assert "TEMP B-TREE" not in found, (sql, found)
            assert "SEARCH" in found or "ORDER BY" in sql, (sql, found)


def test_a_commit_sets_the_columns_that_changed_and_no_other(tmp_path: Path) -> None:
    said: list[str] = []

    def trace(_cursor: object, sql: str, _bound: object) -> bool:
        said.append(sql)
        return True

    with SqliteStore(tmp_path / "store.db", tables=contract.TABLES) as store:
        store.commit(put(*(Item(n, "k", f"{n}", n, "note") for n in range(3))))
        assert store._connection is not None
        store._connection.exec_trace = trace
        store.commit(put(Item(0, "k", "0", 0, "note"), Item(1, "k", "1", 7, "note")))
        updates = [sql for sql in said if sql.startswith("UPDATE")]
        assert updates == ['UPDATE "item" SET "score" = ? WHERE "number" = ?']
        assert not [sql for sql in said if sql.startswith(("INSERT", "DELETE"))]
        assert store.get(ITEM, [(1,)]) == [Item(1, "k", "1", 7, "note")]


def test_a_type_that_no_column_has_is_refused() -> None:
    class Wrong(Row, frozen=True):
        number: float

    with pytest.raises(TypeError, match=r"wrong.number.*no type of a column"):
        columns(Table("wrong", Wrong, ("number",)))


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("postgresql://user:secret@db/people", "postgresql://.*not supported yet"),
        ("neo4j://db", "not supported yet"),
        ("http://db", "no kind of store"),
        ("sqlite://people.db", "sqlite:///relative"),
        ("sqlite:///", "names no file"),
        ("", "names no file"),
        (":memory:", "names no file"),
        ("a\0b", "names no file"),
    ],
)
def test_a_place_that_is_no_store_is_an_error_that_says_what_would_be(url: str, match: str) -> None:
    with pytest.raises(StoreError, match=match) as raised:
        open_store(url)
    assert "secret" not in str(raised.value)


def test_a_store_is_opened_by_its_path_or_its_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a b?#%41.db"
    for place in (path, str(path), f"sqlite:///{tmp_path}/a%20b%3F%23%2541.db", path.name):
        with open_store(place, create=place == path) as store:
            assert store.path == path
    with open_store(path, readonly=True) as store:
        assert store.readonly


def test_the_page_about_the_store_names_every_table_and_column(store: SqliteStore) -> None:
    text = (ROOT / "docs" / "store.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert "SCAN" not in plan(store, example), "it runs, and by indexes alone"
    for table in TABLES:
        found = re.search(rf"^\| `{table.name}` \| (.*?) \|", text, re.MULTILINE)
        assert found, table.name
        assert re.findall(r"`(\w+)`", found[1]) == list(table.columns)
