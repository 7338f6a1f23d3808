"""Columns of live records: their order, and what goes in comes out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.batch.columns import Columns, ordered
from sameas.engine.batch.keys import RecordIds
from sameas.engine.policy import default
from sameas.graph.model import Identifier, Record, RecordKey

KEYS = st.builds(RecordKey, st.sampled_from(["crm", "web", "Web"]), st.text("aé0", max_size=3))
TIMES = st.one_of(st.integers(0, 3), st.integers(-(10**17), 10**17))


def columns(keys: list[RecordKey], times: list[int]) -> Columns:
    records = [Record(key, time, time) for key, time in zip(keys, times, strict=True)]
    return Columns.from_records(records, default())


@given(st.lists(st.tuples(KEYS, TIMES), max_size=40, unique_by=lambda row: row[0]))
def test_records_are_ordered_by_time_source_and_id(rows: list[tuple[RecordKey, int]]) -> None:
    """Strings decide only where times are equal, and then as code points do."""
    keys, times = [key for key, _ in rows], [time for _, time in rows]
    order = ordered(columns(keys, times), np.array(times, dtype=np.int64))
    found = [rows[place] for place in order.tolist()]
    assert found == sorted(rows, key=lambda row: (row[1], row[0].source, row[0].record_id))


def test_no_records_have_no_order() -> None:
    """Empty in, empty out."""
    assert ordered(columns([], []), np.empty(0, dtype=np.int64)).tolist() == []


def test_keys_and_identifiers_come_out_as_they_went_in() -> None:
    """By record number and identifier number."""
    some = Identifier("email", "ann@x.com"), Identifier("cookie", "c1")
    made = Columns.from_records([Record(RecordKey("crm", "7"), 1, 1, some)], default())
    assert made.key(0) == RecordKey("crm", "7")
    assert {made.identifier(number) for number in made.ids.tolist()} == set(some)


@given(
    st.lists(st.lists(st.one_of(st.none(), st.text("ab", max_size=2)), max_size=6), max_size=4),
    st.sampled_from([1, 16, 32]),
)
def test_record_ids_are_numbered_alike_however_weak_the_hash(
    batches: list[list[str | None]], bits: int
) -> None:
    """Equal ids have one number, unequal ones have two, rows without have none."""
    ids = RecordIds(hash_bits=bits)
    flat: list[str | None] = []
    for batch in batches:
        ids.add(len(flat), pa.array(batch, pa.string()))
        flat += batch
    numbers, values = ids.numbered(len(flat))
    texts = values.to_pylist()
    assert [None if n < 0 else texts[n] for n in numbers.tolist()] == flat
    assert len(set(texts)) == len(texts)
