"""3.5: inside a component, step by step, in one order that uses nothing but the data."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from sameas.engine.reference.components import stands_for
from sameas.engine.reference.links import Reason, shown
from sameas.engine.reference.matches import least_of_each
from sameas.matching.names import compatible

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from sameas.engine.evidence import Evidence
    from sameas.engine.judgements import Verdicts
    from sameas.engine.policy import Policy
    from sameas.engine.reference.components import Component
    from sameas.engine.reference.links import Links, Node
    from sameas.graph.model import Identifier, RecordKey, Ref

__all__ = ["Cluster", "Clusters", "place_dropped", "resolve_component"]


@dataclass(eq=False)
class Cluster:
    """Records that are one person so far, and the identifiers granted to them."""

    records: set[RecordKey]
    held: set[Identifier] = field(default_factory=set)
    words: list[frozenset[RecordKey]] = field(default_factory=list)
    """Sets of records that `same` judgements joined."""


@dataclass
class Clusters:
    """What came out of one component."""

    clusters: list[Cluster]
    holders: dict[Node, list[RecordKey]]
    """A record of each cluster that a node was granted to, in the order of granting."""
    refused_links: dict[tuple[RecordKey, Node], Reason]
    refused_words: dict[tuple[Ref, Ref], Reason]
    refused_matches: dict[tuple[RecordKey, RecordKey], Reason]
    work: _Work


class _Work:
    def __init__(
        self, component: Component, found: Links, policy: Policy, verdicts: Verdicts
    ) -> None:
        self.component = component
        self.found = found
        self.policy = policy
        self.verdicts = verdicts
        self.of = {key: Cluster({key}) for key in component.records}

    # -- constraints ------------------------------------------------------------------------

    def count(
        self, parts: list[Cluster], type_name: str, extra: Identifier | None = None
    ) -> tuple[int, set[Identifier]]:
        """How many values of a type the union holds, those forgiven that a judgement joined."""
        kind = self.policy.identifiers[self.policy.rank(type_name)]
        counts_as = self.found.counts_as
        records = set().union(*(part.records for part in parts))
        granted = set().union(*(part.held for part in parts))
        if extra is not None:
            granted.add(extra)

        def on(keys: set[RecordKey] | frozenset[RecordKey]) -> set[Identifier]:
            return {
                one
                for key in keys
                for one in self.found.carried[key]
                if one.type == type_name
                and (one in granted if kind.links else self.found.standing[one] == "unlinked")
            }

        values = {one for one in granted if one.type == type_name} | on(records)
        total = len({counts_as.get(one, one) for one in values})
        assert kind.max_per_profile is not None
        for part in parts:
            for word in part.words:
                own = len({counts_as.get(one, one) for one in on(word)})
                total -= max(0, own - kind.max_per_profile)
        return total, values

    def members(self, cluster: Cluster) -> set[Ref]:
        return cluster.records | cluster.held

    def breaks(self, left: Cluster, right: Cluster, *, guarded: bool) -> Reason | None:
        """The first constraint that the union of two clusters breaks."""
        judgement = self.verdicts.apart(self.members(left), self.members(right))
        if judgement is not None:
            return Reason("different", (judgement,))
        words = left.words + right.words
        for source in sorted(self.policy.duplicate_free):
            mine = {
                key
                for key in left.records | right.records
                if key.source == source and self.found.records[key].kind != "observation"
            }
            persons = {next((w for w in words if key in w), frozenset({key})) for key in mine}
            if len(persons) > 1:
                return Reason("duplicate_free", tuple(sorted(key.ref for key in mine)))
        for kind in self.policy.identifiers:
            if kind.max_per_profile is not None:
                total, values = self.count([left, right], kind.name)
                if total > kind.max_per_profile:
                    return Reason("max_per_profile", tuple(sorted(one.ref for one in values)))
        for trait in self.policy.exclusive:

            def said(keys: set[RecordKey] | frozenset[RecordKey], trait: str = trait) -> set[str]:
                texts = (self.found.records[key].traits.get(trait, "") for key in keys)
                return {text.strip().casefold() for text in texts} - {""}

            texts = said(left.records | right.records)
            excess = sum(max(0, len(said(word)) - 1) for word in words)
            if len(texts) - excess > 1:
                return Reason("exclusive", tuple(f"{trait}:{text}" for text in sorted(texts)))
        if guarded:
            names = self.found.names
            clash = sorted(
                tuple(sorted((one, other)))
                for one in {names[key] for key in left.records}
                for other in {names[key] for key in right.records}
                if one is not None and other is not None and not compatible(one, other)
            )
            if clash:
                return Reason("guard", tuple(sorted(map(shown, clash[0]))))
        return None

    def may_hold(self, cluster: Cluster, one: Identifier) -> Reason | None:
        """Why an identifier cannot be granted to a cluster."""
        judgement = self.verdicts.apart([one], self.members(cluster))
        if judgement is not None:
            return Reason("different", (judgement,))
        kind = self.policy.identifiers[self.policy.rank(one.type)]
        if kind.max_per_profile is not None:
            total, values = self.count([cluster], one.type, extra=one)
            if total > kind.max_per_profile:
                return Reason("max_per_profile", tuple(sorted(value.ref for value in values)))
        return None

    def join(self, left: Cluster, right: Cluster) -> Cluster:
        joined = Cluster(
            left.records | right.records, left.held | right.held, left.words + right.words
        )
        for key in joined.records:
            self.of[key] = joined
        return joined

    # -- the three steps --------------------------------------------------------------------

    def words(self) -> dict[tuple[Ref, Ref], Reason]:
        refused = {}
        for left, right, _ in self.verdicts.same:
            ends = stands_for(self.found, left), stands_for(self.found, right)
            if ends[0] not in self.of or ends[1] not in self.of:
                continue
            one, other = self.of[ends[0]], self.of[ends[1]]
            if one is other:
                continue
            judgement = self.verdicts.apart(one.records, other.records)
            if judgement is not None:
                refused[left, right] = Reason("different", (judgement,))
            else:
                self.join(one, other)
        for cluster in set(self.of.values()):
            if len(cluster.records) > 1:
                cluster.words = [frozenset(cluster.records)]
        return refused

    def links(self) -> tuple[dict[Node, list[RecordKey]], dict[tuple[RecordKey, Node], Reason]]:
        found, policy = self.found, self.policy
        holders: dict[Node, list[RecordKey]] = {}
        refused: dict[tuple[RecordKey, Node], Reason] = {}

        for node in in_turn(self.component.nodes, found, policy):
            one = node.identifier
            guarded = policy.identifiers[policy.rank(one.type)].guard
            held_by = holders.setdefault(node, [])
            for key in found.nodes[node]:
                first_refusal = None
                own = self.of[key]
                lead = next((other for other in held_by if self.of[other] is own), None)
                if lead is not None:
                    # with a further holder: what kept that one from the first, keeps this record
                    if (lead, node) in refused:
                        refused[key, node] = refused[lead, node]
                    continue
                for other in held_by:
                    reason = self.breaks(self.of[other], own, guarded=guarded)
                    if reason is None:
                        self.join(self.of[other], own)
                        break
                    first_refusal = first_refusal or reason
                else:
                    reason = self.may_hold(own, one)
                    if reason is None:
                        own.held.add(one)
                        held_by.append(key)
                    first_refusal = first_refusal or reason
                if first_refusal is not None:
                    refused[key, node] = first_refusal
        return holders, refused

    def matches(self, evidence: Evidence) -> dict[tuple[RecordKey, RecordKey], Reason]:
        if not self.component.matches:
            return {}

        def mean(left: Cluster, right: Cluster) -> tuple[int, int]:
            vectors = [
                {evidence.vector(key) for key in cluster.records} - {None}
                for cluster in (left, right)
            ]
            weights = [
                weight
                for one in vectors[0]
                for other in vectors[1]
                if (weight := _weight(evidence, one, other)) is not None
            ]
            return sum(weights), len(weights)

        while True:
            best: tuple[int, int, tuple[RecordKey, RecordKey], Cluster, Cluster] | None = None
            for left, right in combinations(set(self.of.values()), 2):
                total, count = mean(left, right)
                if count == 0 or total <= evidence.cut * count:
                    continue
                low, high = sorted((min(left.records), min(right.records)))
                if best is not None:
                    ahead = total * best[1] - best[0] * count
                    if ahead < 0 or (ahead == 0 and (low, high) > best[2]):
                        continue
                if self.breaks(left, right, guarded=False) is None:
                    best = (total, count, (low, high), left, right)
            if best is None:
                break
            self.join(best[3], best[4])
        refused = {}
        apart = [m for m in self.component.matches if self.of[m.left] is not self.of[m.right]]
        for match in least_of_each(evidence, apart, self.of.__getitem__):
            left, right = self.of[match.left], self.of[match.right]
            total, count = mean(left, right)
            if total > evidence.cut * count:
                reason = self.breaks(left, right, guarded=False)
                assert reason is not None
                refused[match.left, match.right] = reason
        return refused


def _weight(evidence: Evidence, one: Hashable, other: Hashable) -> int | None:
    return evidence.weight(one, other)


def in_turn(nodes: Iterable[Node], found: Links, policy: Policy) -> list[Node]:
    """Identifier nodes in the order in which they are looked at."""

    def turn(node: Node) -> tuple[int, int, str, int]:
        first = min(found.records[key].first_seen for key in found.nodes[node])
        one = node.identifier
        return (policy.rank(one.type), first, one.value, node.group)

    return sorted(nodes, key=turn)


def resolve_component(
    component: Component, found: Links, policy: Policy, verdicts: Verdicts, evidence: Evidence
) -> Clusters:
    """Resolve one component, step by step."""
    work = _Work(component, found, policy, verdicts)
    refused_words = work.words()
    holders, refused_links = work.links()
    refused_matches = work.matches(evidence)
    clusters = sorted(set(work.of.values()), key=lambda cluster: min(cluster.records))
    return Clusters(clusters, holders, refused_links, refused_words, refused_matches, work)


def place_dropped(
    nodes: Iterable[Node], done: Iterable[Clusters], found: Links, policy: Policy
) -> tuple[dict[Node, list[RecordKey]], dict[tuple[RecordKey, Node], Reason]]:
    """Give each node that stopped linking to the first of its records that may hold it.

    It joins nobody. Every other record's link is refused.
    """
    work_of = {key: clusters.work for clusters in done for key in clusters.work.of}
    holders: dict[Node, list[RecordKey]] = {}
    refused: dict[tuple[RecordKey, Node], Reason] = {}
    for node in in_turn(nodes, found, policy):
        holders[node] = []
        for key in found.nodes[node]:
            if holders[node]:
                refused[key, node] = Reason("component limit")
                continue
            work = work_of[key]
            reason = work.may_hold(work.of[key], node.identifier)
            if reason is None:
                work.of[key].held.add(node.identifier)
                holders[node] = [key]
            else:
                refused[key, node] = reason
    return holders, refused
