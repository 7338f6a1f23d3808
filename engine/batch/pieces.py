"""From a risky component to pieces within the limits: the weakest evidence is dropped first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.batch.stepwise import Node, Piece, Word
from sameas.engine.evidence import LADDER, MAX_VECTORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["Bounds", "bounded"]

Edge = tuple[int, int, int]


class Bounds:
    """What bounds a component, and how its evidence is ranked."""

    def __init__(
        self,
        *,
        max_component: int,
        edge_threshold: int,
        rank: Callable[[int], int],
        vector: Callable[[int], int],
    ) -> None:
        self.max_component = max_component
        self.edge_threshold = edge_threshold
        self.rank = rank
        self.vector = vector


def bounded(
    records: Sequence[int],
    nodes: Mapping[Node, Sequence[int]],
    words: Sequence[Word],
    edges: Sequence[Edge],
    bounds: Bounds,
) -> Iterator[tuple[Piece, Sequence[Node]]]:
    """The pieces of one component, each with the nodes that it dropped."""
    yield from _pieces(records, nodes, {}, words, edges, 0, bounds)


def _pieces(
    records: Sequence[int],
    nodes: Mapping[Node, Sequence[int]],
    dropped: Mapping[Node, Sequence[int]],
    words: Sequence[Word],
    edges: Sequence[Edge],
    level: int,
    bounds: Bounds,
) -> Iterator[tuple[Piece, Sequence[Node]]]:
    step = LADDER[level]
    kept = (
        [] if step is None else [edge for edge in edges if edge[2] >= bounds.edge_threshold + step]
    )
    if (
        len(records) + len(nodes) <= bounds.max_component
        and not (kept and _vectors(records, bounds) > MAX_VECTORS)
        and level == 0
        and not dropped
    ):
        yield Piece(records, nodes, words, [edge[:2] for edge in kept]), ()
        return
    parent = {record: record for record in records}

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for members in nodes.values():
        for record in members[1:]:
            parent[root(record)] = root(members[0])
    for word in words:
        parent[root(word.right)] = root(word.left)
    for left, right, _ in kept:
        parent[root(right)] = root(left)
    parts: dict[int, list[int]] = {}
    for record in records:
        parts.setdefault(root(record), []).append(record)

    def sorted_out(items: Iterable[Node]) -> dict[int, list[Node]]:
        found: dict[int, list[Node]] = {}
        for node in items:
            first = nodes[node][0] if node in nodes else dropped[node][0]
            found.setdefault(root(first), []).append(node)
        return found

    own_nodes, own_dropped = sorted_out(nodes), sorted_out(dropped)
    own_words: dict[int, list[Word]] = {}
    for word in words:
        own_words.setdefault(root(word.left), []).append(word)
    own_edges: dict[int, list[Edge]] = {}
    for edge in kept:
        own_edges.setdefault(root(edge[0]), []).append(edge)
    for at, inside in parts.items():
        linking = own_nodes.get(at, [])
        gone = own_dropped.get(at, [])
        matched = own_edges.get(at, [])
        said = own_words.get(at, [])
        here = {node: nodes[node] for node in linking}
        away = {node: dropped[node] for node in gone}
        large = len(inside) + len(linking) > bounds.max_component
        if matched and (large or _vectors(inside, bounds) > MAX_VECTORS):
            yield from _pieces(inside, here, away, said, matched, level + 1, bounds)
        elif large and linking:
            lowest = max(bounds.rank(node.identifier) for node in linking)
            cut = {n: m for n, m in here.items() if bounds.rank(n.identifier) == lowest}
            rest = {n: m for n, m in here.items() if n not in cut}
            yield from _pieces(inside, rest, away | cut, said, matched, level, bounds)
        else:
            yield Piece(inside, here, said, [edge[:2] for edge in matched]), gone


def _vectors(records: Iterable[int], bounds: Bounds) -> int:
    return len({bounds.vector(record) for record in records} - {-1})
