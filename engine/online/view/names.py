"""From ids to clusters and back, as one state of the store has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.errors import Fault, GoneProfileError, UnknownProfileError
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.graph.store.port import Reader

__all__ = [
    "Home",
    "carried_by",
    "gone",
    "home",
    "ids_of_clusters",
    "issued",
    "names",
    "opaque",
    "ref_of",
    "ref_of_value",
]


class Home:
    """Where an id leads: a cluster, its records, the id that it has now."""

    __slots__ = ("asked_id", "cluster", "id", "records")

    def __init__(self, asked: str, id_: str, cluster: int, records: list[t.RecordRow]) -> None:
        self.id = id_
        self.asked_id = None if asked == id_ else asked
        self.cluster = cluster
        self.records = records
        """By number."""


def issued(reader: Reader, id_: str) -> t.Issued:
    """The row of an id that was issued.

    Raises:
        UnknownProfileError: it never was.
    """
    rows = reader.find(t.ISSUED, ("id",), [(id_,)])
    if not rows:
        raise UnknownProfileError(Fault(id_, "no such profile id was issued", "look it up"))
    return rows[0]


def home(reader: Reader, id_: str) -> Home:
    """Follow an id to its profile. O(records of the profile).

    Raises:
        UnknownProfileError: it was never issued.
        GoneProfileError: no record carries it any more.
    """
    row = issued(reader, id_)
    if row.carrier is None:
        raise gone(id_)
    (carrier,) = reader.get(t.RECORD, [(row.carrier,)])
    assert carrier.cluster is not None, "an id is carried by a live record"
    records = reader.find(
        t.RECORD, ("component", "cluster"), [(carrier.component, carrier.cluster)]
    )
    name = ids_of_clusters(reader, [carrier.cluster])[carrier.cluster]
    return Home(id_, name, carrier.cluster, sorted(records, key=lambda one: one.number))


def gone(id_: str) -> GoneProfileError:
    """What to raise for an id whose last record was withdrawn."""
    return GoneProfileError(Fault(id_, "the profile is gone: all its records were withdrawn"))


def names(reader: Reader, numbers: Iterable[int]) -> dict[int, str]:
    """Ids by their numbers."""
    return {row.number: row.id for row in reader.get(t.ISSUED, [(one,) for one in set(numbers)])}


def ids_of_clusters(reader: Reader, clusters: Iterable[int]) -> dict[int, str]:
    """The ids that clusters have now."""
    rows = reader.get(t.CLUSTER, [(one,) for one in set(clusters)])
    known = names(reader, (row.profile for row in rows))
    return {row.number: known[row.profile] for row in rows}


def carried_by(reader: Reader, records: Sequence[t.RecordRow]) -> list[t.Issued]:
    """The ids that some records carry, in the order of issue."""
    rows = reader.find(t.ISSUED, ("carrier",), [(row.number,) for row in records])
    return sorted(rows, key=lambda row: row.number)


def ref_of(row: t.RecordRow) -> str:
    """`source/record_id`."""
    return RecordKey(row.source, row.record_id).ref


def ref_of_value(row: t.IdentifierRow) -> str:
    """`type:value`."""
    return f"{row.type}:{row.value}"


def opaque(number: int) -> str:
    """What the feed calls a record."""
    return f"r{number}"
