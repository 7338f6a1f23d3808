"""Disks that are full, and a log that must not fill them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import apsw
import pytest
from tests.graph.store.contract import ITEM, TABLES, WORD, Item, Pair, Word, batches, put

from sameas.errors import StoreFullError, StoreReadOnlyError
from sameas.graph.store.sqlite import SqliteStore, Tuning
from sameas.graph.store.sqlite.checkpoint import COPIES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
PAGE = 4096 + 24
"""A page in the log."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store whose log is copied early and often."""
    tuning = Tuning(checkpoint=50, limit=200, idle=0.2, busy=2_000)
    made = SqliteStore(tmp_path / "store.db", tables=TABLES, tuning=tuning)
    yield made
    made.close()


def connection(store: SqliteStore) -> apsw.Connection:
    """The writer's."""
    assert store._connection is not None
    return store._connection


def log(store: SqliteStore) -> int:
    """Bytes of the log."""
    path = store.path.with_name(store.path.name + "-wal")
    return path.stat().st_size if path.exists() else 0


def until(condition: object, seconds: float = 120) -> bool:
    """Whether something comes true in time."""
    assert callable(condition)
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True


def test_a_full_store_refuses_whole_change_sets_and_goes_on_when_there_is_room(
    store: SqliteStore,
) -> None:
    store.commit(put(Word("a")))
    pages = connection(store).pragma("page_count")
    connection(store).pragma("max_page_count", pages + 2)
    big = put(Word("b"), *(Item(n, "k", f"{n}" * 100, n) for n in range(500)))
    for _ in range(2):
        with pytest.raises(StoreFullError, match=r"no room.*try again"):
            store.commit(big)
        assert store.count(WORD) == 1
        assert store.count(ITEM) == 0
    store.commit(put(Word("small")))
    connection(store).pragma("max_page_count", 1_000_000)
    store.commit(big)
    assert store.count(WORD) == 3
    assert store.find(ITEM, ("score",), [(499,)]) == [Item(499, "k", "499" * 100, 499)]
    assert store.check() == []


def test_a_load_into_too_little_room_leaves_the_store_empty(store: SqliteStore) -> None:
    rows = [Item(n, "k", f"{n}" * 100, n) for n in range(5000)]
    connection(store).pragma("max_page_count", 100)
    with pytest.raises(StoreFullError):
        store.load(batches(rows))
    assert store.count(ITEM) == 0
    connection(store).pragma("max_page_count", 1_000_000)
    store.load(batches(rows))
    assert store.count(ITEM) == 5000


FULL = """
import resource, sys
from pathlib import Path
from tests.graph.store.contract import ITEM, TABLES, Item, put
from sameas.errors import StoreFullError
from sameas.graph.store.sqlite import SqliteStore
limit = int(sys.argv[2])
store = SqliteStore(Path(sys.argv[1]), tables=TABLES)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
kept = failed = 0
for number in range(400):
    rows = [Item(3 * number + one, "k", f"{number} {one} " + "x" * 3000) for one in range(3)]
    try:
        store.commit(put(*rows))
        kept += 1
    except StoreFullError as error:
        failed += 1
        if failed == 5:
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            else:
                Path(sys.argv[1]).with_name("ballast").unlink()
    assert store.count(ITEM) == 3 * kept
assert failed >= 5, failed
assert kept > 200, kept
assert store.check() == []
store.close()
with SqliteStore(Path(sys.argv[1]), tables=TABLES) as again:
    assert again.count(ITEM) == 3 * kept
    assert again.check() == []
print("done")
"""


def filled(path: Path, limit: int) -> None:
    """Run until there is no room, make room, go on, in a process of its own."""
    command = [sys.executable, "-c", FULL, str(path), str(limit)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout == "done\n", done.stderr


def test_a_limit_on_the_size_of_files_is_a_full_disk(tmp_path: Path) -> None:
    filled(tmp_path / "store.db", 600_000)


def test_a_full_file_system_can_be_gone_on_with_when_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount")
    try:
        (disk / "ballast").write_bytes(bytes(22 << 20))
        filled(disk / "store.db", 0)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_read_only_file_system_is_said_by_a_backup_and_by_a_store(store: SqliteStore) -> None:
    disk = store.path.with_name("disk")
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount")
    try:
        wanted = r"copy.db: it cannot be written to \(Read-only file system\) \(check its owner"
        with pytest.raises(StoreReadOnlyError, match=wanted):
            store.backup(disk / "copy.db")
        with pytest.raises(StoreReadOnlyError, match=wanted):
            SqliteStore(disk / "copy.db", tables=TABLES)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_file_system_that_became_read_only_is_an_error_that_says_so(store: SqliteStore) -> None:
    connection(store).pragma("query_only", 1)
    with pytest.raises(StoreReadOnlyError, match="cannot be written to"):
        store.commit(put(Word("a")))
    assert store.count(WORD) == 0
    connection(store).pragma("query_only", 0)
    store.commit(put(Word("a")))


def test_the_log_stays_bounded_under_writes_with_readers_now_and_then(tmp_path: Path) -> None:
    # patient, so that a reader who gets no processor for a while is waited for
    tuning = Tuning(checkpoint=50, limit=200, idle=0.2, patience=5_000)
    store = SqliteStore(tmp_path / "store.db", tables=TABLES, tuning=tuning)
    connection(store).pragma("synchronous", "OFF")  # so that there are many commits
    done = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not done.wait(0.005):
                with store.snapshot() as reader:
                    reader.count(ITEM)
                    time.sleep(0.002)
        except BaseException as error:  # noqa: BLE001 (it is shown below)
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    largest = 0
    for number in range(4000):
        scattered = [Pair(number * 7919 % 1000, one, number) for one in range(3)]
        store.commit(put(Item(number, "k", f"{number * 31 % 4000:09}", number), *scattered))
        largest = max(largest, log(store))
    done.set()
    thread.join()
    assert failures == []
    assert largest < 4 * 200 * PAGE, f"{largest / PAGE:.0f} pages"
    assert until(lambda: log(store) == 0), "it is emptied when nothing is written"
    assert store.check() == []
    store.close()


class Copies:
    """A connection whose copies are told: how much of the log each has reached."""

    def __init__(self, reached: list[int]) -> None:
        self.reached = iter(reached)
        self.modes: list[int] = []

    def wal_checkpoint(self, *, mode: int) -> tuple[int, int]:
        self.modes.append(mode)
        if mode != apsw.SQLITE_CHECKPOINT_PASSIVE:
            return 0, 0
        copied = next(self.reached)
        return copied, copied

    def set_busy_timeout(self, _milliseconds: int) -> None:
        return


@pytest.mark.parametrize(
    ("reached", "copies"),
    [
        ([200, 230], 2),  # little came meanwhile: the end was reached, and the file is synced
        ([200, 400, 500, 510], 4),
        ([200, 200], 2),  # a reader is in the way
        ([100 * n for n in range(9)], 1 + COPIES),  # a writer that is as fast
    ],
)
def test_the_log_is_copied_to_its_end_before_the_writer_waits(
    store: SqliteStore, reached: list[int], copies: int
) -> None:
    copier = store._checkpointer
    assert copier is not None
    copier.stop()
    copier._pages = 200
    asked = Copies(reached)
    copier._copy(cast("apsw.Connection", asked), idle=False)
    restart = apsw.SQLITE_CHECKPOINT_RESTART
    assert asked.modes == [*[apsw.SQLITE_CHECKPOINT_PASSIVE] * copies, restart]


def test_the_log_is_emptied_after_a_reader_that_stayed_long(store: SqliteStore) -> None:
    connection(store).pragma("synchronous", "OFF")
    with store.snapshot() as reader:
        for number in range(500):
            store.commit(put(Item(number, "k", f"{number * 31 % 500:09}", number)))
        assert reader.count(ITEM) == 0
        time.sleep(0.5)
        assert log(store) > 0
    assert until(lambda: log(store) == 0)
    assert store.count(ITEM) == 500


def test_commits_go_on_when_the_log_cannot_be_copied(
    store: SqliteStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sameas.graph.store.sqlite import checkpoint

    def fail(*_args: object, **_named: object) -> None:
        raise apsw.FullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.Checkpointer, "_copy", fail)
        for number in range(100):
            store.commit(put(Item(number, "k", f"{number}")))
        assert until(lambda: "trying again" in caplog.text)
    assert caplog.text.count("trying again") == 1, "once, not as often as it is tried"
    store.commit(put(Word("a")))
    assert until(lambda: log(store) == 0)
