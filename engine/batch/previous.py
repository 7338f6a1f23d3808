"""An earlier output: its ledger, and for `--append` its live records as raw rows again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from sameas.engine.batch.collect import Earlier
from sameas.engine.batch.output import MANIFEST
from sameas.engine.batch.tables import FORMAT_VERSION
from sameas.engine.ids.advance import IDS, LEDGER, Ledger
from sameas.engine.read import IdentifierColumn, RawBatch
from sameas.errors import Fault, OutputError
from sameas.graph.model import Identifier, Judgement, RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ID_KEY", "Previous"]

ID_KEY = b"sameas.id_key"
"""Where `ledger.parquet` keeps the key of profile ids, in its schema's metadata."""

_FIXED = frozenset(
    (
        *("source", "record_id", "profile_id", "kind", "event_time", "first_seen", "last_seen"),
        *("count", "arrival", "trait_times"),
    )
)

_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class Previous:
    """The output of an earlier run."""

    path: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Previous:
        """Check that a folder is an output of this format.

        Raises:
            OutputError: it is not, or something is missing.
        """
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise OutputError(
                Fault(str(path), "is not an output of sameas resolve", f"it has no {MANIFEST}")
            ) from None
        except (OSError, ValueError) as error:
            raise OutputError(Fault(f"{path / MANIFEST}", f"cannot be read: {error}")) from None
        if manifest.get("format_version") != FORMAT_VERSION:
            raise OutputError(
                Fault(
                    str(path),
                    f"has format version {manifest.get('format_version')!r}",
                    f"this sameas reads version {FORMAT_VERSION}: resolve the input anew",
                )
            )
        wanted = ("records", "edges", "rejected", "judgements", "ledger", "ids")
        faults = [
            Fault(str(path / f"{name}.parquet"), "is missing", "resolve the input anew")
            for name in wanted
            if not (path / f"{name}.parquet").is_file()
        ]
        if faults:
            raise OutputError(faults)
        return cls(path, manifest)

    def ledger(self) -> Ledger:
        """Arrivals, issued ids and the profile of every live record."""
        file = pq.ParquetFile(self.path / "ledger.parquet")
        id_key = bytes.fromhex((file.schema_arrow.metadata or {})[ID_KEY].decode())
        keys = pl.read_parquet(self.path / "ledger.parquet").with_columns(
            pl.col("withdrawn_at").dt.timestamp("us")
        )
        ids = pl.read_parquet(self.path / "ids.parquet")
        profiles = pl.read_parquet(
            self.path / "records.parquet", columns=["source", "record_id", "profile_id"]
        )
        return Ledger(id_key, keys.cast(LEDGER), ids.cast(IDS), profiles.cast(pl.String))

    def judgements(self) -> list[Judgement]:
        """The live judgements."""
        rows = pl.read_parquet(self.path / "judgements.parquet").to_dicts()

        def side(refs: list[str]) -> frozenset[RecordKey | Identifier]:
            return frozenset(
                Identifier.parse(ref) if ":" in ref else RecordKey.parse(ref) for ref in refs
            )

        return [
            Judgement(
                row["judgement"],
                row["kind"],
                side(row["left"]),
                side(row["right"]),
                int(row["time"].timestamp() * 1_000_000),
                row["author"],
                row["reason"],
            )
            for row in rows
        ]

    def messages(self) -> Iterator[tuple[pa.DictionaryArray, pa.StringArray, np.ndarray[Any, Any]]]:
        """Source, id and time of every message ever heard."""
        path = self.path / "messages.parquet"
        if path.is_file():  # no row had an id, or a version that did not keep them wrote this
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(_ROWS):
                    times = batch["event_time"].cast(pa.int64()).to_numpy()
                    yield batch["source"], pa.concat_arrays([batch["message_id"]]), times

    def batches(self) -> Iterator[tuple[RawBatch, Earlier]]:
        """Every live record and every withdrawal as raw rows, as if their sources sent them again.

        Records known by identifiers or content come without their id: it is made anew.
        """
        records = pl.scan_parquet(self.path / "records.parquet")
        links = pl.scan_parquet(self.path / "edges.parquet").filter(pl.col("kind") == "link")
        links = links.select(
            pl.col("source", "record_id").cast(pl.String),
            pl.col("type").cast(pl.String),
            pl.coalesce("raw", pl.concat_list("value")).alias("value"),
        ).explode("value")
        rejected = pl.read_parquet(self.path / "rejected.parquet").cast(
            dict.fromkeys(("source", "type", "field", "file", "reason"), pl.String)
        )
        rejected = rejected.filter(pl.col("type").is_not_null())
        all_links = links.collect()
        frame = records.collect()
        for start in range(0, len(frame), _ROWS):
            yield _rows(frame.slice(start, _ROWS), all_links, rejected)
        withdrawn = pl.read_parquet(self.path / "ledger.parquet").filter(
            pl.col("withdrawn_at").is_not_null()
        )
        if len(withdrawn):
            yield _withdrawals(withdrawn)


def _micros(column: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    return column.dt.timestamp("us").to_numpy()


def _strings(column: pl.Series) -> pa.StringArray:
    array = column.cast(pl.String).to_arrow().cast(pa.string())
    return pa.concat_arrays([array])


def _rows(
    frame: pl.DataFrame, links: pl.DataFrame, rejected: pl.DataFrame
) -> tuple[RawBatch, Earlier]:
    n = len(frame)
    keys = frame.select(pl.col("source", "record_id").cast(pl.String)).with_row_index("row")
    named = frame["kind"].cast(pl.String) == "record"
    mine = keys.join(links, on=["source", "record_id"], how="inner")
    columns: list[IdentifierColumn] = []
    for (kind,), rows in mine.group_by("type", maintain_order=True):
        columns.append(
            IdentifierColumn(
                str(kind), str(kind), _strings(rows["value"]), rows["row"].cast(pl.Int64).to_numpy()
            )
        )
    origin: dict[int, tuple[str, list[int]]] = {}
    bad = keys.join(rejected, on=["source", "record_id"], how="inner")
    for (kind, name, file), rows in bad.group_by("type", "field", "file", maintain_order=True):
        origin[len(columns)] = (str(file), rows["line"].to_list())
        columns.append(
            IdentifierColumn(
                str(kind), str(name), _strings(rows["value"]), rows["row"].cast(pl.Int64).to_numpy()
            )
        )
    traits = {name: _strings(frame[name]) for name in frame.columns if name not in _FIXED}
    batch = RawBatch(
        _strings(frame["source"]),
        _strings(pl.select(pl.when(named).then(frame["record_id"]))["record_id"]),
        pa.array(_micros(frame["event_time"])),
        pa.array(_micros(frame["first_seen"])),
        None,
        None,
        tuple(columns),
        traits,
        np.arange(1, n + 1, dtype=np.int64),
    )
    times: dict[str, pa.Int64Array] = {}
    if "trait_times" in frame.columns:
        said = frame.select("trait_times").with_row_index("row").explode("trait_times").drop_nulls()
        said = said.unnest("trait_times")
        for (trait,), rows in said.group_by("trait", maintain_order=True):
            column: list[int | None] = [None] * n
            for row, time in zip(rows["row"], _micros(rows["time"]).tolist(), strict=True):
                column[row] = time
            times[str(trait)] = pa.array(column, pa.int64())
    return batch, Earlier(_micros(frame["last_seen"]), frame["count"].to_numpy(), times, origin)


def _withdrawals(frame: pl.DataFrame) -> tuple[RawBatch, Earlier]:
    n = len(frame)
    times = _micros(frame["withdrawn_at"])
    batch = RawBatch(
        _strings(frame["source"]),
        _strings(frame["record_id"]),
        pa.array(times),
        None,
        None,
        np.ones(n, dtype=bool),
        (),
        {},
        np.arange(1, n + 1, dtype=np.int64),
    )
    return batch, Earlier(times, np.ones(n, dtype=np.int64), {})
