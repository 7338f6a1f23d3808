"""Reading the truth: which record is which person, one row a record, or a clear error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["read_truth"]

NAMES: Final = {
    "record_id": ("recordid", "recid", "rid", "record", "id"),
    "cluster_id": (
        "clusterid",
        "cluster",
        "personid",
        "person",
        "entityid",
        "entity",
        "truth",
        "label",
    ),
    "source": ("source", "sourcename", "datasource", "dataset"),
}
"""Column names, folded, that are understood, the best first."""

_READERS: Final[dict[str, Callable[[Path], pl.DataFrame]]] = {
    ".csv": lambda path: pl.read_csv(path, infer_schema=False),
    ".tsv": lambda path: pl.read_csv(path, infer_schema=False, separator="\t"),
    ".parquet": pl.read_parquet,
    ".jsonl": lambda path: pl.read_ndjson(path, infer_schema_length=None),
    ".ndjson": lambda path: pl.read_ndjson(path, infer_schema_length=None),
}


def read_truth(path: Path) -> pl.DataFrame:
    """Read `record_id`, `cluster_id` and, if there, `source`, all strings.

    CSV, TSV, JSON lines (each also gzipped) and Parquet. Other usual names of the columns, such
    as `id` and `entity_id`, are understood.

    Raises:
        InputError: the file cannot be read, is empty, lacks a column, has a row without a record
            or cluster, or names a record twice.
    """
    where = str(path)
    frame = _read(path)
    folded = {_fold(name): name for name in reversed(frame.columns)}
    chosen = {
        role: next((folded[name] for name in names if name in folded), None)
        for role, names in NAMES.items()
    }
    faults = [
        Fault(
            where,
            f"no column {role!r} among {', '.join(map(repr, frame.columns)) or 'none'}",
            f"name it {role}",
        )
        for role in ("record_id", "cluster_id")
        if chosen[role] is None
    ]
    if not faults and not frame.height:
        faults.append(Fault(where, "no rows", "one row a record: record_id, cluster_id"))
    if faults:
        raise InputError(faults)
    truth = frame.select(
        pl.col(name).cast(pl.String).alias(role) for role, name in chosen.items() if name
    )
    _check_rows(truth, where)
    return truth


def _read(path: Path) -> pl.DataFrame:
    where = str(path)
    kind = next((s for s in reversed(path.suffixes) if s not in {".gz", ".zst"}), "").lower()
    if kind not in _READERS:
        what = f"format {kind or 'without a suffix'!r} is not known"
        raise InputError(Fault(where, what, f"use one of {', '.join(_READERS)}"))
    try:
        return _READERS[kind](path)
    except pl.exceptions.NoDataError:
        return pl.DataFrame()
    except FileNotFoundError:
        raise InputError(Fault(where, "not found", "check the path")) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(Fault(where, f"cannot be read: {reason}", "check the file")) from error


def _check_rows(truth: pl.DataFrame, where: str) -> None:
    faults = []
    for role in truth.columns:
        empty = truth.select((pl.col(role).is_null() | (pl.col(role) == "")).sum()).item()
        if empty:
            what = f"{empty} of {truth.height} rows without {role}"
            faults.append(Fault(where, what, "drop the rows whose truth is not known"))
    key = [role for role in ("source", "record_id") if role in truth.columns]
    # Counting distinct keys takes a quarter of the time of marking the repeated ones.
    if not faults and truth.n_unique(key) < truth.height:
        distinct = truth.filter(pl.struct(key).is_duplicated()).select(key).unique().sort(key)
        shown = ", ".join("/".join(row) for row in distinct.head(3).rows())
        what = f"{distinct.height} records are named more than once: {shown}"
        remedy = "one row a record" + ("" if "source" in key else ", or add a source column")
        faults.append(Fault(where, what, remedy))
    if faults:
        raise InputError(faults)


def _fold(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
