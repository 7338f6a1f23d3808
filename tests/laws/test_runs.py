"""The laws of whole runs: order, files, batches, hashes and history that was taken back."""

from __future__ import annotations

import json
import tempfile
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.batch.collect import Collector
from sameas.graph.model import Identifier, Judgement, RecordKey
from tests.laws import runs
from tests.laws.budget import examples

if TYPE_CHECKING:
    from sameas.engine.batch.result import Result

TABLES = ("records", "identifiers", "profiles", "edges", "refused", "ledger", "ids", "changes")
SEEDS = st.integers(0, 2**32 - 1)


def assert_equal(one: Result, other: Result, tables: tuple[str, ...] = TABLES) -> None:
    for name in tables:
        assert runs.rows_of(one, name) == runs.rows_of(other, name), name


@given(SEEDS)
@examples(40)
def test_rows_in_any_order_give_equal_tables(seed: int) -> None:
    """Permute the rows: every table has the same rows."""
    r = Random(seed)
    some, words = runs.rows(r), runs.judgements(r)
    expected = runs.run([some], words)
    r.shuffle(some)
    assert_equal(runs.run([some], words[::-1]), expected)


def _row(**fields: str) -> runs.Row:
    return dict.fromkeys(runs.COLUMNS) | {"source": "web", "at": "2023-01-01T00:00:00Z"} | fields


def test_spellings_of_one_observation_in_any_order_give_equal_tables() -> None:
    """Events that fold into one show the same raw value whichever came first."""
    some = [_row(email="a.b@gmail.com"), _row(email="ab+c@gmail.com")]
    assert_equal(runs.run([some]), runs.run([some[::-1]]))


def test_a_word_on_a_hash_that_nobody_carries_speaks_of_the_email() -> None:
    """An email goes by its hashes, in judgements too."""
    some = [_row(source="crm", id="1", email="ann@x.io"), _row(source="pos", id="2", cookie="c1")]
    hashed = Identifier("email_sha256", sha256(b"ann@x.io").hexdigest())
    word = Judgement("j", "same", frozenset({hashed}), frozenset({RecordKey("pos", "2")}), 0)
    result = runs.run([some], [word])
    assert runs.partition_of(result) == [[("crm", "1"), ("pos", "2")]]
    assert hashed.value not in result.identifiers["value"].to_list()


@given(SEEDS)
@examples(40)
def test_rows_in_any_files_give_equal_tables(seed: int) -> None:
    """Split the rows over tables, in any order: every table has the same rows."""
    r = Random(seed)
    some, words = runs.rows(r), runs.judgements(r)
    cuts = sorted(r.randrange(len(some) + 1) for _ in range(2))
    parts = [some[: cuts[0]], some[cuts[0] : cuts[1]], some[cuts[1] :]]
    parts = [part for part in parts if part]
    r.shuffle(parts)
    assert_equal(runs.run(parts, words), runs.run([some], words))


@pytest.mark.parametrize("bits", [4, 16])
@given(SEEDS)
@examples(15)
def test_a_short_hash_gives_equal_tables(bits: int, seed: int) -> None:
    """Values whose hashes collide are told apart by their bytes."""
    some = runs.rows(Random(seed))
    expected = runs.run([some])
    make = Collector

    def short(*args: object, **named: object) -> Collector:
        return make(*args, **{**named, "hash_bits": bits})  # type: ignore[arg-type]  # as it came

    with patch.object(runs.run_module, "Collector", short):
        assert_equal(runs.run([some]), expected)


@given(SEEDS)
@examples(30)
def test_a_withdrawn_record_is_as_if_it_never_was(seed: int) -> None:
    """Add records, withdraw them: the partition is the one without them."""
    r = Random(seed)
    some = runs.rows(r)
    words = runs.judgements(r)
    gone = {(one["source"], one["id"]) for one in some if one["id"] and r.randrange(3) == 0}
    kept = [one for one in some if (one["source"], one["id"]) not in gone]
    marks = []
    for source, record_id in sorted(gone, key=str):
        mark: runs.Row = dict.fromkeys(runs.COLUMNS)
        mark.update(source=source, id=record_id, at="2023-01-09T00:00:00Z", withdrawn="yes")
        marks.append(mark)
    if not kept:
        assert len(runs.run([some + marks]).records) == 0
        return
    whole, never = runs.run([some + marks], words), runs.run([kept], words)
    assert runs.partition_of(whole) == runs.partition_of(never)
    assert_equal(whole, never, ("edges",))
    drop = ("profile_id", "other_profile_id")
    for name in ("identifiers", "refused"):
        assert runs.rows_of(whole, name, drop=drop) == runs.rows_of(never, name, drop=drop)


@given(SEEDS)
@examples(20)
def test_appending_equals_one_run_over_all(seed: int) -> None:
    """Any batching by `append`: partition, identifiers and refusals are those of one run."""
    r = Random(seed)
    some = runs.rows(r)
    cuts = sorted(r.randrange(1, len(some) + 1) for _ in range(2))
    parts = [p for p in (some[: cuts[0]], some[cuts[0] : cuts[1]], some[cuts[1] :]) if p]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        last = runs.run_files(parts[:1], folder, "out0")
        for at, part in enumerate(parts[1:], 1):
            last = runs.run_files([part], folder, f"out{at}", previous=f"out{at - 1}", append=True)
        once = runs.run_files([some], folder, "once")
        assert runs.partition_of(last) == runs.partition_of(once)
        drop = ("profile_id", "other_profile_id")
        for table in ("identifiers", "refused"):
            assert runs.rows_of(last, table, drop=drop) == runs.rows_of(once, table, drop=drop)


@given(SEEDS)
@examples(20)
def test_a_message_counts_once_in_whatever_run_it_comes_again(seed: int) -> None:
    """Messages repeated over appended files: records with their counts are those of one run."""
    r = Random(seed)
    some = runs.repeated(r, runs.rows(r, 8))
    cuts = sorted(r.randrange(1, len(some) + 1) for _ in range(2))
    parts = [p for p in (some[: cuts[0]], some[cuts[0] : cuts[1]], some[cuts[1] :]) if p]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        last = runs.run_files(parts[:1], folder, "out0")
        for at, part in enumerate(parts[1:], 1):
            last = runs.run_files([part], folder, f"out{at}", previous=f"out{at - 1}", append=True)
        once = runs.run_files([some], folder, "once")
        for table in ("records", "identifiers", "refused", "messages"):
            found = []
            for result in (last, once):
                frame = result.table(table)
                # a trait that only dropped rows have is an empty column of one run
                empty = [one.name for one in frame if one.null_count() == len(frame)]
                drop = ("profile_id", "other_profile_id", "arrival", *empty)
                found.append(runs.rows_of(result, table, drop=drop))
            assert found[0] == found[1], table
        assert last.manifest["warnings"] == once.manifest["warnings"]


@given(SEEDS)
@examples(10)
def test_messages_appended_twice_change_nothing(seed: int) -> None:
    """All rows again, each with the id of its message: every table is as it was."""
    r = Random(seed)
    some = [one | {"message": f"m{at}"} for at, one in enumerate(runs.rows(r))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = runs.run_files([some], folder, "first")
        again = runs.run_files([some], folder, "again", previous="first", append=True)
        kept = ("records", "identifiers", "profiles", "edges", "refused", "ledger", "ids")
        assert_equal(again, first, (*kept, "messages"))


@given(SEEDS)
@examples(15)
def test_a_full_set_with_previous_is_partitioned_as_if_fresh(seed: int) -> None:
    """History moves ids, never the partition."""
    r = Random(seed)
    before, after = runs.rows(r), runs.rows(r)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs.run_files([before], folder, "before")
        after_it = runs.run_files([after], folder, "after", previous="before")
        assert runs.partition_of(after_it) == runs.partition_of(
            runs.run_files([after], folder, "fresh")
        )


@given(SEEDS)
@examples(10)
def test_unchanged_input_leaves_every_profile_unchanged(seed: int) -> None:
    """The same full set again: no id moves, every change is `unchanged`."""
    some = runs.rows(Random(seed))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = runs.run_files([some], folder, "first")
        again = runs.run_files([some], folder, "again", previous="first")
        assert set(again.changes["change"]) <= {"unchanged"}
        assert len(again.changes) == len(first.profiles)
        assert_equal(again, first, ("records", "profiles", "ids", "ledger"))


@given(SEEDS)
@examples(15)
def test_a_retracted_judgement_is_as_if_it_was_never_made(seed: int) -> None:
    """Judge, retract: all tables are those of a run without the judgement."""
    r = Random(seed)
    some = runs.rows(r)
    words = runs.judgements(r)
    lines = [
        {
            "judgement": word.key,
            "kind": word.kind,
            "left": [ref.ref for ref in word.left],
            "right": [ref.ref for ref in word.right],
            "time": "2023-01-01T00:00:00Z",
        }
        for word in words
    ]
    gone = [word.key for word in words if r.randrange(2)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledgers = {
            "never": [line for line in lines if line["judgement"] not in gone],
            "retracted": [*lines, *({"kind": "retract", "left": [key]} for key in gone)],
        }
        found = {}
        for out, ledger in ledgers.items():
            path = folder / f"{out}.jsonl"
            path.write_text("".join(json.dumps(line) + "\n" for line in ledger), encoding="utf-8")
            found[out] = runs.run_files([some], folder, out, words=path)
        assert_equal(found["retracted"], found["never"])
