"""CSV of any dialect, row by row complete: what is not a row is reported and never stops the run.

Line numbers are physical lines, 1-based, of the row's first line, also after quoted line breaks.
The bytes go through one compiled scan (`scan`), and only rows with the right number of fields go on
to Arrow's parser, so a broken row costs nothing but itself. Memory: a few blocks.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from sameas.engine.read.batch import BadValue, Rows
from sameas.engine.read.scan import Scan, scan
from sameas.engine.read.text import BLOCK, LOST, Compression, pieces, with_last
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Dialect", "read", "sniff", "unique_names"]

_DELIMITERS = (",", ";", "\t", "|")
_DIRECTIVE = re.compile(rb'^"?sep=([,;\t|])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_DATA = re.compile(
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^\+?\d[\d ()./-]{6,}$|^\d{4}-\d\d-\d\d|^[0-9a-f]{8}-[0-9a-f]{4}-",
    re.IGNORECASE,
)
_LONGEST_ROW = 64 << 20
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written."""

    delimiter: str
    header: bool
    names: tuple[str, ...]
    """Column names, unique and not empty."""
    skip: int
    """Physical lines before the first row: a `sep=` line and the header."""


def sniff(sample: bytes, *, whole: bool) -> Dialect:
    r"""Find delimiter, header and columns in the first bytes (UTF-8) of a file.

    The delimiter is the one that gives most rows the same number of fields, more than one. A first
    row with an email, a phone, a date or a UUID in it is data: columns are then `column_1` ...

    >>> sniff(b"id;name\n1;a,b\n2;c,d\n", whole=True).delimiter
    ';'
    """
    directive = _DIRECTIVE.match(sample)
    body = sample[directive.end() :] if directive else sample
    if directive:
        delimiter = directive[1].decode()
    else:
        delimiter = max(_DELIMITERS, key=lambda d: _evenness(body, d, whole=whole))
    found = scan(body, delimiter, last=whole)
    if not len(found.starts):  # one row, longer than the sample
        found = scan(body, delimiter, last=True)
    if not len(found.starts):
        return Dialect(delimiter, header=False, names=(), skip=0)
    first = _first_row(body, found, delimiter)
    header = not any(_DATA.match(cell.strip()) for cell in first)
    names = [cell.strip() for cell in first] if header else [""] * len(first)
    usual = Counter(found.fields.tolist()).most_common(1)[0][0]
    # One name less than the rows have values: R and pandas leave the row names' column unnamed.
    full = found.fields[(found.fields == usual) & (found.filled == usual)]
    if header and usual == len(names) + 1 and 2 * len(full) > len(found.fields):
        names.insert(0, "")
    row_lines = int(found.lines[1]) if len(found.lines) > 1 else found.used_lines
    skipped = row_lines if header else int(found.lines[0])
    return Dialect(delimiter, header, unique_names(names), skipped + bool(directive))


def _evenness(body: bytes, delimiter: str, *, whole: bool) -> tuple[float, int]:
    fields = scan(body[: 256 << 10], delimiter, last=whole).fields[:1000]
    fields = fields[fields > 0]
    if not len(fields):
        return 0.0, 0
    usual, often = Counter(fields.tolist()).most_common(1)[0]
    if usual == 1:
        return 0.0, 0
    same_as_header = fields[0] == usual
    return round(often / len(fields), 1) + same_as_header, usual


def _first_row(body: bytes, found: Scan, delimiter: str) -> list[str]:
    import csv as plain

    row = body[found.starts[0] : found.ends[0]].decode("utf-8", "replace").replace("\0", "")
    return next(plain.reader([row], delimiter=delimiter), [])


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names made unique: an empty one becomes `column_N`, a repeated one gets `_2`, `_3` ...

    >>> unique_names(["a", "", "a"])
    ('a', 'column_2', 'a_2')
    """
    taken = set(names)
    seen: set[str] = set()
    result = []
    for place, name in enumerate(names, 1):
        final = name or f"column_{place}"
        number = 2
        while final in seen or (final != name and final in taken):
            final, number = f"{name or f'column_{place}'}_{number}", number + 1
        seen.add(final)
        result.append(final)
    return tuple(result)


def read(
    path: Path,
    compression: Compression,
    encoding: str,
    dialect: Dialect,
    *,
    columns: Sequence[str],
    block: int = BLOCK,
) -> Iterator[Rows]:
    """Read the rows of a file, a block at a time; only `columns` are materialised.

    Raises InputError if the file cannot be read on, or one row is over 64 MiB.
    """
    carry, line = b"", 0
    zeros: list[int] = []  # offsets in `data` where zero bytes were taken out
    to_skip = dialect.skip
    stream = with_last(pieces(path, compression, encoding, size=block))
    last = False
    while not last:
        try:
            piece, last = next(stream)
        except OSError as error:
            raise InputError(
                Fault(
                    f"{path}, after line {line}", f"cannot be read on: {error}", "is it complete?"
                )
            ) from error
        if b"\0" in piece:
            places = [m.start() for m in re.finditer(rb"\0", piece)]
            zeros += [len(carry) + place - before for before, place in enumerate(places)]
            piece = piece.replace(b"\0", b"")
        data = carry + piece
        if to_skip and data:
            rest, skipped = _skip_lines(data, to_skip, last=last)
            dropped = len(data) - len(rest)
            zeros = [place - dropped for place in zeros if place >= dropped]
            to_skip -= skipped
            line += skipped
            data = rest
            if to_skip:
                carry = data
                continue
        found = scan(data, dialect.delimiter, last=last)
        if len(found.starts):
            yield _rows(data, found, dialect, columns, first_line=line + 1, zeros=zeros)
        zeros = [place - found.used for place in zeros if place >= found.used]
        carry, line = data[found.used :], line + found.used_lines
        if len(carry) > _LONGEST_ROW:
            raise InputError(
                Fault(f"{path}, line {line + 1}", "a row of more than 64 MiB", "is it a CSV file?")
            )


def _skip_lines(data: bytes, count: int, *, last: bool) -> tuple[bytes, int]:
    """Drop up to `count` physical lines from the front: (what is left, how many were dropped)."""
    place = done = 0
    for match in re.finditer(rb"\r\n|\r|\n", data):
        if match[0] == b"\r" and match.end() == len(data) and not last:
            break
        place, done = match.end(), done + 1
        if done == count:
            return data[place:], done
    return (b"", count) if last else (data[place:], done)


def _rows(
    data: bytes,
    found: Scan,
    dialect: Dialect,
    columns: Sequence[str],
    *,
    first_line: int,
    zeros: list[int],
) -> Rows:
    width = len(dialect.names)
    lines = found.lines + first_line
    rejected: list[BadValue] = []
    text = data[: found.used]
    lost = "holds bytes that are no text in its encoding"
    rejected.extend(_bad(text, found, lines, row, lost) for row in _broken_bytes(text, found))
    keep = found.fields == width
    loose = (found.fields > width) & (found.filled <= width) & (found.filled > 0)
    blank = (found.filled == 0) & (found.fields != 0)
    rejected.extend(
        _bad(text, found, lines, row, f"{_misfit(int(found.fields[row]), width)}: left out")
        for row in np.flatnonzero(~keep & ~loose & ~blank).tolist()
    )
    zero = "holds zero bytes: they were taken out"
    rejected.extend(
        _bad(text, found, lines, row, zero) for row in _rows_at(found, np.array(zeros, np.int64))
    )
    keep = (keep | loose) & ~blank
    payload = _payload(text, found, keep, loose, dialect)
    try:
        payload.decode()
    except UnicodeDecodeError:
        payload = payload.decode("utf-8", "replace").encode()
    table = _parse(payload, dialect, columns)
    if len(table) != int(keep.sum()):
        raise AssertionError("the scan and the parser see different rows")
    arrays = {name: table.column(name) for name in columns}
    return Rows(arrays, lines[keep], tuple(rejected))


def _misfit(fields: int, width: int) -> str:
    return f"{fields} fields where the header has {width}" if fields else "a quote is never closed"


def _broken_bytes(text: bytes, found: Scan) -> list[int]:
    """Rows with bytes that are not UTF-8, or that were lost when the file was decoded."""
    try:
        text.decode()
    except UnicodeDecodeError:
        bad = []
        for row, (start, end) in enumerate(zip(found.starts, found.ends, strict=True)):
            try:
                text[start:end].decode()
            except UnicodeDecodeError:
                bad.append(row)
        return bad
    return _rows_with(text, found, LOST)


def _rows_with(text: bytes, found: Scan, needle: bytes) -> list[int]:
    if needle not in text:
        return []
    return _rows_at(found, np.array([m.start() for m in re.finditer(re.escape(needle), text)]))


def _rows_at(found: Scan, places: npt.NDArray[np.int64]) -> list[int]:
    rows = np.unique(np.searchsorted(found.starts, places[places < found.used], side="right") - 1)
    return [int(row) for row in rows if row >= 0]


def _bad(text: bytes, found: Scan, lines: npt.NDArray[np.int64], row: int, reason: str) -> BadValue:
    raw = text[found.starts[row] : found.ends[row]][: 4 * _SHOWN].decode("utf-8", "replace")
    return BadValue(int(lines[row]), "", raw.rstrip("\r\n")[:_SHOWN], reason)


def _payload(
    text: bytes,
    found: Scan,
    keep: npt.NDArray[np.bool_],
    loose: npt.NDArray[np.bool_],
    dialect: Dialect,
) -> bytes:
    """The kept rows as one text, runs of good rows copied whole."""
    if keep.all() and not loose.any():
        return text[found.starts[0] :] if len(keep) else b""
    kind = np.where(loose, 2, keep.astype(np.int8))
    edges = np.flatnonzero(np.diff(kind)) + 1
    parts: list[bytes] = []
    bounds = [0, *edges.tolist(), len(kind)]
    for a, b in pairwise(bounds):
        if a == b or kind[a] == 0:
            continue
        if kind[a] == 1:
            parts.append(text[found.starts[a] : found.ends[b - 1]])
            continue
        for row in range(a, b):
            line = text[found.starts[row] : found.ends[row]]
            parts.append(_cut(line, dialect, int(found.fields[row])))
    return b"".join(parts)


def _cut(line: bytes, dialect: Dialect, fields: int) -> bytes:
    """A row without the empty fields past the header's last."""
    delimiter = dialect.delimiter.encode()
    extra = fields - len(dialect.names)
    bare = line.rstrip(b"\r\n")
    if bare.endswith(delimiter * extra):
        return bare[:-extra] + b"\n"
    import csv as plain
    import io

    cells = next(plain.reader([bare.decode("utf-8", "replace")], delimiter=dialect.delimiter))
    out = io.StringIO()
    plain.writer(out, delimiter=dialect.delimiter).writerow(cells[: len(dialect.names)])
    return out.getvalue().encode()


def _parse(payload: bytes, dialect: Dialect, columns: Sequence[str]) -> pa.Table:
    schema = pa.schema([(name, pa.string()) for name in columns])
    if not payload.strip():
        return schema.empty_table()
    return csv.read_csv(
        pa.BufferReader(pa.py_buffer(payload)),
        read_options=csv.ReadOptions(
            column_names=list(dialect.names), block_size=len(payload) + 1, use_threads=True
        ),
        parse_options=csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            include_columns=list(columns),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
