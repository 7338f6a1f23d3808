"""Profiles by parts of what is known of them: ids, identifiers, records, traits.

Finds no more than it was asked for, and reads a fixed multiple of it. Only trait text makes the
store look at every record, so it is looked for last, and only if there is room.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from sameas.engine.online.rules import LINKED, UNLINKED
from sameas.engine.online.state import decode_traits, encode_json
from sameas.engine.online.view.answers import Hit, Matched, Search
from sameas.engine.online.view.names import ids_of_clusters, ref_of
from sameas.engine.online.view.standing import standings
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sameas.engine.online.rules import Rules
    from sameas.graph.store.port import Reader

__all__ = ["search"]

WIDER = 8
"""Rows that are read for one that is wanted: some are of one profile, some are not live."""

_PHONE = re.compile(r"\+?[\d\s().\-/]{3,}")


def search(
    reader: Reader,
    rules: Rules,
    text: str = "",
    traits: Mapping[str, str] | None = None,
    *,
    limit: int = 20,
) -> Search:
    """Profiles that match a text, and of which one record matches all traits; the best first.

    The text is matched with ids, identifiers and record ids from their beginning, `type:value` and
    `source/record_id` too, and with traits anywhere; case apart.
    """
    text = text.strip()
    wanted = {name: value.strip() for name, value in (traits or {}).items() if value.strip()}
    looking = _Looking(reader, rules, limit * WIDER)
    if text:
        looking.ids(text)
        looking.identifiers(text)
        looking.records(text)
        if wanted or len(looking.found) <= limit:
            looking.trait_text(text)
    if wanted:
        looking.traits(wanted, among=looking.found if text else None)
    found = list(looking.found.items())
    ids = ids_of_clusters(reader, (cluster for cluster, _ in found[:limit]))
    hits = tuple(Hit(ids[cluster], tuple(matched)) for cluster, matched in found[:limit])
    return Search(hits, looking.truncated or len(found) > limit)


def _phones(text: str, region: str) -> set[str]:
    """How phone numbers begin that are written like this: with their country's code, or without."""
    if not _PHONE.fullmatch(text):
        return set()
    from phonenumbers import country_code_for_region

    digits = re.sub(r"\D", "", text)
    found = {f"+{digits}"}
    if not text.startswith("+"):
        found.add(f"+{country_code_for_region(region)}{digits.removeprefix('0')}")
    return found


class _Looking:
    """What was found so far, by cluster."""

    def __init__(self, reader: Reader, rules: Rules, most: int) -> None:
        self.reader = reader
        self.rules = rules
        self.most = most
        self.found: dict[int, list[Matched]] = {}
        self.truncated = False

    def add(self, cluster: int | None, matched: Matched) -> None:
        if cluster is None:
            return
        mine = self.found.setdefault(cluster, [])
        if matched not in mine:
            mine.append(matched)

    def full(self, rows: list[t.RowType]) -> list[t.RowType]:
        """Rows, remembering whether there may be more of them."""
        self.truncated |= len(rows) >= self.most
        return rows

    def ids(self, text: str) -> None:
        if not text.lower().startswith("p_"):
            return
        rows = self.full(self.reader.prefixed(t.ISSUED, "id", text, limit=self.most))
        carriers = [(row.carrier,) for row in rows if row.carrier is not None]
        records = {row.number: row for row in self.reader.get(t.RECORD, carriers)}
        for row in sorted(rows, key=lambda one: one.number):
            if row.carrier is not None:
                self.add(records[row.carrier].cluster, Matched("profile", "id", row.id))

    def identifiers(self, text: str) -> None:
        rules, reader = self.rules, self.reader
        kind, colon, rest = text.partition(":")
        kinds = list(rules.types)
        if colon and kind in rules.place:
            kinds, text = [kind], rest.strip()
        if not text:
            return
        exact = {
            (value, name)
            for name in kinds
            if (value := rules.canonical(rules.place[name], text).value) is not None
        }
        rows = {row.number: row for row in reader.find(t.IDENTIFIER, ("value", "type"), exact)}
        sure = set(rows)
        for prefix in sorted({text, *_phones(text, rules.policy.default_region)}):
            more = self.full(reader.prefixed(t.IDENTIFIER, "value", prefix, limit=self.most))
            rows |= {row.number: row for row in more if row.type in kinds}
        ordered = sorted(
            rows.values(),
            key=lambda row: (row.number not in sure, rules.place.get(row.type, 0), row.value),
        )
        linked = [row for row in ordered if row.standing == LINKED]
        stand = standings(reader, rules, linked)
        # a value that joins nobody may be on any number of records: only one that was meant is
        # followed
        loose = [row for row in ordered if row.standing == UNLINKED and row.number in sure]
        carriers = self._carriers(row.number for row in loose)
        for row in ordered:
            matched = Matched("identifier", row.type, row.value)
            standing = stand.get(row.number)
            if standing is not None and standing.home is not None:
                for cluster in (standing.home, *standing.others):
                    self.add(cluster, matched)
            for cluster in carriers.get(row.number, ()):
                self.add(cluster, matched)

    def _carriers(self, numbers: Iterable[int]) -> dict[int, list[int]]:
        links = self.reader.find(t.LINK, ("identifier",), [(one,) for one in numbers])
        links = self.full(sorted(links, key=lambda one: one.record)[: self.most])
        rows = {
            row.number: row for row in self.reader.get(t.RECORD, {(one.record,) for one in links})
        }
        found: dict[int, list[int]] = defaultdict(list)
        for link in links:
            cluster = rows[link.record].cluster
            if cluster is not None:
                found[link.identifier].append(cluster)
        return found

    def records(self, text: str) -> None:
        rows: list[t.RecordRow] = []
        if "/" in text.strip("/"):
            key = RecordKey.parse(text.strip("/"))
            rows += self.reader.find(
                t.RECORD, ("record_id", "source"), [(key.record_id, key.source)]
            )
        rows += self.full(self.reader.prefixed(t.RECORD, "record_id", text, limit=self.most))
        for row in rows:
            self.add(row.cluster, Matched("record", row.source, row.record_id, ref_of(row)))

    def trait_text(self, text: str) -> None:
        needle = text.casefold()
        for row in self._containing(text):
            for name, value in decode_traits(row.traits).items():
                if needle in value.casefold():
                    self.add(row.cluster, Matched("trait", name, value, ref_of(row)))

    def traits(self, wanted: Mapping[str, str], among: Mapping[int, object] | None) -> None:
        """Records that match all; of what was found before only what is among them stays."""
        before, self.found = self.found, {}
        if among is None:
            rows = self._containing(max(wanted.values(), key=len))
        else:
            clusters = self.reader.get(t.CLUSTER, [(one,) for one in list(before)[: self.most]])
            within = [(one.component, one.number) for one in clusters]
            rows = self.reader.find(t.RECORD, ("component", "cluster"), within)
        needles = {name: value.casefold() for name, value in wanted.items()}
        for row in sorted(rows, key=lambda one: one.number):
            traits = decode_traits(row.traits)
            if all(needle in traits.get(name, "").casefold() for name, needle in needles.items()):
                for name in needles:
                    self.add(row.cluster, Matched("trait", name, traits[name], ref_of(row)))
        if among is not None:
            # in the order of what was found by text
            kept = {cluster: before[cluster] for cluster in before if cluster in self.found}
            self.found = {
                cluster: [*first, *(one for one in self.found[cluster] if one not in first)]
                for cluster, first in kept.items()
            }

    def _containing(self, text: str) -> list[t.RecordRow]:
        escaped = encode_json(text).decode()[1:-1]
        rows = self.reader.containing(t.RECORD, "traits", escaped, limit=self.most)
        return sorted(self.full(rows), key=lambda row: row.number)
