"""Whole columns of values are split into words like each value."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from sameas.matching.compare.reading import read_once
from sameas.matching.compare.split import split
from sameas.matching.texts import words_of

if TYPE_CHECKING:
    from sameas.matching.fields.model import FieldKind

KINDS: tuple[FieldKind, ...] = (
    "given_name",
    "full_name",
    "email",
    "address",
    "postcode",
    "phone",
    "code",
    "date",
    "number",
    "text",
)
ODD = (
    "",
    " ",
    "x  y",
    "4541 scroggins ct #145",
    "st",
    "12",
    "#4",
    "4 #4",
    "\u0663 a st",
    "so437dx",
    "m11ae",
    "w1a1aa",
    "k1a0b6",
    "a@b@c",
    "@",
    "\u00e9@x",
    "12.5",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_is_split_like_each_value(kind: FieldKind) -> None:
    draw = Random(7)
    parts = ["12", "st", "ave", "oak", "#4", "n", "#", "12b", "lane"]
    values = sorted(
        {
            *ODD,
            *("".join(draw.choices("abz019 @#-.st\u00e9\u738b\n", k=8)) for _ in range(300)),
            *(" ".join(draw.choices(parts, k=draw.randrange(1, 20))) for _ in range(300)),
        }
    )
    plain = [value for value in values if value.isascii()]
    for column in (values, pa.array(values), pa.array(["a", *plain])[1:], []):
        found = split(kind, column)
        texts = column.to_pylist() if isinstance(column, pa.Array) else column
        words = words_of(found.points, found.start, found.end)
        at, count = found.at.tolist(), len(texts)
        assert len(words) == at[-1] + count
        for row, value in enumerate(texts):
            wanted = read_once(kind, value)
            assert tuple(words[at[row] : at[row + 1]]) == wanted.words, value
            assert words[at[-1] + row] == wanted.tight, value
            assert found.amount[row] == wanted.amount
