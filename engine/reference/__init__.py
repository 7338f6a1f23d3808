"""The function, written to be read: slow, obvious, and the oracle of every faster way.

It imports nothing of the fast path. `resolve` is section 3.2 to 3.5 of docs/design.md,
`live_records` 3.1, `advance` 3.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.engine.evidence import GivenMatches
from sameas.engine.judgements import verdicts
from sameas.engine.reference.clusters import Clusters, place_dropped, resolve_component
from sameas.engine.reference.components import components
from sameas.engine.reference.ids import Carried, Ledger, Movement, advance
from sameas.engine.reference.links import Node, Reason, aliases, links
from sameas.engine.reference.matches import least_of_each, record_pairs
from sameas.engine.reference.versions import live_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sameas.engine.evidence import Evidence
    from sameas.engine.policy import Policy
    from sameas.graph.model import Identifier, Judgement, Record, RecordKey

__all__ = [
    "Carried",
    "Ledger",
    "Movement",
    "Partition",
    "Standing",
    "advance",
    "live_records",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of one identifier."""

    status: str
    home: RecordKey | None
    """The smallest record key of the profile that it answers with."""
    fanout: int
    records: int


@dataclass(frozen=True, slots=True)
class Partition:
    """The answer: who is one person, and what was kept from joining."""

    profiles: frozenset[frozenset[RecordKey]]
    identifiers: Mapping[Identifier, Standing]
    granted: frozenset[tuple[RecordKey, Identifier]]
    """The links that hold."""
    refused: frozenset[tuple[str, str, str, str, tuple[str, ...]]]
    """(kind, left reference, right reference, constraint, against)."""
    component_sizes: tuple[int, ...]
    """Nodes of each component, ascending."""


def resolve(
    records: Iterable[Record],
    policy: Policy,
    judgements: Iterable[Judgement] = (),
    evidence: Evidence | None = None,
) -> Partition:
    """The partition of live records. Cubic in a component; for tests and small graphs."""
    records = list(records)
    evidence = evidence or GivenMatches(())
    alias = aliases(records)
    settled = verdicts(judgements, alias)
    found = links(records, policy, settled, alias)
    pieces = components(found, policy, settled, evidence)
    home: dict[RecordKey, frozenset[RecordKey]] = {}
    holders: dict[Node, list[RecordKey]] = {}
    reasons: dict[tuple[RecordKey, Identifier], Reason] = {}
    refused: set[tuple[str, str, str, str, tuple[str, ...]]] = set()
    resolved: list[Clusters] = []
    for piece in pieces:
        done = resolve_component(piece, found, policy, settled, evidence)
        for cluster in done.clusters:
            profile = frozenset(cluster.records)
            home.update(dict.fromkeys(profile, profile))
        resolved.append(done)
        holders.update(done.holders)
        for (key, node), reason in done.refused_links.items():
            reasons[key, node.identifier] = reason
        for (one, other), reason in done.refused_words.items():
            refused.add(("judgement", one.ref, other.ref, reason.constraint, reason.against))
        for (key, other_key), reason in done.refused_matches.items():
            refused.add(("match", key.ref, other_key.ref, reason.constraint, reason.against))
    dropped = [node for piece in pieces for node in piece.dropped]
    placed, unplaced = place_dropped(dropped, resolved, found, policy)
    holders.update(placed)
    for (key, node), reason in unplaced.items():
        reasons[key, node.identifier] = reason
    looked_at = {match for piece in pieces for match in piece.matches}
    passed_over = [
        match
        for match in record_pairs(evidence, found.records)
        if match.weight >= evidence.edge_threshold
        and home[match.left] != home[match.right]
        and match not in looked_at
    ]
    for match in least_of_each(evidence, passed_over, home.__getitem__):
        refused.add(("match", match.left.ref, match.right.ref, "component limit", ()))
    reasons |= found.refused
    granted = set()
    identifiers = {}
    for one, keys in found.carriers.items():
        held_by: list[RecordKey] = []
        for node in sorted(node for node in found.nodes if node.identifier == one):
            held_by += holders[node]
        holding = {home[key] for key in held_by}
        status = found.standing[one]
        if status == "linked":
            inside = {key for key in keys if home[key] in holding}
            granted |= {(key, one) for key in inside}
            for key in keys:
                if not held_by or home[key] != home[held_by[0]]:
                    reason = reasons[key, one]
                    refused.add(("link", key.ref, one.ref, reason.constraint, reason.against))
            if not held_by:
                status = "unlinked"
            elif len({home[key] for key in keys}) > 1:
                status = "contested"
        first = min(home[held_by[0]]) if held_by else None
        identifiers[one] = Standing(status, first, found.fanout[one], len(keys))
    return Partition(
        frozenset(home.values()),
        identifiers,
        frozenset(granted),
        frozenset(refused),
        tuple(sorted(len(p.records) + len(p.nodes) + len(p.dropped) for p in pieces)),
    )
