"""What an identifier means now: whose it is, who else holds it, and what it is called.

The same as the table of identifiers in docs/output.md: the home is the profile of the first record,
in the order of 3.3, to which the link of the first group is granted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.engine.online.rules import BLOCKED, GONE, LINKED, SHARED, UNLINKED
from sameas.engine.online.view.answers import Found
from sameas.engine.online.view.names import ids_of_clusters
from sameas.engine.policy.model import UNKNOWN_TYPE
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.view.answers import Status
    from sameas.graph.store.port import Reader

__all__ = ["Standing", "lookup", "standings"]

_BY_VALUE = ("value", "type")


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one identifier."""

    status: Status
    home: int | None = None
    """The cluster that it answers with."""
    others: tuple[int, ...] = ()
    """The other clusters that hold it, in the order of the groups."""


_PLAIN: dict[int, Standing] = {
    GONE: Standing("unknown"),
    BLOCKED: Standing("blocked"),
    UNLINKED: Standing("unlinked"),
    SHARED: Standing("shared"),
}


def standings(reader: Reader, rules: Rules, rows: Sequence[t.IdentifierRow]) -> dict[int, Standing]:
    """By number. Two reads for all that lie in whole components, two more for the others."""
    found = {row.number: _PLAIN[row.standing] for row in rows if row.standing != LINKED}
    linked = [row for row in rows if row.standing == LINKED]
    if not linked:
        return found
    homes = {row.component for row in linked if row.component is not None}
    whole = {
        part.number: part.cluster for part in reader.get(t.COMPONENT, [(one,) for one in homes])
    }
    apart = []
    for row in linked:
        cluster = None if row.component is None else whole[row.component]
        if cluster is None:
            apart.append(row.number)
        else:
            found[row.number] = Standing("linked", cluster)
    if apart:
        found |= _in_full(reader, rules, apart)
    return found


def _in_full(reader: Reader, rules: Rules, numbers: Sequence[int]) -> dict[int, Standing]:
    """By all records that carry them."""
    turn = -1 if rules.policy.on_conflict == "newest" else 1
    links: dict[int, list[t.Link]] = defaultdict(list)
    for link in reader.find(t.LINK, ("identifier",), [(one,) for one in numbers]):
        links[link.identifier].append(link)
    carriers = {(link.record,) for mine in links.values() for link in mine}
    records = {row.number: row for row in reader.get(t.RECORD, carriers)}

    def order(link: t.Link) -> tuple[int, int, str, str]:
        row = records[link.record]
        return (link.place, turn * row.first_seen, row.source, row.record_id)

    out = {}
    for number in numbers:
        mine = links[number]
        granted = sorted((one for one in mine if one.granted and one.place >= 0), key=order)
        held = list(dict.fromkeys(records[one.record].cluster for one in granted))
        clusters = [one for one in held if one is not None]
        if not clusters:
            out[number] = Standing("unlinked")
        elif len({records[one.record].cluster for one in mine}) > 1:
            out[number] = Standing("contested", clusters[0], tuple(clusters[1:]))
        else:
            out[number] = Standing("linked", clusters[0])
    return out


def lookup(reader: Reader, rules: Rules, refs: Sequence[tuple[str, str]]) -> list[Found]:
    """Whose each (type, raw value) is, in their order.

    A plain identifier takes four reads, however many are asked at once.
    """
    asked = [_canonical(rules, name, raw) for name, raw in refs]
    values = {one for one in asked if not isinstance(one, Found)}
    means = _digests(reader, rules, values)
    rows = {
        (row.type, row.value): row
        for row in reader.find(
            t.IDENTIFIER,
            _BY_VALUE,
            {(value, name) for name, value in values if (name, value) not in means}
            | {(value, name) for name, value in means.values()},
        )
    }
    stand = standings(reader, rules, list(rows.values()))
    clusters = {one.home for one in stand.values()}.union(*(one.others for one in stand.values()))
    ids = ids_of_clusters(reader, (one for one in clusters if one is not None))
    out = []
    for one in asked:
        if isinstance(one, Found):
            out.append(one)
            continue
        ref = f"{one[0]}:{one[1]}"
        row = rows.get(means.get(one, one))
        if row is None or row.standing == GONE:
            blocked = rules.standing(rules.place[one[0]], one[1]) == BLOCKED
            out.append(Found(ref, "blocked" if blocked else "unknown", None))
            continue
        standing = stand[row.number]
        out.append(
            Found(
                ref,
                standing.status,
                None if standing.home is None else ids[standing.home],
                tuple(ids[cluster] for cluster in standing.others),
            )
        )
    return out


def _canonical(rules: Rules, name: str, raw: str) -> tuple[str, str] | Found:
    place = rules.place.get(name)
    if place is None:
        reason = UNKNOWN_TYPE
        return Found(f"{name}:{raw}", "rejected", None, reason=reason)
    outcome = rules.canonical(place, raw)
    if outcome.value is None:
        return Found(f"{name}:{raw}", "rejected", None, reason=outcome.reason or "no value")
    return name, outcome.value


def _digests(
    reader: Reader, rules: Rules, values: set[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Digests of emails that some record carries in plain: they mean the smallest of them."""
    asked = [(value, name) for name, value in values if name in rules.digests]
    if not asked:
        return {}
    # a record that carries the digest itself says nothing of what it means
    further = [row for row in reader.find(t.FURTHER, _BY_VALUE, asked) if row.email]
    emails = {
        row.number: row for row in reader.get(t.IDENTIFIER, {(row.email,) for row in further})
    }
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in further:
        email = emails[row.email]
        mine = (email.type, email.value)
        key = (row.type, row.value)
        found[key] = min(found.get(key, mine), mine)
    return found
