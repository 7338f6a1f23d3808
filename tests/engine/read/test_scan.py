"""The scan sees rows exactly as Arrow's parser does."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.engine.read.scan import MAX_QUOTED, scan


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", '"', ",", "\n", "\r", " ", '"x,\n"', '""']), max_size=30))
def test_rows_and_fields_are_those_of_arrow(parts: list[str]) -> None:
    block = "".join(parts).encode()
    found = scan(block, ",", last=True)
    rows = [
        (block[start:end], int(fields))
        for start, end, fields in zip(found.starts, found.ends, found.fields, strict=True)
        if fields
    ]
    for row, fields in rows:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(row.rstrip(b"\r\n") + b"\n"),
            read_options=pyarrow.csv.ReadOptions(column_names=list(map(str, range(fields)))),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False
            ),
        )
        assert (table.num_rows, table.num_columns) == (1, fields)


def test_a_quoted_line_break_counts_as_a_line_of_its_row() -> None:
    found = scan(b'a,"x\ny"\nb,2\n', ",", last=True)
    assert found.lines.tolist() == [0, 2]
    assert found.used_lines == 3


def test_an_unfinished_row_waits_for_the_next_block() -> None:
    assert scan(b"a,b\nc", ",", last=False).used == 4
    assert scan(b"a,b\r", ",", last=False).used == 0
    assert scan(b'a,"b\n', ",", last=False).used == 0


def test_a_quote_that_never_closes_costs_its_own_line_alone() -> None:
    found = scan(b'a,b\n"x,1\n2,3\n', ",", last=True)
    assert found.fields.tolist() == [2, 0, 2]
    assert found.lines.tolist() == [0, 1, 2]


def test_a_stray_quote_does_not_hold_back_a_long_file() -> None:
    block = b'"x,1\n' + b"2,3\n" * (MAX_QUOTED // 2)
    found = scan(block, ",", last=False)
    assert found.fields[:2].tolist() == [0, 2]
    assert found.used == len(block)


def test_empty_lines_are_no_rows_but_are_lines() -> None:
    found = scan(b"\n\na\n\r\nb", ",", last=True)
    assert found.lines.tolist() == [2, 4]


def test_an_empty_block_has_no_rows() -> None:
    assert len(scan(b"", ",", last=True).starts) == 0
