"""From paths and tables to batches: all that is wrong with any input is said before any work.

`inspect` opens every file, finds how it is written and what its columns are, and raises one
`InputError` with every fault of every file. What comes out reads in bounded memory, any number of
times, always the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from sameas.engine.read import csvs
from sameas.engine.read.arrow import copied, flatten, joined
from sameas.engine.read.batch import BadValue, RawBatch, Rows, build
from sameas.engine.read.detect import SAMPLE_ROWS, SINGLE_ROLES, detect, missing_columns
from sameas.engine.read.opening import (
    Format,
    Opened,
    Reader,
    open_file,
    reason_of,
    stem,
    table_rows,
)
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sameas.engine.policy.model import Policy
    from sameas.engine.read.mapping import Mapping
    from sameas.engine.read.text import Compression

__all__ = ["Format", "InputFile", "from_table", "inspect"]

BATCH_ROWS = 131_072


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file (or a table) that can be read, and what its columns are."""

    path: Path
    name: str
    """The file's name; of a table, the name it was given."""
    format: Format
    compression: Compression
    encoding: str
    """Of text; empty for Parquet and tables."""
    delimiter: str
    """Of CSV; empty for the others."""
    header: bool
    """False: a CSV file whose first row is data, so that columns are `column_1` ..."""
    default_source: str
    mapping: Mapping
    rows: int | None
    """None: not known before the file is read."""
    _reader: Reader = field(repr=False, compare=False)

    def batches(self, *, size: int = BATCH_ROWS) -> Iterator[RawBatch]:
        """Read from the beginning, at most `size` rows a batch, in the file's order.

        The rejected rows of a block come with its first batch, so that a batch may have no rows
        and still something to report. Raises InputError if the file turns out to end early.
        """
        if size < 1:
            raise ValueError(f"size is {size}, but a batch has at least one row")
        ignored = frozenset(r.column for r in self.mapping if r.role == "ignore")
        columns = [r.column for r in self.mapping if r.role != "ignore"]
        for rows in self._reader(columns, ignored=ignored, size=size):
            if not (len(rows) or rows.rejected):
                continue
            for piece in _slices(rows, size):
                yield build(piece, self.mapping, source=self.default_source)


def _slices(rows: Rows, size: int) -> Iterator[Rows]:
    if len(rows) <= size:
        yield rows
        return
    for start in range(0, len(rows), size):
        yield Rows(
            {name: copied(array, start, size) for name, array in rows.columns.items()},
            rows.lines[start : start + size],
            rows.rejected if start == 0 else (),
        )


def inspect(paths: Sequence[Path], policy: Policy, *, now: int) -> list[InputFile]:
    """Open every file and map its columns, in the order of `paths`.

    Args:
        paths: CSV, Parquet or JSON lines, plain or packed with gzip, zstd or bzip2; the content
            decides what a file is, its name does not.
        policy: its columns win over detection; only its identifier types are detected.
        now: the start of the run in microseconds since the epoch (kept for times without a date;
            a row that has no event time gets a null here and its time from the caller).

    Raises:
        InputError: with all faults of all files: missing, a folder, of no known format, empty,
            without rows, or a column that the policy names is not there.
    """
    del now  # nothing that is read here depends on the moment of reading
    faults: list[Fault] = []
    opened: list[Opened] = []
    for path in map(Path, paths):
        try:
            opened.append(open_file(path))
        except InputError as error:
            faults.extend(error.faults)
        except (OSError, pa.ArrowException, EOFError) as error:
            faults.append(
                Fault(str(path), f"cannot be read: {reason_of(error)}", "is it complete?")
            )
    if not paths:
        faults.append(Fault("", "no input", "name at least one file"))
    if not faults and all(file.complete for file in opened):
        # The common table speaks of all files: a column is missed if none of them has it.
        everywhere = sorted({name for file in opened for name in file.names})
        faults.extend(missing_columns("policy", policy.columns, everywhere))
    for file in opened:
        if file.complete:
            wanted = policy.file_columns.get(file.path.name, {})
            faults.extend(missing_columns(str(file.path), wanted, file.names))
    files: list[InputFile] = []
    for file in opened:
        try:
            files.append(_map(file, policy))
        except InputError as error:
            faults.extend(error.faults)
        except (OSError, pa.ArrowException) as error:
            faults.append(
                Fault(str(file.path), f"cannot be read: {reason_of(error)}", "is it complete?")
            )
    if faults:
        raise InputError(faults)
    return files


def _map(file: Opened, policy: Policy) -> InputFile:
    names = file.names
    if not file.complete:  # a key that JSON may yet bring
        wanted = {**policy.columns, **policy.file_columns.get(file.path.name, {})}
        names = (*names, *(name for name in wanted if name not in names))
    sample, first_bad = _sample(file, names)
    if not len(sample):
        if first_bad is None:
            raise InputError(Fault(str(file.path), "has no rows but a header"))
        where = f"{file.path}, line {first_bad.line}"
        raise InputError(Fault(where, f"no row can be read: {first_bad.reason}", "see the header"))
    mapping = detect(sample, policy, file_name=file.path.name)
    _check_single(file.path.name, mapping)
    return InputFile(
        path=file.path,
        name=file.path.name,
        format=file.format,
        compression=file.compression,
        encoding=file.encoding,
        delimiter=file.delimiter,
        header=file.header,
        default_source=stem(file.path.name),
        mapping=mapping,
        rows=file.rows,
        _reader=file.reader,
    )


def _sample(file: Opened, names: Sequence[str]) -> tuple[pa.Table, BadValue | None]:
    """The first rows, and the first thing that was wrong."""
    parts: list[pa.Table] = []
    count, bad = 0, None
    for rows in file.reader(names, ignored=frozenset(), size=SAMPLE_ROWS):
        bad = bad or next(iter(rows.rejected), None)
        if len(rows):
            table = pa.table({name: rows.columns[name] for name in names})
            parts.append(table.slice(0, SAMPLE_ROWS))
            count += len(parts[-1])
        if count >= SAMPLE_ROWS:
            break
    if not parts:
        return pa.table({name: pa.nulls(0, pa.string()) for name in names}), bad
    return (parts[0] if len(parts) == 1 else pa.concat_tables(_alike(parts))), bad


def _alike(parts: list[pa.Table]) -> list[pa.Table]:
    """Tables of one schema: a JSON key may hold lists in one block and text in the next."""
    if all(part.schema == parts[0].schema for part in parts):
        return parts
    return [pa.table({n: joined(part.column(n)) for n in part.column_names}) for part in parts]


def _check_single(name: str, mapping: Mapping) -> None:
    counts = Counter(role.role for role in mapping)
    faults = []
    for single in SINGLE_ROLES:
        if counts[single] > 1:
            columns = ", ".join(r.column for r in mapping.with_role(single))
            what = f"the policy makes several columns the {single}: {columns}"
            faults.append(Fault(name, what, "keep one, and make the others traits or ignore them"))
    for role, count in counts.items():
        if role.startswith("trait:") and count > 1:
            columns = ", ".join(r.column for r in mapping if r.role == role)
            what = f"the policy gives several columns one name, {role}: {columns}"
            faults.append(Fault(name, what, "give each a name of its own"))
    if faults:
        raise InputError(faults)


def from_table(table: object, name: str, policy: Policy, *, now: int) -> InputFile:
    """The same from a table in memory, under a name that takes the place of the file's.

    Args:
        table: Arrow, Polars or pandas: whatever gives `__arrow_c_stream__`.
        name: the source of rows that name none.
        policy: as for `inspect`.
        now: as for `inspect`.

    Raises:
        InputError: not a table, no columns, no rows, or a column that the policy names is missing.
    """
    del now
    try:
        data = table if isinstance(table, pa.Table) else pa.table(table)
    except (TypeError, ValueError, pa.ArrowException) as error:
        remedy = "give an Arrow, Polars or pandas table whose columns have one type each"
        raise InputError(Fault(name, f"is no table: {reason_of(error)}", remedy)) from error
    data = data.drop_columns([n for n in data.column_names if n.startswith("__index_level_")])
    names = csvs.unique_names(flatten(data.schema.empty_table()).column_names)
    if not names:
        raise InputError(Fault(name, "has no columns"))

    def reader(columns: Sequence[str], *, ignored: frozenset[str], size: int) -> Iterator[Rows]:
        del ignored
        for start in range(0, len(data), size):
            yield table_rows(data.slice(start, size), set(columns), first_line=start + 1)

    opened = Opened(
        Path(name),
        "table",
        "",
        "",
        "",
        header=True,
        names=names,
        complete=True,
        rows=len(data),
        reader=reader,
    )
    wanted = {**policy.columns, **policy.file_columns.get(name, {})}
    faults = missing_columns(name, wanted, names)
    if faults:
        raise InputError(faults)
    return replace(_map(opened, policy), name=name, default_source=name)
