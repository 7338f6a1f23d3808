"""An output folder, ready for questions: who carries what, and who ended up with whom.

Read once from the Parquet tables of `sameas resolve` and never changed; every list is in one order
that depends on the tables' content only, so the same output tells the same stories.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from sameas.graph.model import Identifier, RecordKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Answer", "Member", "Seen"]


@dataclass(frozen=True, slots=True)
class Member:
    """One record as it ended up."""

    key: RecordKey
    profile: str
    name: str
    """The person name as the source spells it, empty if it says none."""
    first_seen: int
    last_seen: int
    """Microseconds since the epoch, UTC."""
    observation: bool
    carries: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One identifier and what became of it."""

    identifier: Identifier
    status: str
    fanout: int
    carriers: tuple[Member, ...]
    """In the order first seen."""

    @property
    def profiles(self) -> dict[str, list[Member]]:
        """Its records by profile, the profile that had it first first."""
        groups: dict[str, list[Member]] = defaultdict(list)
        for member in self.carriers:
            groups[member.profile].append(member)
        return dict(groups)


@dataclass(frozen=True, slots=True)
class Answer:
    """All of one output."""

    members: Mapping[RecordKey, Member]
    profiles: Mapping[str, Sequence[Member]]
    """Profile id to its records, first seen first."""
    identifiers: Mapping[Identifier, Seen]
    raw: Mapping[tuple[RecordKey, Identifier], str]
    """What the source wrote, of each link that says so."""
    refused: Sequence[Mapping[str, object]]
    """Rows of refused.parquet."""
    rejected: Sequence[Mapping[str, object]]
    """Rows of rejected.parquet."""

    @classmethod
    def read(cls, out: Path) -> Answer:
        """Read an output folder. Raises OSError if a table is missing."""
        links = pl.read_parquet(out / "edges.parquet").filter(pl.col("kind") == "link")
        carries: dict[RecordKey, list[Identifier]] = defaultdict(list)
        raw: dict[tuple[RecordKey, Identifier], str] = {}
        columns = ("source", "record_id", "type", "value", "raw")
        for source, record_id, type_, value, written in (
            links.select(*columns[:4], pl.col("raw").list.first())
            .sort(columns)
            .unique(columns[:4], keep="first", maintain_order=True)
            .iter_rows()
        ):
            key, identifier = RecordKey(source, record_id), Identifier(type_, value)
            carries[key].append(identifier)
            raw[key, identifier] = written or value
        members: dict[RecordKey, Member] = {}
        times = pl.col("first_seen", "last_seen").cast(pl.Datetime("us", "UTC")).to_physical()
        records = pl.read_parquet(out / "records.parquet").with_columns(times)
        for row in records.sort("first_seen", "source", "record_id").iter_rows(named=True):
            key = RecordKey(row["source"], row["record_id"])
            members[key] = Member(
                key,
                row["profile_id"],
                _name(row),
                row["first_seen"],
                max(row["first_seen"], row["last_seen"] or 0),
                row["kind"] == "observation",
                tuple(carries[key]),
            )
        profiles: dict[str, list[Member]] = defaultdict(list)
        carriers: dict[Identifier, list[Member]] = defaultdict(list)
        for member in members.values():
            profiles[member.profile].append(member)
            for identifier in member.carries:
                carriers[identifier].append(member)
        table = pl.read_parquet(
            out / "identifiers.parquet", columns=["type", "value", "status", "fanout"]
        )
        identifiers = {}
        for type_, value, status, fanout in table.sort("type", "value").iter_rows():
            identifier = Identifier(type_, value)
            identifiers[identifier] = Seen(
                identifier, status, fanout or 0, tuple(carriers.get(identifier, ()))
            )
        return cls(
            members,
            dict(profiles),
            identifiers,
            raw,
            pl.read_parquet(out / "refused.parquet").to_dicts(),
            pl.read_parquet(out / "rejected.parquet").to_dicts(),
        )

    def carriers(self, identifier: Identifier) -> tuple[Member, ...]:
        """The records on which an identifier stands, first seen first."""
        return self.identifiers[identifier].carriers if identifier in self.identifiers else ()

    def sent_hashed(self, member: Member, identifier: Identifier) -> bool:
        """Whether the record knows an email by its hash only."""
        if identifier.type.startswith("email_"):
            return True
        written = self.raw.get((member.key, identifier), "")
        return identifier.type == "email" and "@" not in written

    def with_status(self, status: str, *types: str) -> list[Seen]:
        """The identifiers of these types with this status, most carried first."""
        found = [
            seen
            for seen in self.identifiers.values()
            if seen.status == status and seen.identifier.type in types
        ]
        return sorted(found, key=lambda seen: (-len(seen.carriers), seen.identifier))


def _name(row: Mapping[str, object]) -> str:
    for whole in ("full_name", "name"):
        if row.get(whole):
            return str(row[whole])
    parts = (row.get(part) for part in ("first_name", "last_name"))
    return " ".join(str(part) for part in parts if part)
