"""Small outputs written by hand, in the schema that `sameas resolve` writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from sameas.api.demo.answer import Answer

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400_000_000
YEAR = 365 * DAY
RANK = ("user_id", "email", "loyalty_card", "phone", "device_id", "anonymous_id")


@dataclass
class Output:
    """An output in the making; `said` adds a record, `status` sets what became of an identifier."""

    records: list[dict[str, object]] = field(default_factory=list)
    edges: list[dict[str, object]] = field(default_factory=list)
    statuses: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    refused: list[dict[str, object]] = field(default_factory=list)

    def said(
        self,
        ref: str,
        profile: str,
        name: str | None,
        *carried: str,
        time: int = 0,
        raw: str | None = None,
    ) -> None:
        source, record_id = ref.split("/")
        self.records.append(
            {
                "source": source,
                "record_id": record_id,
                "profile_id": profile,
                "event_time": time,
                "first_seen": time,
                "last_seen": time,
                "count": 1,
                "arrival": len(self.records),
                "kind": "observation" if source in {"web", "mobile"} else "record",
                "full_name": name,
            }
        )
        for identifier in carried:
            type_, value = identifier.split(":", 1)
            self.edges.append(
                {
                    "kind": "link",
                    "source": source,
                    "record_id": record_id,
                    "type": type_,
                    "value": value,
                    "raw": [raw or value],
                }
            )

    def status(self, identifier: str, status: str, fanout: int = 0) -> None:
        type_, value = identifier.split(":", 1)
        self.statuses[type_, value] = status, fanout

    def refuse(self, ref: str, identifier: str, constraint: str, *against: str) -> None:
        source, record_id = ref.split("/")
        type_, value = identifier.split(":", 1)
        self.refused.append(
            {
                "source": source,
                "record_id": record_id,
                "type": type_,
                "value": value,
                "constraint": constraint,
                "against": list(against),
            }
        )

    def read(self, folder: Path) -> Answer:
        """Write the tables and read them as the demo does."""
        text, number, time = pl.String, pl.Int64, pl.Datetime("us", "UTC")
        records: dict[str, pl.DataType | type[pl.DataType]]
        records = {"source": text, "record_id": text, "profile_id": text, "event_time": time}
        records |= {"first_seen": time, "last_seen": time, "count": number}
        records |= {"arrival": number, "kind": pl.String, "full_name": text}
        edges: dict[str, pl.DataType | type[pl.DataType]]
        edges = dict.fromkeys(("kind", "source", "record_id", "type", "value"), text)
        edges |= {"raw": pl.List(text)}
        carried = Counter((str(e["type"]), str(e["value"])) for e in self.edges)
        identifiers = [
            (*node, *self.statuses.get(node, ("linked", 0)), records_of)
            for node, records_of in carried.items()
        ]
        names = {"type": text, "value": text, "status": text, "fanout": number, "records": number}
        refused = dict.fromkeys(("source", "record_id", "type", "value", "constraint"), text)
        rejected = dict.fromkeys(("file", "field", "value", "reason"), text)
        for name, table in (
            ("records", pl.DataFrame(self.records, schema=records)),
            ("edges", pl.DataFrame(self.edges, schema=edges)),
            ("identifiers", pl.DataFrame(identifiers, schema=names, orient="row")),
            ("refused", pl.DataFrame(self.refused, {**refused, "against": pl.List(text)})),
            ("rejected", pl.DataFrame([], schema=rejected)),
        ):
            table.write_parquet(folder / f"{name}.parquet")
        return Answer.read(folder)
