"""How a file is written, found from its content alone; its name decides nothing but the source.

What cannot be read is refused here, with what it is and what to do about it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sameas.engine.read import csvs, jsonl
from sameas.engine.read.arrow import flatten, solid
from sameas.engine.read.batch import Rows
from sameas.engine.read.detect import SAMPLE_ROWS
from sameas.engine.read.text import BLOCK, Compression, compression_of, decoded, encoding_of, head
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Format", "Opened", "Reader", "open_file", "reason_of", "stem", "table_rows"]

Format = Literal["csv", "parquet", "jsonl", "table"]
_SAMPLE_BYTES = 1 << 20
_SUFFIXES = frozenset(
    [
        ".gz",
        ".gzip",
        ".zst",
        ".zstd",
        ".bz2",
        ".csv",
        ".tsv",
        ".tab",
        ".psv",
        ".txt",
        ".json",
        ".jsonl",
        ".ndjson",
        ".parquet",
        ".pq",
        ".parq",
    ]
)
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
    (b"%PDF", "a PDF document", "export the data as CSV or Parquet"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"ARROW1", "an Arrow IPC file", "write it as Parquet"),
    (b"ORC", "an ORC file", "write it as Parquet"),
    (b"Obj\x01", "an Avro file", "write it as Parquet"),
    (b"\xfd7zXZ", "packed with xz", "unpack it, or pack it with gzip or zstd"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
)


class Reader(Protocol):
    """Rows of a source from its beginning; `columns` are the only ones needed."""

    def __call__(
        self, columns: Sequence[str], *, ignored: frozenset[str], size: int
    ) -> Iterator[Rows]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose writing is known, and whose columns are not yet sorted into roles."""

    path: Path
    format: Format
    compression: Compression
    encoding: str
    delimiter: str
    header: bool
    names: tuple[str, ...]
    complete: bool
    """False: there may be columns that were not seen (JSON)."""
    rows: int | None
    reader: Reader


def reason_of(error: BaseException) -> str:
    """An error of the system or of Arrow in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).strip().partition("\n")[0] or type(error).__name__


def stem(name: str) -> str:
    """A file's name without the endings of formats and packers."""
    path = Path(name)
    while path.suffix.lower() in _SUFFIXES and path.stem:
        path = Path(path.stem)
    return path.name


def open_file(path: Path) -> Opened:
    """Find how a file is written. Raises InputError, OSError, or an error of Arrow."""
    if not path.exists():
        near = (
            sorted(p.name for p in path.parent.glob("*") if p.is_file())
            if path.parent.is_dir()
            else []
        )
        shown = f"the folder has {', '.join(near[:5])}" if near else "check the path"
        raise InputError(Fault(str(path), "no such file", shown))
    if path.is_dir():
        raise InputError(
            Fault(str(path), "is a folder", f"name its files, such as {path}/*.parquet")
        )
    with path.open("rb") as file:
        first = file.read(16)
    if not first:
        raise InputError(Fault(str(path), "is empty"))
    if first.startswith(b"PAR1"):
        return _open_parquet(path)
    _refuse_foreign(path, first)
    if path.suffix.lower() == ".parquet":
        raise InputError(Fault(str(path), "is no Parquet file", "is it complete?"))
    compression = compression_of(path)
    sample, whole = head(path, compression, _SAMPLE_BYTES)
    if compression and sample.startswith(b"PAR1"):
        what, remedy = f"Parquet inside {compression}", "unpack it: Parquet packs its own columns"
        raise InputError(Fault(str(path), what, remedy))
    _refuse_foreign(path, sample)
    encoding = encoding_of(sample, whole=whole)
    text = decoded(sample, encoding, whole=whole)
    if not text.strip():
        raise InputError(Fault(str(path), "is empty"))
    if _binary(text):
        remedy = "CSV, Parquet and JSON lines are understood"
        raise InputError(Fault(str(path), "is no text and of no known format", remedy))
    start = text.lstrip()[:1]
    if start == b"{":
        return _open_json(path, compression, encoding, text, whole=whole)
    if start == b"[" and text.lstrip()[1:].lstrip()[:1] in {b"{", b"]"}:
        remedy = f"one object a line: jq -c '.[]' {path.name} > {stem(path.name)}.jsonl"
        raise InputError(Fault(str(path), "is one JSON array", remedy))
    return _open_csv(path, compression, encoding, text, whole=whole)


def _refuse_foreign(path: Path, first: bytes) -> None:
    for magic, what, remedy in _FOREIGN:
        if first.startswith(magic):
            raise InputError(Fault(str(path), f"is {what}", remedy))


def _binary(text: bytes) -> bool:
    """More control characters than any text has."""
    sample = text[: 64 << 10]
    control = sum(sample.count(c) for c in range(32) if c not in b"\t\n\r\0\f\v\x1b")
    return control > len(sample) // 50 or sample.count(0) > len(sample) // 4


def _open_csv(
    path: Path, compression: Compression, encoding: str, text: bytes, *, whole: bool
) -> Opened:
    dialect = csvs.sniff(text, whole=whole)
    rows = None

    def reader(columns: Sequence[str], *, ignored: frozenset[str], size: int) -> Iterator[Rows]:
        del ignored
        block = _SAMPLE_BYTES if size <= SAMPLE_ROWS else BLOCK
        return csvs.read(path, compression, encoding, dialect, columns=columns, block=block)

    return Opened(
        path,
        "csv",
        compression,
        encoding.removesuffix("-sig"),
        dialect.delimiter,
        dialect.header,
        dialect.names,
        complete=True,
        rows=rows,
        reader=reader,
    )


def _open_json(
    path: Path, compression: Compression, encoding: str, text: bytes, *, whole: bool
) -> Opened:
    names, good, complete = jsonl.keys(text, whole=whole)
    if not good:
        remedy = f"one object a line: jq -c . {path.name} > {stem(path.name)}.jsonl"
        raise InputError(
            Fault(str(path), "looks like JSON, but no line of it is an object", remedy)
        )

    def reader(columns: Sequence[str], *, ignored: frozenset[str], size: int) -> Iterator[Rows]:
        block = _SAMPLE_BYTES if size <= SAMPLE_ROWS else BLOCK
        return jsonl.read(
            path, compression, encoding, columns=columns, ignored=ignored, block=block
        )

    return Opened(
        path,
        "jsonl",
        compression,
        encoding.removesuffix("-sig"),
        "",
        header=True,
        names=names,
        complete=complete,
        rows=None,
        reader=reader,
    )


def _open_parquet(path: Path) -> Opened:
    with parquet.ParquetFile(path) as file:
        metadata, schema = file.metadata, file.schema_arrow
    rows = metadata.num_rows
    if not len(schema):
        raise InputError(Fault(str(path), "has no columns"))
    leaves = flatten(schema.empty_table())
    names = csvs.unique_names(leaves.column_names)
    tops = csvs.unique_names(list(schema.names))
    unique = len(set(schema.names)) == len(schema.names)
    few = _few_words(metadata, schema) if unique else []

    def reader(columns: Sequence[str], *, ignored: frozenset[str], size: int) -> Iterator[Rows]:
        del ignored
        wanted = set(columns)
        needed = [t for t in tops if any(c == t or c.startswith(f"{t}.") for c in wanted)]
        line = 1
        with parquet.ParquetFile(path, pre_buffer=False, read_dictionary=few) as opened:
            batches = opened.iter_batches(size, columns=needed if unique and needed else None)
            for batch in batches:
                yield table_rows(pa.Table.from_batches([batch]), wanted, first_line=line)
                line += len(batch)

    return Opened(
        path,
        "parquet",
        "",
        "",
        "",
        header=True,
        names=names,
        complete=True,
        rows=rows,
        reader=reader,
    )


def _few_words(metadata: parquet.FileMetaData, schema: pa.Schema) -> list[str]:
    """The columns of text that a file keeps as a dictionary: so they are read too.

    Plain text takes four bytes a value and more, a place in a dictionary two and fewer.
    """
    sizes = Counter[str]()
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for leaf in map(group.column, range(group.num_columns)):
            sizes[leaf.path_in_schema] += leaf.total_uncompressed_size
    return [
        field.name
        for field in schema
        if pa.types.is_string(field.type) and sizes[field.name] <= 2 * metadata.num_rows
    ]


def table_rows(table: pa.Table, wanted: set[str], *, first_line: int) -> Rows:
    """A piece of a table, flattened; only the wanted columns."""
    table = flatten(table)
    names = csvs.unique_names(table.column_names)
    columns = {
        name: solid(table.column(place)) for place, name in enumerate(names) if name in wanted
    }
    return Rows(columns, np.arange(first_line, first_line + len(table), dtype=np.int64))
