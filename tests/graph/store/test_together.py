"""Readers, backups and crashes beside the writer: what was committed, whole, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.graph.store.contract import ITEM, PAIR, WORD, Item, Open, Pair, Word, batches, put

from sameas.errors import StoreError

if TYPE_CHECKING:
    from sameas.graph.store.port import Reader, Store

ROOT = Path(__file__).parents[3]


def counters(number: int) -> list[Item | Pair]:
    """One change set: four rows that all say the same number."""
    return [*(Item(one, "k", f"{one}", number) for one in range(3)), Pair(0, 0, number)]


def numbers(reader: Reader) -> set[int | None]:
    """What the rows of `counters` say: one number, or a change set was seen in part."""
    items = reader.get(ITEM, [(0,), (1,), (2,)])
    assert len(items) == 3
    (pair,) = reader.scan(PAIR)
    return {pair.weight, *(item.score for item in items)}


def test_a_snapshot_sees_one_state(store: Store) -> None:
    store.commit(put(Word("a", 1)))
    with store.snapshot() as before:
        store.commit(put(Word("a", 2), Word("b", 1)))
        with store.snapshot() as after:
            store.commit(put(Word("c", 1)))
            assert list(before.scan(WORD)) == [Word("a", 1)]
            assert before.count(WORD) == 1
            assert list(after.scan(WORD)) == [Word("a", 2), Word("b", 1)]
            assert after.last(WORD) == Word("b", 1)
    with store.snapshot() as last:
        assert last.get(WORD, [("a",), ("c",)]) == [Word("a", 2), Word("c", 1)]
    assert store.count(WORD) == 3


def test_a_snapshot_does_not_begin_with_its_first_read(store: Store) -> None:
    with store.snapshot() as reader:
        store.commit(put(Word("late")))
        assert reader.count(WORD) == 0


def test_the_writer_reads_what_it_committed_however_it_read_before(store: Store) -> None:
    for number in range(5):
        assert store.count(WORD) == number
        store.commit(put(Word(f"{number}")))
        assert store.last(WORD) == Word(f"{number}")


def test_many_snapshots_are_open_at_once(store: Store) -> None:
    readers = []
    for number in range(20):
        store.commit(put(Word("a", number)))
        opened = store.snapshot()
        readers.append((opened, opened.__enter__(), number))
    for opened, reader, number in reversed(readers):
        assert reader.get(WORD, [("a",)]) == [Word("a", number)]
        opened.__exit__(None, None, None)


def test_threads_read_whole_change_sets_while_the_writer_commits(store: Store) -> None:
    store.commit(put(*counters(0)))
    done = threading.Event()
    failures: list[BaseException] = []
    reads = [0] * 4

    def read(which: int) -> None:
        try:
            last = 0
            while not done.is_set():
                with store.snapshot() as reader:
                    (seen,) = numbers(reader)
                    assert numbers(reader) == {seen}
                assert seen is not None
                assert seen >= last, "a later snapshot is not of an earlier state"
                last = seen
                reads[which] += 1
        except BaseException as error:  # noqa: BLE001 (it is shown below)
            failures.append(error)

    threads = [threading.Thread(target=read, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    ends = time.monotonic() + 2
    number = 0
    while time.monotonic() < ends or not all(reads):
        number += 1
        store.commit(put(*counters(number)))
        assert numbers(store) == {number}
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert number > 1


def test_a_load_is_seen_whole_or_not_at_all(store: Store) -> None:
    rows = [Item(n, "k", f"{n}", 7) for n in range(30_000)]
    sizes: list[int] = []
    begun = threading.Event()

    def read() -> None:
        while len(sizes) < 2 or sizes[-1] == 0:
            with store.snapshot() as reader:
                sizes.append(reader.count(ITEM))
            begun.set()

    thread = threading.Thread(target=read)
    thread.start()
    begun.wait()
    store.load(batches(rows))
    thread.join()
    assert set(sizes) == {0, 30_000}


def test_a_backup_is_the_state_at_one_commit(store: Store, opened: Open, place: Path) -> None:
    store.commit(put(*counters(0), *(Item(n, "k", f"{n}" * 200) for n in range(10, 8000))))
    target = place.with_name("backup.db")
    number = 0
    told = []

    def progress(pages: int, of: int) -> None:
        nonlocal number
        number += 1
        told.append((pages, of))
        store.commit(put(*counters(number)))

    store.backup(target, progress)
    assert number > 1, "commits came meanwhile"
    assert told[-1][0] == told[-1][1] >= told[0][0]
    assert [pages for pages, _ in told] == sorted(pages for pages, _ in told)
    copy = opened(target)
    assert numbers(copy) == {0}
    assert copy.count(ITEM) == 7993
    copy.commit(put(Word("goes on")))
    copy.close()
    assert numbers(store) == {number}


def test_a_backup_that_fails_leaves_the_target_as_it_was(store: Store, place: Path) -> None:
    store.commit(put(Word("a")))
    target = place.with_name("backup.db")
    target.write_bytes(b"precious")
    before = sorted(place.parent.iterdir())

    def stop(_done: int, _of: int) -> None:
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        store.backup(target, stop)
    with pytest.raises(StoreError):
        store.backup(place.with_name("no-such-folder") / "backup.db")
    with pytest.raises(StoreError, match="in use"):
        store.backup(place)
    assert target.read_bytes() == b"precious"
    assert sorted(place.parent.iterdir()) == before
    store.backup(target)
    assert target.stat().st_size > 1000


@pytest.mark.parametrize("after", [1, 3, 40])
def test_what_a_killed_process_reported_is_there_whole(
    opened: Open, kind: str, place: Path, after: int
) -> None:
    command = [sys.executable, "-m", "tests.graph.store.killed", kind, str(place)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="ascii") as process:
        assert process.stdout is not None
        reported = [int(process.stdout.readline()) for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        reported += [int(line) for line in process.stdout if line.endswith("\n")]
    store = opened(place)
    pair = store.last(PAIR)
    assert pair is not None
    last = pair.left
    assert last >= reported[-1]
    kept = range(max(0, last - 4), last + 1)
    assert [row.left for row in store.scan(PAIR)] == list(kept)
    items = [(row.number, row.score) for row in store.scan(ITEM)]
    assert items == [(3 * number + one, number) for number in kept for one in range(3)]
    assert len(store.find(ITEM, ("score",), [(number,) for number in kept])) == len(items)
    assert store.check() == []
    store.commit(put(Word("goes on")))
    store.close()
