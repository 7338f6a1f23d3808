"""Profile ids one by one, in bulk, and against the published vectors of SipHash."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.engine.batch.columns import Columns
from sameas.engine.ids.kernels import profile_ids, strings
from sameas.engine.ids.siphash import ID_LENGTH, profile_id, siphash128
from sameas.engine.policy import Policy
from sameas.graph.model import Record, RecordKey

KEY = bytes(range(16))


@pytest.mark.parametrize(
    ("length", "digest"),
    [
        (0, "a3817f04ba25a8e66df67214c7550293"),
        (1, "da87c1d86b99af44347659119b22fc45"),
        (7, "a1f1ebbed8dbc153c0b84aa61ff08239"),
        (8, "3b62a9ba6258f5610f83e264f31497b4"),
    ],
)
def test_published_vectors_come_out(length: int, digest: str) -> None:
    """The reference vectors of SipHash-2-4-128: key 00..0f, message 00, 01, ..."""
    assert siphash128(KEY, bytes(range(length))).hex() == digest


@given(
    st.lists(st.tuples(st.sampled_from(["crm", "wéb"]), st.text(max_size=20)), max_size=5),
    st.integers(0, 1000),
)
@settings(max_examples=50, deadline=None, database=None)
def test_bulk_ids_equal_single_ids(keys: list[tuple[str, str]], incarnation: int) -> None:
    """Compiled and plain code make the same ids, byte for byte."""
    keys = [key for key in keys if key[1].isprintable()]
    columns = Columns.from_records([Record(RecordKey(*key), 0, 0) for key in keys], Policy())
    first = np.arange(len(keys), dtype=np.int32)
    found = profile_ids(KEY, columns, first, np.full(len(keys), incarnation, dtype=np.int64))
    assert strings(found).to_pylist() == [
        profile_id(KEY, key, incarnation=incarnation) for key in keys
    ]


def test_key_incarnation_and_number_all_matter() -> None:
    """No two of them share an id."""
    names = {
        profile_id(KEY, ("crm", "1")),
        profile_id(bytes(16), ("crm", "1")),
        profile_id(KEY, ("crm", "1"), incarnation=1),
        profile_id(KEY, ("crm", "1"), again=1),
        profile_id(KEY, ("crm1", "")),
    }
    assert len(names) == 5
    assert all(len(name) == ID_LENGTH for name in names)
