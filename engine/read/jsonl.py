"""JSON, one object a line: nested objects become `outer.inner` columns, whatever their types.

A line that is no JSON object is reported and left out. Types may differ from line to line; numbers
read as written by a column of integers or floats (`7.0` is `7`), null and NaN are no value. The
columns are those of the file's head and of the policy; the first line with another key says so.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sameas.engine.read.batch import BadValue, Rows
from sameas.engine.read.text import BLOCK, LOST, Compression, pieces, with_last
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["HEAD_LINES", "keys", "read"]

HEAD_LINES = 20_000
"""Lines whose keys make the columns."""
_LONGEST_LINE = 64 << 20
_SHOWN = 200
_Value = str | list[str] | None


def keys(sample: bytes, *, whole: bool) -> tuple[tuple[str, ...], int, bool]:
    """The columns of the first lines, how many lines were objects, and if these are all lines."""
    found: dict[str, None] = {}
    good = 0
    lines = sample.split(b"\n")
    for line in (lines if whole else lines[:-1])[:HEAD_LINES]:
        row = _object(line)
        if isinstance(row, dict):
            good += 1
            found.update(dict.fromkeys(row))
    return tuple(found), good, whole and len(lines) <= HEAD_LINES


def read(
    path: Path,
    compression: Compression,
    encoding: str,
    *,
    columns: Sequence[str],
    ignored: frozenset[str] = frozenset(),
    block: int = BLOCK,
) -> Iterator[Rows]:
    """Read the rows of a file, a block at a time. Memory: a few blocks.

    Raises InputError if the file cannot be read on, or one line is over 64 MiB.
    """
    carry, line = b"", 0
    reported = set(ignored).union(columns)
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
        data = carry + piece
        lines = data.split(b"\n")
        carry = b"" if last else lines.pop()
        if len(carry) > _LONGEST_LINE:
            raise InputError(
                Fault(f"{path}, line {line + 1}", "a line of more than 64 MiB", "one object a line")
            )
        if lines:
            yield _rows(lines, columns, reported, first_line=line + 1)
        line += len(lines)


def _rows(
    lines: list[bytes], columns: Sequence[str], reported: set[str], *, first_line: int
) -> Rows:
    cells: dict[str, list[_Value]] = {name: [] for name in columns}
    kept: list[int] = []
    rejected: list[BadValue] = []
    for number, raw in enumerate(lines, first_line):
        row = _object(raw)
        if row is None:
            continue
        if isinstance(row, str):
            text = raw[: 4 * _SHOWN].decode("utf-8", "replace").strip()[:_SHOWN]
            rejected.append(BadValue(number, "", text, f"{row}: the line is left out"))
            continue
        if LOST in raw:
            text = raw[: 4 * _SHOWN].decode("utf-8", "replace").strip()[:_SHOWN]
            reason = "holds bytes that are no text in its encoding"
            rejected.append(BadValue(number, "", text, reason))
        kept.append(number)
        for name, column in cells.items():
            column.append(row.get(name))
        for name in row.keys() - reported:
            reported.add(name)
            reason = f"a key that the first {HEAD_LINES:,} lines have not: not read"
            rejected.append(
                BadValue(number, name, _shown(row[name]), f"{reason}; name it in [columns]")
            )
    arrays = {name: _array(column) for name, column in cells.items()}
    return Rows(arrays, np.array(kept, np.int64), tuple(rejected))


def _shown(value: _Value) -> str:
    return ("; ".join(value) if isinstance(value, list) else value or "")[:_SHOWN]


def _array(column: list[_Value]) -> pa.Array:
    if any(isinstance(value, list) for value in column):
        lists = [[v] if isinstance(v, str) else v for v in column]
        return pa.array(lists, pa.list_(pa.string()))
    return pa.array(column, pa.string())


def _object(raw: bytes) -> dict[str, _Value] | str | None:
    """One line as a flat row, the reason why it is none, or None for an empty line."""
    if not raw.strip():
        return None
    try:
        value = json.loads(raw.decode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        return f"no JSON ({error.msg.lower()} at character {error.colno})"
    except RecursionError:
        return "no JSON that can be read (nested too deeply)"
    except ValueError as error:  # an integer of more digits than Python converts
        return f"no JSON that can be read ({error})"
    if not isinstance(value, dict):
        return "JSON, but no object"
    flat: dict[str, _Value] = {}
    _flatten(value, "", flat)
    return flat


def _flatten(value: dict[str, object], prefix: str, into: dict[str, _Value]) -> None:
    for key, inner in value.items():
        name = _clean(f"{prefix}{key}")
        if isinstance(inner, dict):
            _flatten(inner, f"{name}.", into)
        elif isinstance(inner, list):
            into[name] = [text for v in inner if (text := _scalar(v)) is not None]
        else:
            into[name] = _scalar(inner)


def _scalar(value: object) -> str | None:
    if isinstance(value, str):
        return _clean(value) or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, (dict, list)):
        return _clean(json.dumps(value, ensure_ascii=False))
    return str(value)


def _clean(text: str) -> str:
    """Without zero characters and halves of surrogate pairs, which no UTF-8 can hold."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "")
