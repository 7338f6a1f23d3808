"""The file of a SQLite store: whose it is, who may open it, and what it was before."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.graph.store.contract import ITEM, PAIR, TABLES, WORD, Item, Pair, Word, put

from sameas.errors import (
    StoreCorruptError,
    StoreError,
    StoreFormatError,
    StoreLockedError,
    StoreReadOnlyError,
)
from sameas.graph.store.sqlite import SqliteStore, migrations
from sameas.graph.store.sqlite.connection import require_sqlite

if TYPE_CHECKING:
    import apsw

ROOT = Path(__file__).parents[4]


def opened(path: Path, *, create: bool = True, readonly: bool = False) -> SqliteStore:
    """A store of the tests' tables."""
    return SqliteStore(path, create=create, readonly=readonly, tables=TABLES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "store.db"


def test_a_second_writer_is_refused_and_told_who_and_what_to_do(path: Path) -> None:
    with opened(path):
        for again in (path, path.parent / "." / path.name):
            with pytest.raises(StoreLockedError, match=rf"{path.name}.*{os.getpid()}.*readonly"):
                opened(again)
        link = path.with_name("link.db")
        link.symlink_to(path)
        with pytest.raises(StoreLockedError):
            opened(link)
    opened(path).close()


def test_a_writer_in_another_process_is_refused_until_this_one_ends(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.graph.store.contract import STORES\n"
        "STORES['sqlite'](Path(sys.argv[1])).close()"
    )
    command = [sys.executable, "-c", code, str(path)]
    with opened(path):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 1
        assert "StoreLockedError" in done.stderr
    subprocess.run(command, cwd=ROOT, check=True)


def test_readers_in_other_processes_see_each_commit(path: Path) -> None:
    with opened(path) as store:
        store.commit(put(Word("a")))
        with opened(path, readonly=True) as reader:
            assert reader.count(WORD) == 1
            store.commit(put(Word("b")))
            assert [row.text for row in reader.scan(WORD)] == ["a", "b"]
            with reader.snapshot() as snapshot:
                store.commit(put(Word("c")))
                assert snapshot.count(WORD) == 2
            assert reader.count(WORD) == 3
            with pytest.raises(StoreReadOnlyError, match="opened for reading"):
                reader.commit(put(Word("d")))
            with pytest.raises(StoreReadOnlyError, match="opened for reading"):
                reader.load([])
            target = path.with_name("copy.db")
            reader.backup(target)
    with opened(path, readonly=True) as reader:
        assert reader.count(WORD) == 3
        with opened(target) as copy:
            assert copy.count(WORD) == 3


def test_every_file_is_its_owners_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with opened(path) as store, store.snapshot():
            store.commit(put(Word("a")))
            store.backup(path.with_name("copy.db"))
            modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    finally:
        os.umask(before)
    names = {"store.db", "store.db-wal", "store.db-shm", "store.db-lock", "copy.db"}
    assert modes == dict.fromkeys(names, 0o600)


def test_a_closed_store_is_one_file_and_its_lock(path: Path) -> None:
    store = opened(path)
    store.commit(put(Word("a")))
    store.close()
    assert {one.name for one in path.parent.iterdir()} == {"store.db", "store.db-lock"}


def test_any_sql_tool_reads_it(path: Path) -> None:
    with opened(path) as store:
        store.commit(put(Item(1, "k", "v", None, "n"), Pair(1, 2, 3)))
    with sqlite3.connect(path) as tool:
        assert tool.execute("SELECT * FROM item").fetchall() == [(1, "k", "v", None, "n", None)]
        assert tool.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with pytest.raises(sqlite3.IntegrityError):
            tool.execute("INSERT INTO pair VALUES (1, 3, 'text')")
    tool.close()


def test_what_is_not_there_is_not_opened(path: Path) -> None:
    for named, match in (
        ({"create": False}, "no such file"),
        ({"readonly": True}, "no such file"),
    ):
        with pytest.raises(StoreError, match=match):
            opened(path, **named)
    with pytest.raises(StoreError, match="it is a folder"):
        opened(path.parent)
    with pytest.raises(StoreError, match="its folder is not there"):
        opened(path / "deeper.db")
    assert not path.exists()


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch(0o644)
    with opened(path) as store:
        store.commit(put(Word("a")))
    with opened(path, create=False) as store:
        assert store.count(WORD) == 1


def test_a_file_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE word (text TEXT, count INTEGER)")
    other.close()
    before = path.read_bytes()
    for readonly in (False, True):
        with pytest.raises(StoreFormatError, match="not of sameas"):
            opened(path, readonly=readonly)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("a,b\n1,2\n" * 1000)
    for readonly in (False, True):
        with pytest.raises(StoreFormatError, match="no SQLite file"):
            opened(path, readonly=readonly)
    assert path.read_text() == "a,b\n1,2\n" * 1000


def test_a_store_of_a_newer_version_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (lambda _: None,) * 4)
        opened(path).close()
    for readonly in (False, True):
        with pytest.raises(StoreFormatError, match=r"version 5.*up to 1.*newer sameas"):
            opened(path, readonly=readonly)


def _add_weight(connection: apsw.Connection) -> None:
    connection.execute("ALTER TABLE pair ADD COLUMN weight INTEGER NOT NULL DEFAULT 0")


def _double(connection: apsw.Connection) -> None:
    connection.execute("UPDATE pair SET weight = 2 * left + right")


def older(path: Path) -> None:
    """A store of the version before pairs had a weight."""
    with opened(path) as store:
        store.commit(put(Pair(1, 2), Pair(3, 4), Word("a")))
    with sqlite3.connect(path) as tool:
        tool.execute("ALTER TABLE pair DROP COLUMN weight")
    tool.close()


def test_an_older_store_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(path)
    monkeypatch.setattr(migrations, "MIGRATIONS", (_add_weight, _double))
    with pytest.raises(StoreFormatError, match=r"version 1, before 3 .*for writing once"):
        opened(path, readonly=True)
    for _ in range(2):
        with opened(path) as store:
            assert list(store.scan(PAIR)) == [Pair(1, 2, 4), Pair(3, 4, 10)]
            assert store.find(PAIR, ("right",), [(4,)]) == [Pair(3, 4, 10)]
    with opened(path, readonly=True) as reader:
        assert reader.count(WORD) == 1


def test_a_migration_that_fails_leaves_the_older_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older(path)

    def fail(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO nonsense VALUES (1)")

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (_add_weight, fail))
        with pytest.raises(StoreError, match="nonsense"):
            opened(path)
    with sqlite3.connect(path) as tool:
        assert tool.execute("PRAGMA user_version").fetchone() == (1,)
        assert len(tool.execute("SELECT * FROM pair").fetchone()) == 2
    tool.close()
    monkeypatch.setattr(migrations, "MIGRATIONS", (_add_weight,))
    opened(path).close()


def test_a_store_that_somebody_altered_is_refused_with_all_that_is_wrong(path: Path) -> None:
    opened(path).close()
    with sqlite3.connect(path) as tool:
        tool.execute("ALTER TABLE word RENAME COLUMN count TO number")
        tool.execute("DROP INDEX pair_by_right")
        tool.execute("CREATE VIEW my_own AS SELECT * FROM word")
    tool.close()
    with pytest.raises(StoreFormatError) as raised:
        opened(path)
    assert [fault.where.split(": ")[1] for fault in raised.value.faults] == [
        "pair_by_right",
        "word",
    ]


def test_damage_is_found_and_named(path: Path) -> None:
    with opened(path) as store:
        store.commit(put(*(Item(n, "k", f"value {n}") for n in range(5000))))
        assert store.check() == []
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096 * 3)
    with opened(path) as store:
        assert store.check() != []
        values = [(f"value {n}",) for n in range(5000)]
        with pytest.raises(StoreCorruptError, match=r"damaged.*backup"):
            assert list(store.scan(ITEM)) == store.find(ITEM, ("value",), values)


def test_what_was_erased_leaves_no_trace_in_the_files(path: Path) -> None:
    secret = "ann.secret@example.com"
    with opened(path) as store:
        store.commit(put(*(Item(n, "k", f"{secret}{n}", note=secret * 50) for n in range(300))))
        store.commit(put(*(Item(n, "k", f"{n}") for n in range(200))))
        changes = put(Word("a"))
        changes.deletes["item"] = {(n,) for n in range(200, 300)}
        store.commit(changes)
    assert secret.encode() not in path.read_bytes()


def test_a_version_of_sqlite_that_can_lose_commits_is_refused() -> None:
    require_sqlite("3.51.3")
    for version in ("3.40.1", "3.51.2"):
        with pytest.raises(StoreError, match=r"lose commits.*apsw"):
            require_sqlite(version)


NOBODY = """
import os, sys
from pathlib import Path
from tests.graph.store.contract import TABLES, WORD, Word, put
from sameas.errors import StoreError
from sameas.graph.store.sqlite import SqliteStore
if os.getuid() == 0:
    os.setresuid(65534, 65534, 65534)
path = Path(sys.argv[1])
with SqliteStore(path, readonly=True, tables=TABLES) as store:
    print(store.count(WORD))
for create in (True, False):
    try:
        SqliteStore(path, create=create, tables=TABLES)
    except StoreError as error:
        print(type(error).__name__, error)
"""


def test_a_file_that_may_not_be_written_can_still_be_read() -> None:
    folder = Path(tempfile.mkdtemp())  # pytest's own are closed to others than root
    path = folder / "store.db"
    with opened(path) as store:
        store.commit(put(Word("a")))
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-c", NOBODY, str(path)],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    finally:
        folder.chmod(0o755)
        for one in folder.iterdir():
            one.unlink()
        folder.rmdir()
    assert done.returncode == 0, done.stderr
    count, *refused = done.stdout.splitlines()
    assert count == "1"
    assert len(refused) == 2
    for line in refused:
        assert line.startswith("StoreReadOnlyError")
        assert "cannot be written" in line
