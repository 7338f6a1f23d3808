"""The links of some records, with what became of each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.rules import BLOCKED, LINKED, SHARED
from sameas.engine.online.view.answers import LinkView, Refused
from sameas.engine.online.view.names import ids_of_clusters, ref_of, ref_of_value
from sameas.engine.online.view.standing import standings
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.view.answers import LinkStatus
    from sameas.graph.store.port import Reader

__all__ = ["Links", "raw"]

_reason = msgspec.json.Decoder(tuple[str, tuple[str, ...]]).decode
_texts = msgspec.json.Decoder(tuple[str, ...]).decode


class Links:
    """Read all at once; O(links of the records and of the contested identifiers among them)."""

    def __init__(self, reader: Reader, rules: Rules, records: Sequence[t.RecordRow]) -> None:
        """Read the links of some records."""
        self.records = {row.number: row for row in records}
        self.links = reader.find(t.LINK, ("record",), [(row.number,) for row in records])
        numbers = {link.identifier for link in self.links}
        self.identifiers = {
            row.number: row for row in reader.get(t.IDENTIFIER, [(one,) for one in numbers])
        }
        self.standings = standings(reader, rules, list(self.identifiers.values()))
        clusters = {one.home for one in self.standings.values() if one.home is not None}
        self.ids = ids_of_clusters(reader, clusters)
        """Of the clusters that these identifiers answer with."""
        self.by_record: dict[int, list[t.Link]] = defaultdict(list)
        place = rules.place

        def order(link: t.Link) -> tuple[int, str]:
            row = self.identifiers[link.identifier]
            return place.get(row.type, len(place)), row.value

        for link in sorted(self.links, key=order):
            self.by_record[link.record].append(link)

    def profile_id(self, identifier: int) -> str | None:
        """What an identifier answers with."""
        home = self.standings[identifier].home
        return None if home is None else self.ids[home]

    def status(self, link: t.Link) -> LinkStatus:
        """Of a link, as in the table of edges."""
        standing = self.identifiers[link.identifier].standing
        if standing == LINKED:
            return "linked" if link.granted else "refused"
        if standing == SHARED:
            return "shared"
        return "blocked" if standing == BLOCKED else "unlinked"

    def refused(self, link: t.Link) -> Refused | None:
        """What kept the record from the identifier's home; None: it is there, or nothing could."""
        row = self.identifiers[link.identifier]
        standing = self.standings[link.identifier]
        record = self.records[link.record]
        if row.standing != LINKED or standing.home == record.cluster:
            return None
        constraint, against = ("", ()) if link.reason is None else _reason(link.reason)
        return Refused(
            ref_of(record), ref_of_value(row), constraint, against, self.profile_id(link.identifier)
        )

    def view(self, link: t.Link) -> LinkView:
        """A link as it is shown with its record."""
        return LinkView(
            ref_of_value(self.identifiers[link.identifier]),
            self.status(link),
            link.place,
            raw(link),
            self.refused(link),
        )


def raw(link: t.Link) -> tuple[str, ...]:
    """Spellings in which a link's value was sent."""
    return () if link.spelled is None else _texts(link.spelled)
