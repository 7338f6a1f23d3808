"""Ids, carriers and changes on columns are the reference's, over random histories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.batch.columns import Columns
from sameas.engine.ids import advance as fast
from sameas.engine.policy import Policy
from sameas.engine.reference import Ledger, Movement, advance
from sameas.graph.model import Record, RecordKey
from tests.laws.budget import examples
from tests.laws.histories import Arrival, history

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    import polars as pl

KEY = bytes(range(16))


def rows(frame: pl.DataFrame) -> Iterator[Any]:
    yield from frame.iter_rows()


def by_columns(arrivals: list[Arrival]) -> list[tuple[object, ...]]:
    """After every arrival: arrivals, issued ids, profiles, changes."""
    before: fast.Ledger | bytes = KEY
    found: list[tuple[object, ...]] = []
    for arrival in arrivals:
        keys = list(arrival.times)  # in the order given: no answer may depend on it
        columns = Columns.from_records(
            [Record(key, arrival.times[key], 0) for key in keys], Policy()
        )
        place = {key: at for at, group in enumerate(arrival.profiles) for key in group}
        issued = fast.advance(
            before,
            columns,
            np.array([place[key] for key in keys], dtype=np.int32),
            n_profiles=len(arrival.profiles),
            signed_up=np.array([key in arrival.signed_up for key in keys], dtype=bool),
            now=7,
        )
        names = issued.profile_ids.to_pylist()
        profiles = {key: names[place[key]] for key in keys}
        ledger = {
            RecordKey(source, record_id): (number, incarnation, live)
            for source, record_id, number, incarnation, live, _ in rows(issued.keys)
        }
        ids = {
            name: (turn, None if source is None else RecordKey(source, record_id))
            for name, turn, source, record_id in rows(issued.ids)
        }
        changes = {Movement(*row) for row in rows(issued.changes)}
        assert len(changes) == len(issued.changes)
        found.append((ledger, ids, profiles, changes))
        table = issued.keys.head(0).select("source", "record_id")
        before = fast.Ledger(
            KEY,
            issued.keys,
            issued.ids,
            type(table)(
                {
                    "source": [key.source for key in keys],
                    "record_id": [key.record_id for key in keys],
                    "profile_id": [profiles[key] for key in keys],
                },
                schema=dict.fromkeys(("source", "record_id", "profile_id"), table.schema["source"]),
            ),
        )
    return found


def by_reference(arrivals: list[Arrival]) -> list[tuple[object, ...]]:
    """The same from the oracle."""
    ledger = Ledger(KEY)
    found: list[tuple[object, ...]] = []
    for arrival in arrivals:
        ledger, moved = advance(ledger, arrival.profiles, arrival.times, arrival.signed_up)
        ids = {name: (one.issued, one.carrier) for name, one in ledger.ids.items()}
        found.append((dict(ledger.arrivals), ids, dict(ledger.profiles), set(moved)))
    return found


@given(st.randoms(use_true_random=False))
@examples(200)
def test_advance_equals_reference(r: Random) -> None:
    """Arrivals, withdrawals, returns, splits, merges and sign-ups: after each all is equal."""
    arrivals = history(r)
    for fast_step, slow_step in zip(by_columns(arrivals), by_reference(arrivals), strict=True):
        assert fast_step == slow_step


def test_an_empty_first_arrival_issues_nothing() -> None:
    """No record, no id."""
    empty = Arrival([], {}, frozenset())
    assert by_columns([empty]) == by_reference([empty]) == [({}, {}, {}, set())]
