"""3.4: bounded connected pieces of the graph, the weakest evidence dropped first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx

from sameas.engine.evidence import LADDER, MAX_VECTORS
from sameas.engine.reference.matches import record_pairs
from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.engine.evidence import Evidence
    from sameas.engine.judgements import Verdicts
    from sameas.engine.policy import Policy
    from sameas.engine.reference.links import Links, Node
    from sameas.graph.model import Match, Ref

__all__ = ["Component", "components", "stands_for"]


@dataclass(frozen=True, slots=True)
class Component:
    """One unit of work."""

    records: frozenset[RecordKey]
    nodes: tuple[Node, ...]
    """The identifier nodes that still link in it."""
    dropped: tuple[Node, ...]
    """Those that the component limit keeps from linking."""
    matches: tuple[Match, ...]
    """The pairs of records that join it, spelled out; none: matches are not looked at."""


def stands_for(found: Links, ref: Ref) -> RecordKey | None:
    """The record that a judgement on `ref` speaks of; None: it is not there, the word sleeps."""
    if isinstance(ref, RecordKey):
        return ref if ref in found.records else None
    for node, keys in sorted(found.nodes.items()):
        if node.identifier == ref:
            return keys[0]
    return None


def components(
    found: Links, policy: Policy, verdicts: Verdicts, evidence: Evidence
) -> list[Component]:
    """All components, every record in one of them."""
    pairs = list(record_pairs(evidence, found.records))
    said = []
    for left, right, _ in verdicts.same:
        one, other = stands_for(found, left), stands_for(found, right)
        if one is not None and other is not None:
            said.append((one, other))

    def bounded(
        keys: Iterable[RecordKey], nodes: Sequence[Node], dropped: Sequence[Node], level: int
    ) -> list[Component]:
        step = LADDER[level]
        graph: nx.Graph[RecordKey | Node] = nx.Graph()
        graph.add_nodes_from(keys)
        edges = [
            match
            for match in pairs
            if step is not None
            and match.weight >= evidence.edge_threshold + step
            and match.left in graph
            and match.right in graph
        ]
        for node in nodes:
            graph.add_edges_from((node, key) for key in found.nodes[node])
        graph.add_edges_from((a, b) for a, b in said if a in graph and b in graph)
        graph.add_edges_from((match.left, match.right) for match in edges)
        parts = []
        for part in nx.connected_components(graph):
            inside = [one for one in part if isinstance(one, RecordKey)]
            linking = sorted(one for one in part if not isinstance(one, RecordKey))
            gone = [node for node in dropped if found.nodes[node][0] in part]
            matched = tuple(match for match in edges if match.left in part)
            vectors = {evidence.vector(key) for key in inside} - {None}
            if matched and (len(vectors) > MAX_VECTORS or len(part) > policy.max_component):
                parts += bounded(inside, linking, gone, level + 1)
            elif len(part) > policy.max_component and linking:
                lowest = max(policy.rank(node.identifier.type) for node in linking)
                kept = [n for n in linking if policy.rank(n.identifier.type) < lowest]
                cut = [n for n in linking if policy.rank(n.identifier.type) == lowest]
                parts += bounded(inside, kept, [*gone, *cut], level)
            else:
                parts.append(Component(frozenset(inside), tuple(linking), tuple(gone), matched))
        return parts

    return bounded(found.records, sorted(found.nodes), (), 0)
