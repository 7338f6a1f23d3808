"""The evidence of one profile as nodes and edges, with what it was kept from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.online.rules import LINKED
from sameas.engine.online.view.answers import Edge, Graph, Node
from sameas.engine.online.view.ledger import naming
from sameas.engine.online.view.links import Links
from sameas.engine.online.view.matches import matches_of, vector_of_record
from sameas.engine.online.view.names import home, ids_of_clusters, ref_of, ref_of_value
from sameas.engine.online.view.profile import KINDS
from sameas.engine.online.view.review import bits, evidence_between
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.view.answers import EdgeKind
    from sameas.engine.online.view.names import Home
    from sameas.graph.store.port import Reader

__all__ = ["graph"]


def graph(reader: Reader, rules: Rules, id_: str, *, limit: int = 500) -> Graph:
    """The profile's records with their identifiers, then the records of others that are contested.

    Args:
        reader: one state of the store.
        rules: the policy in force.
        id_: a profile id.
        limit: nodes at most; edges are those between nodes that are there.
    """
    at = home(reader, id_)
    drawn = _Drawing(limit)
    own = Links(reader, rules, at.records[:limit])
    drawn.truncated = len(at.records) > limit
    drawn.records(own, at.records[:limit], {at.cluster: at.id})
    contested = [
        (number,)
        for number, standing in own.standings.items()
        if standing.status in ("contested", "unlinked")
        and own.identifiers[number].standing == LINKED
    ]
    outside = {
        link.record
        for link in reader.find(t.LINK, ("identifier",), contested)
        if link.record not in own.records
    }
    numbers = sorted(outside)[: max(0, limit - len(drawn.nodes))]
    drawn.truncated |= len(numbers) < len(outside)
    others = reader.get(t.RECORD, [(number,) for number in numbers])
    others = [row for row in others if row.cluster != at.cluster]
    others.sort(key=lambda row: row.number)
    clusters = [row.cluster for row in others if row.cluster is not None]
    drawn.outside(Links(reader, rules, others), others, ids_of_clusters(reader, clusters))
    if rules.matcher is not None:
        drawn.matches(reader, rules, at)
    drawn.judgements(reader)
    return Graph(
        at.id, at.asked_id, tuple(drawn.nodes.values()), tuple(drawn.edges), drawn.truncated
    )


class _Drawing:
    """Nodes in the order in which they are found, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.truncated = False

    def node(self, node: Node) -> bool:
        """Whether the node is there, or there is room for it."""
        if node.id in self.nodes:
            return True
        if len(self.nodes) >= self.limit:
            self.truncated = True
            return False
        self.nodes[node.id] = node
        return True

    def records(self, links: Links, rows: Sequence[t.RecordRow], ids: dict[int, str]) -> None:
        """Records with all their identifiers."""
        for row in rows:
            if not self._record(row, ids):
                return
            for link in links.by_record[row.number]:
                one = links.identifiers[link.identifier]
                standing = links.standings[link.identifier]
                profile = links.profile_id(link.identifier)
                if self.node(Node(ref_of_value(one), "identifier", standing.status, profile)):
                    self._link(links, link)

    def outside(self, links: Links, rows: Sequence[t.RecordRow], ids: dict[int, str]) -> None:
        """Records of others, with their links to what is there already."""
        for row in rows:
            if not self._record(row, ids):
                return
            for link in links.by_record[row.number]:
                if ref_of_value(links.identifiers[link.identifier]) in self.nodes:
                    self._link(links, link)

    def matches(self, reader: Reader, rules: Rules, at: Home) -> None:
        """Why its records are alike, a match a pair of vectors; and what refused such a match."""
        most = len(self.edges) + self.limit
        for one, other, weight, why in matches_of(reader, rules, at):
            if len(self.edges) >= most:
                self.truncated = True
                return
            outside = [row for row in (one, other) if ref_of(row) not in self.nodes]
            clusters = [row.cluster for row in outside if row.cluster is not None]
            ids = ids_of_clusters(reader, clusters)
            if not all(self._record(row, ids) for row in outside):
                return
            vectors = [vector_of_record(reader, row.number) for row in (one, other)]
            self.edges.append(
                Edge(
                    ref_of(one),
                    ref_of(other),
                    "match",
                    "linked" if why is None else "refused",
                    constraint=None if why is None else why[0],
                    against=() if why is None else why[1],
                    weight=bits(weight),
                    fields=evidence_between(rules, *vectors),
                )
            )

    def judgements(self, reader: Reader) -> None:
        """Words on two nodes that are there."""
        most = len(self.edges) + self.limit
        for word in naming(reader, self.nodes):
            if word.retracted is not None:
                continue
            kind: EdgeKind = "same" if word.kind == "same" else "different"
            for left in word.left:
                for right in word.right:
                    if left not in self.nodes or right not in self.nodes or left == right:
                        continue
                    if len(self.edges) >= most:
                        self.truncated = True
                        return
                    self.edges.append(Edge(left, right, kind, "said", judgement=word.key))

    def _record(self, row: t.RecordRow, ids: dict[int, str]) -> bool:
        profile = None if row.cluster is None else ids[row.cluster]
        return self.node(Node(ref_of(row), "record", KINDS[row.kind], profile))

    def _link(self, links: Links, link: t.Link) -> None:
        why = links.refused(link)
        self.edges.append(
            Edge(
                ref_of(links.records[link.record]),
                ref_of_value(links.identifiers[link.identifier]),
                "link",
                links.status(link),
                link.place,
                None if why is None else why.constraint,
                () if why is None else why.against,
            )
        )
