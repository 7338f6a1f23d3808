"""What the report reads from the output tables: small answers only, whatever the tables' size.

Each function scans lazily, asks for the columns that it shows, and returns a bounded number of
rows of plain values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from sameas.errors import Fault, OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["KINDS", "STATUSES", "Row", "Tables"]

STATUSES: Final = ("linked", "contested", "shared", "blocked", "unlinked")
KINDS: Final = 20
"""Most kinds of refusal, rejection or change that are shown."""

_NEEDED: Final = {
    "records": ("source", "record_id", "profile_id"),
    "identifiers": ("type", "value", "profile_id", "status", "fanout", "records"),
    "profiles": ("profile_id", "records", "identifiers", "first_seen", "last_seen"),
}
_OPTIONAL: Final = {
    "refused": ("kind", "source", "record_id", "type", "value", "constraint", "profile_id"),
    "rejected": ("file", "line", "source", "record_id", "field", "value", "reason"),
    "changes": ("change", "old_id", "new_id"),
}
_NO_TRAIT: Final = {*_NEEDED["profiles"], "provenance"}

Row = dict[str, object]


class Tables:
    """The Parquet tables of an output folder.

    Raises:
        OutputError: a table that every run writes is missing, cannot be read or lacks a column.
    """

    def __init__(self, out: Path, largest: Mapping[str, pl.DataFrame] | None = None) -> None:
        """Open the tables; nothing but their schemas is read.

        Args:
            out: the folder.
            largest: of the largest profiles, as many as will be asked for and no other, their
                rows; see `sameas.engine.batch.tables.largest`. None: they are looked for.
        """
        self._frames: dict[str, pl.LazyFrame] = {}
        self._largest = {name: frame.lazy() for name, frame in (largest or {}).items()}
        faults: list[Fault] = []
        for name, columns in (_NEEDED | _OPTIONAL).items():
            path = out / f"{name}.parquet"
            if not path.is_file():
                if name in _NEEDED:
                    faults.append(Fault(str(path), "not found", "give a folder of a finished run"))
                continue
            try:
                frame = pl.scan_parquet(path)
                there = frame.collect_schema().names()
            except (OSError, pl.exceptions.PolarsError) as error:
                what = f"cannot be read: {str(error).splitlines()[0]}"
                faults.append(Fault(str(path), what, "run again into a new folder"))
                continue
            absent = [column for column in columns if column not in there]
            if absent:
                what = f"no column {', '.join(absent)}"
                faults.append(Fault(str(path), what, "run again with this version"))
            self._frames[name] = frame
        if faults:
            raise OutputError(faults)

    def profile_sizes(self) -> dict[int, int]:
        """How many profiles have how many records."""
        sizes = self._frames["profiles"].group_by("records").len().collect()
        return dict(sizes.cast(pl.Int64).rows())

    def sources(self, limit: int) -> list[Row]:
        """The sources with the most records, and in how many profiles each is."""
        records = self._frames["records"].group_by("source").agg(records=pl.len())
        return _rows(records.sort("records", "source", descending=[True, False]).head(limit))

    def identifiers(self, status: str, limit: int) -> list[Row]:
        """The identifiers of one status with the greatest fan-out, then the most records."""
        columns = ["type", "value", "profile_id", "fanout", "records"]
        found = self._frames["identifiers"].filter(pl.col("status") == status).select(columns)
        order = ["fanout", "records", "type", "value", "profile_id"]
        down = [True, True, False, False, False]
        return _rows(found.sort(order, descending=down, nulls_last=True).head(limit))

    def largest_profiles(self, limit: int) -> list[Row]:
        """The profiles with the most records; `traits`, `sources`, `identifiers_of` beside each."""
        profiles = self._frames["profiles"]
        names = [name for name in profiles.collect_schema().names() if name not in _NO_TRAIT]
        order = ["records", "identifiers", "profile_id"]
        # Find the ids first: traits of millions of profiles need not be read for ten of them.
        top = self._largest.get("profiles")
        if top is None:
            top = profiles.select(order).sort(order, descending=[True, True, False]).head(limit)
        ids = top.collect(engine="streaming")["profile_id"].to_list()
        chosen = pl.col("profile_id").is_in(ids)
        times = [pl.col(name).cast(pl.Int64, strict=False) for name in ("first_seen", "last_seen")]
        found = _rows(
            profiles.filter(chosen).select(
                *order, *times, *(pl.col(n).cast(pl.String) for n in names)
            )
        )
        found.sort(key=lambda row: ids.index(row["profile_id"]))
        sources = (
            (self._frames | self._largest)["records"]
            .filter(chosen)
            .group_by("profile_id", "source")
            .agg(records=pl.len())
            .sort("records", "source", descending=[True, False])
        )
        identifiers = (
            (self._frames | self._largest)["identifiers"]
            .filter(chosen)
            .sort("records", "value", descending=[True, False])
            .group_by("profile_id", "type", maintain_order=True)
            .agg(number=pl.len(), values=pl.col("value").head(3))
            .sort("type")
        )
        own: dict[object, dict[str, list[Row]]] = {i: {"sources": [], "types": []} for i in ids}
        for kind, table in (("sources", sources), ("types", identifiers)):
            for row in _rows(table):
                own[row["profile_id"]][kind].append(row)
        return [
            {
                **{name: row[name] for name in _NEEDED["profiles"]},
                "traits": [(name, row[name]) for name in names if row[name] is not None],
                "sources": own[row["profile_id"]]["sources"],
                "types": own[row["profile_id"]]["types"],
            }
            for row in found
        ]

    def refused(self, limit: int) -> dict[str, list[Row]]:
        """Some refused links of each constraint, at most `limit` of each."""
        return self._some("refused", "constraint", limit)

    def rejected(self, limit: int) -> dict[str, list[Row]]:
        """Some rejected values of each reason, at most `limit` of each."""
        return self._some("rejected", "reason", limit)

    def changes(self, limit: int) -> dict[str, list[Row]]:
        """Some changes of each kind, at most `limit` of each."""
        return self._some("changes", "change", limit)

    def _some(self, table: str, by: str, limit: int) -> dict[str, list[Row]]:
        frame = self._frames.get(table)
        if frame is None:
            return {}
        # One column is read whole. Of the others only what lies around the first of each kind:
        # the rows of most kinds stand together.
        kinds = frame.select(pl.col(by).cast(pl.String)).with_row_index("row")
        spans = (
            kinds.drop_nulls(by)
            .group_by(by)
            .agg(first=pl.col("row").min(), last=pl.col("row").bottom_k(limit).max())
            .sort(by)
            .head(KINDS)
        )
        return {
            str(kind): _rows(frame.slice(first, last - first + 1).filter(pl.col(by) == kind))
            for kind, first, last in spans.collect(engine="streaming").iter_rows()
        }


def _rows(frame: pl.LazyFrame) -> list[Row]:
    rows: list[Row] = frame.collect(engine="streaming").to_dicts()
    return rows
