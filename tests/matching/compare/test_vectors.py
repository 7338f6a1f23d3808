"""Whole vectors: field by field, and swapped names seen once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.matching.compare import Comparer, compare, level
from sameas.matching.fields import Field, code_column

FIELDS = (
    Field("given", "given_name", ("first",)),
    Field("family", "family_name", ("last",)),
    Field("born", "date", ("born",)),
)
NAMES = "ann", "anne", "smith", "smyth", "smitn", "lee", "lea", "de la cruz", "delacruz"
WORDS = st.sampled_from(["", *NAMES])
VECTORS = st.tuples(WORDS, WORDS, st.sampled_from(["", "1980-04-22", "1981-04-22"]))


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (("ann", "smith"), ("smith", "ann"), (3, 0)),
        (("ann", "smith"), ("smyth", "anne"), (3, 0)),
        (("ann", "smith"), ("smyth", "ann"), (3, 0)),
        (("ann", "de la cruz"), ("delacruz", "ann"), (3, 0)),
        (("ann", "smith"), ("smith", "bob"), (8, 8)),
        (("nacy", "williams"), ("williams", "nancy"), (3, 0)),
        (("nancy", "williams"), ("williams", "carol"), (8, 8)),
        (("ann", "smith"), ("", "ann"), (0, 8)),
        (("lee", "lee"), ("lee", "lee"), (1, 1)),
    ],
)
def test_swapped_names_are_one_observation(
    left: tuple[str, str], right: tuple[str, str], wanted: tuple[int, int]
) -> None:
    assert compare(FIELDS[:2], left, right) == wanted


def test_without_both_names_nothing_is_swapped() -> None:
    assert compare(FIELDS[:1], ("ann",), ("smith",)) == (level("given_name", "ann", "smith"),)


@given(vectors=st.lists(VECTORS, min_size=1, max_size=8))
def test_many_pairs_compare_as_one_pair_does(vectors: list[tuple[str, str, str]]) -> None:
    columns = {
        name: pa.array([row[n] for row in vectors], pa.string())
        for n, name in enumerate(("first", "last", "born"))
    }
    coded = [code_column(field, columns) for field in FIELDS]
    codes = np.column_stack([one.codes for one in coded])
    left, right = (side.ravel() for side in np.mgrid[: len(vectors), : len(vectors)])
    found = Comparer.of(FIELDS, coded).levels(codes, left, right)
    assert found.T.tolist() == [
        list(compare(FIELDS, vectors[a], vectors[b]))
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert found.reshape(-1, len(vectors), len(vectors)).tolist() == (
        found.reshape(-1, len(vectors), len(vectors)).transpose(0, 2, 1).tolist()
    )
