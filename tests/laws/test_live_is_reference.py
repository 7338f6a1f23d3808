"""Live records on columns are the reference's, whatever the order of rows and their batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.batch.columns import KINDS
from sameas.engine.batch.live import live
from sameas.engine.reference import live_records
from tests.laws import rows
from tests.laws.budget import examples

if TYPE_CHECKING:
    from random import Random


def by_columns(
    batches: list[list[rows.Row]], *, hash_bits: int = 64
) -> dict[tuple[str, str], tuple[object, ...]]:
    """As `rows.plain` shows the reference's records."""
    columns = live(rows.collected(batches, hash_bits=hash_bits)).columns
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    for record in range(len(columns)):
        key = columns.key(record)
        mine = columns.ids[columns.ptr[record] : columns.ptr[record + 1]].tolist()
        said = {name: column[record].as_py() for name, column in columns.traits.items()}
        assert (key.source, key.record_id) not in found
        found[key.source, key.record_id] = (
            int(columns.event_time[record]),
            int(columns.first_seen[record]),
            int(columns.last_seen[record]),
            int(columns.count[record]),
            KINDS[columns.kind[record]],
            tuple(sorted(map(columns.identifier, mine))),
            {name: value for name, value in said.items() if value is not None},
        )
    carried = set(columns.ids.tolist())
    pairs = zip(*(side.tolist() for side in columns.also), strict=True)
    also = {
        (columns.identifier(name), columns.identifier(value))
        for name, value in pairs
        if name in carried
    }
    return found | {("also", ""): tuple(sorted(also))}


@given(st.randoms(use_true_random=False))
@examples(300)
def test_live_records_equal_reference(r: Random) -> None:
    """Versions, tombstones, folded observations, content keys, further names: all are equal."""
    some = rows.some(r)
    assert by_columns([some]) == rows.plain(live_records(row.version for row in some))


@given(st.randoms(use_true_random=False))
@examples(150)
def test_live_records_do_not_depend_on_order_or_batches(r: Random) -> None:
    """Any permutation of rows in any batches gives the same records."""
    some = rows.some(r)
    expected = by_columns([some])
    r.shuffle(some)
    cut = r.randrange(len(some) + 1)
    assert by_columns([some[:cut], some[cut:]]) == expected


@given(st.randoms(use_true_random=False), st.sampled_from([1, 4, 16]))
@examples(100)
def test_live_records_do_not_depend_on_the_hash(r: Random, bits: int) -> None:
    """With a hash so short that values collide the records are the same."""
    some = rows.some(r)
    assert by_columns([some], hash_bits=bits) == by_columns([some])


def test_no_rows_give_no_records() -> None:
    """Nothing in, nothing out."""
    assert len(live(rows.collected([[]])).columns) == 0
    assert live_records([]) == []


def test_all_equal_rows_without_an_id_are_one_observation() -> None:
    """Events that carry the same identifiers count up."""
    one = rows.Row("web", None, 1, None, (("cookie", "1"),), (), None, withdrawn=False)
    columns = live(rows.collected([[one] * 3])).columns
    assert columns.count.tolist() == [3]


def test_all_equal_rows_without_id_or_identifier_stay_apart() -> None:
    """They are keyed by content and occurrence."""
    one = rows.Row("web", None, 1, None, (), (("plan", "free"),), None, withdrawn=False)
    columns = live(rows.collected([[one] * 3])).columns
    assert len(set(columns.record_ids.to_pylist())) == 3
    assert np.all(columns.kind == 2)
