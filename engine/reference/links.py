"""3.2 and 3.3: which identifiers link, and how contested ones are split."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.graph.model import Identifier
from sameas.matching.canonical import is_junk
from sameas.matching.names import compatible, person_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.engine.judgements import Verdicts
    from sameas.engine.policy import Policy
    from sameas.graph.model import Record, RecordKey

__all__ = ["Links", "Node", "Reason", "aliases", "links"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Which constraint refused, and against which values."""

    constraint: str
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """One group of an identifier's records."""

    identifier: Identifier
    group: int


@dataclass(frozen=True, slots=True)
class Links:
    """Every identifier's standing, and the split nodes of those that take part."""

    records: Mapping[RecordKey, Record]
    names: Mapping[RecordKey, str | None]
    carried: Mapping[RecordKey, tuple[Identifier, ...]]
    """What each record carries, further names replaced by the value."""
    carriers: Mapping[Identifier, tuple[RecordKey, ...]]
    """The records of each identifier in the order of 3.3."""
    fanout: Mapping[Identifier, int]
    standing: Mapping[Identifier, str]
    """`blocked`, `unlinked`, `shared` or `linked`: before anything is resolved."""
    counts_as: Mapping[Identifier, Identifier]
    """Values that a `same` judgement joins count as one; those alone are not listed."""
    nodes: Mapping[Node, tuple[RecordKey, ...]]
    refused: Mapping[tuple[RecordKey, Identifier], Reason]
    """Why a record is not in its identifier's first group, or in none."""

    def values(self, key: RecordKey, type_name: str) -> set[Identifier]:
        """The distinct values of a type that take part on a record, or that cannot link."""
        return {
            self.counts_as.get(one, one)
            for one in self.carried[key]
            if one.type == type_name
            and self.standing[one] in ("linked", "unlinked")
            and not self._cut(key, one)
        }

    def _cut(self, key: RecordKey, one: Identifier) -> bool:
        reason = self.refused.get((key, one))
        return reason is not None and reason.constraint == "different"


def aliases(records: Iterable[Record]) -> dict[Identifier, Identifier]:
    """Further name to value: a hashed email to the plain one that some record carries."""
    found: dict[Identifier, Identifier] = {}
    for record in records:
        for name, value in record.also:
            found[name] = min(found.get(name, value), value)
    return found


def links(
    records: Sequence[Record],
    policy: Policy,
    verdicts: Verdicts,
    alias: Mapping[Identifier, Identifier],
) -> Links:
    """Everything that holds before components are formed."""
    kinds = {kind.name: kind for kind in policy.identifiers}
    by_key = {record.key: record for record in records}
    carried = {
        record.key: tuple(sorted({alias.get(one, one) for one in record.identifiers}))
        for record in records
    }
    carriers: dict[Identifier, list[RecordKey]] = defaultdict(list)
    for record in sorted(records, key=lambda record: record.key):
        for one in carried[record.key]:
            carriers[one].append(record.key)
    newest = policy.on_conflict == "newest"
    for ordered in carriers.values():
        ordered.sort(key=lambda key: -by_key[key].first_seen if newest else by_key[key].first_seen)

    counts_as = _classes(verdicts, carriers)

    def blocked(one: Identifier) -> bool:
        kind = kinds[one.type]
        return (
            is_junk(kind.canonicaliser, one.value)
            or one.value in kind.blocked
            or any(re.fullmatch(pattern, one.value) for pattern in kind.blocked_patterns)
        )

    standing: dict[Identifier, str] = {}
    for one in carriers:
        if blocked(one):
            standing[one] = "blocked"
        elif not kinds[one.type].links:
            standing[one] = "unlinked"
        else:
            standing[one] = "linked"
    fanout = {}
    shared = set()
    for one, keys in carriers.items():
        rank = policy.rank(one.type)
        beside = [kind.name for kind in policy.identifiers[:rank]]
        if rank == 0:
            beside = [kind.name for kind in policy.identifiers[1:2]]
        fanout[one] = max(
            (
                len(
                    {
                        counts_as.get(other, other)
                        for key in keys
                        for other in carried[key]
                        if other.type == type_name and standing[other] != "blocked"
                    }
                )
                for type_name in beside
            ),
            default=0,
        )
        kind = kinds[one.type]
        if (kind.max_fanout is not None and fanout[one] > kind.max_fanout) or (
            kind.max_records is not None and len(keys) > kind.max_records
        ):
            shared.add(one)
    for one in shared:
        if standing[one] == "linked":
            standing[one] = "shared"

    refused = {
        (key, one): Reason("different", (judgement,))
        for (key, one), judgement in verdicts.unlink.items()
        if key in by_key and one in carried[key] and standing[one] == "linked"
    }
    found = Links(
        by_key,
        {record.key: person_name(record.traits) for record in records},
        carried,
        {one: tuple(keys) for one, keys in carriers.items()},
        fanout,
        standing,
        counts_as,
        {},
        refused,
    )
    nodes: dict[Node, tuple[RecordKey, ...]] = {}
    splits: dict[tuple[RecordKey, Identifier], Reason] = {}
    for one, in_turn in found.carriers.items():
        if standing[one] == "linked":
            groups: list[list[RecordKey]] = []
            for key in in_turn:
                if (key, one) in refused:
                    continue
                against_first = None
                for group in groups:
                    reason = _incompatible(found, policy, one, key, group)
                    if group is groups[0]:
                        against_first = reason
                    if reason is None:
                        group.append(key)
                        break
                else:
                    groups.append([key])
                if against_first is not None:
                    splits[key, one] = against_first
            for place, group in enumerate(groups):
                nodes[Node(one, place)] = tuple(group)
    return Links(
        found.records,
        found.names,
        carried,
        found.carriers,
        fanout,
        standing,
        counts_as,
        nodes,
        refused | splits,
    )


def _incompatible(
    found: Links, policy: Policy, one: Identifier, key: RecordKey, group: list[RecordKey]
) -> Reason | None:
    rank = policy.rank(one.type)
    for kind in policy.identifiers[:rank]:
        if kind.max_per_profile == 1:
            values = set(found.values(key, kind.name))
            for other in group:
                values |= found.values(other, kind.name)
            if len(values) > 1:
                return Reason("max_per_profile", tuple(sorted(v.ref for v in values)))
    if policy.identifiers[rank].guard:
        name = found.names[key]
        clashes = {
            found.names[other] for other in group if not compatible(name, found.names[other])
        }
        if clashes:
            pair = (name or "", min(one for one in clashes if one))
            return Reason("guard", tuple(sorted(map(shown, pair))))
    return None


def shown(name: str) -> str:
    """A name as people read it: the parts without the marks between them."""
    return " ".join(name.replace("\x1f", " ").split())


def _classes(
    verdicts: Verdicts, carried: Mapping[Identifier, object]
) -> dict[Identifier, Identifier]:
    """Values to the least that they are one with; a word on a value that nobody carries sleeps."""
    parent: dict[Identifier, Identifier] = {}

    def root(one: Identifier) -> Identifier:
        while parent.setdefault(one, one) != one:
            one = parent[one]
        return one

    for left, right, _ in verdicts.same:
        if (
            isinstance(left, Identifier)
            and isinstance(right, Identifier)
            and left in carried
            and right in carried
        ):
            low, high = sorted((root(left), root(right)))
            parent[high] = low
    least: dict[tuple[Identifier, str], Identifier] = {}
    for one in sorted(parent):
        least.setdefault((root(one), one.type), one)
    return {one: least[root(one), one.type] for one in parent}
