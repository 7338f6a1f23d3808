"""What a run gives back: its tables, its manifest, and ways to look into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from sameas.errors import Fault, InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import networkx as nx
    import pyarrow as pa

__all__ = ["TABLES", "Result"]

TABLES = (
    "records",
    "identifiers",
    "profiles",
    "edges",
    "refused",
    "rejected",
    "judgements",
    "changes",
    "ledger",
    "ids",
    "messages",
)
_MESSAGES: dict[str, pl.DataType | type[pl.DataType]] = {
    "source": pl.String,
    "message_id": pl.String,
    "event_time": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, repr=False)
class Result:
    """A resolved set of records.

    Every table of docs/output.md is an attribute, a `polars.DataFrame`: `result.records`,
    `result.identifiers`, `result.profiles`, `result.edges`, `result.refused`, `result.rejected`,
    `result.judgements`, `result.changes`, `result.ledger`, `result.ids`,
    `result.messages`.
    """

    manifest: dict[str, Any]
    """Counts, mappings, timings and versions of the run."""
    out: Path | None = None
    """The output folder; None: the tables are in memory."""
    _tables: Mapping[str, pa.Table] | None = None

    def table(self, name: str) -> pl.DataFrame:
        """One table by name. Raises KeyError if there is none of that name."""
        if name not in TABLES:
            raise KeyError(name)
        if name == "messages" and not self._heard:
            return pl.DataFrame(schema=_MESSAGES)
        if self._tables is not None:
            frame = pl.from_arrow(self._tables[name])
            assert isinstance(frame, pl.DataFrame)
        else:
            assert self.out is not None
            frame = pl.read_parquet(self.out / f"{name}.parquet")
        coded = [c for c, kind in frame.schema.items() if isinstance(kind, pl.Categorical)]
        return frame.with_columns(pl.col(coded).cast(pl.String))

    @property
    def _heard(self) -> bool:
        """Whether some row had a message id: else there is no such table."""
        if self._tables is not None:
            return "messages" in self._tables
        return (self.folder / "messages.parquet").is_file()

    def __getattr__(self, name: str) -> pl.DataFrame:
        if name in TABLES:
            return self.table(name)
        raise AttributeError(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *TABLES]

    @property
    def folder(self) -> Path:
        """The output folder. Raises OutputError if the tables are in memory only."""
        if self.out is None:
            raise OutputError("this result is in memory: resolve_files writes a folder")
        return self.out

    def __len__(self) -> int:
        """The number of profiles."""
        return int(self.manifest["counts"]["profiles"])

    def __repr__(self) -> str:
        counts = self.manifest["counts"]
        where = "in memory" if self.out is None else str(self.out)
        return (
            f"<sameas.Result: {counts['records']:,} records, "
            f"{counts['identifiers']:,} identifiers, {counts['profiles']:,} profiles; "
            f"{counts['refused']:,} refused links, "
            f"{counts['rejected']:,} rejected values; {where}>"
        )

    def __rich__(self) -> object:
        from rich.table import Table

        counts = self.manifest["counts"]
        table = Table("what", "number", title="sameas.Result")
        table.columns[1].justify = "right"
        for name in ("records", "identifiers", "profiles", "edges", "refused", "rejected"):
            table.add_row(name, f"{counts[name]:,}")
        return table

    def current(self, profile_id: str) -> str | None:
        """The profile that an id leads to now, whenever it was issued; None: it is gone.

        Raises:
            InputError: no such id was ever issued.
        """
        row = self.ids.filter(pl.col("id") == profile_id)
        if not len(row):
            raise InputError(Fault(profile_id, "was never issued"))
        found = row.join(self.records, on=["source", "record_id"], how="inner")["profile_id"]
        return found[0] if len(found) else None

    def graph(self, profile_id: str) -> nx.Graph[str]:
        """One profile as a graph of references.

        Nodes are records (`node="record"`) and identifiers (`node="identifier"`), each with its row
        of the records or identifiers table; edges carry `evidence`, `status`, and of their row what
        speaks of the evidence. Refused links to other profiles' identifiers are
        there with `status="refused"`.

        Raises:
            InputError: no profile has this id now.
        """
        import networkx as nx

        from sameas.graph.model import Identifier, RecordKey

        records = self.records.filter(pl.col("profile_id") == profile_id)
        if not len(records):
            raise InputError(Fault(profile_id, "is no profile of this result"))
        edges = self.edges.join(records.select("source", "record_id"), on=["source", "record_id"])
        graph: nx.Graph[str] = nx.Graph(profile_id=profile_id)
        for row in records.to_dicts():
            graph.add_node(RecordKey(row["source"], row["record_id"]).ref, node="record", **row)
        statuses = {
            (row["type"], row["value"]): row
            for row in self.identifiers.join(
                edges.select("type", "value").unique(), on=["type", "value"]
            ).to_dicts()
        }
        for row in edges.to_dicts():
            start = RecordKey(row["source"], row["record_id"]).ref
            if row["kind"] == "link":
                end = Identifier(row["type"], row["value"]).ref
                graph.add_node(end, node="identifier", **statuses[row["type"], row["value"]])
                evidence = {key: row[key] for key in ("status", "raw")}
            else:
                end = RecordKey(row["to_source"], row["to_record_id"]).ref
                if end not in graph:
                    continue
                evidence = {key: row[key] for key in ("status", "weight")}
            graph.add_edge(start, end, evidence=row["kind"], **evidence)
        return graph
