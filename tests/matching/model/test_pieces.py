"""Pieces: connected by edges, never too large, and in one order."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sameas.matching.cluster.units import MISSING
from sameas.matching.model.pieces import Pieces, clusters, pieces, together

edges = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(-3, 12)), max_size=40
)


def arrays(rows: list[tuple[int, int, int]]) -> tuple[Any, Any, Any]:
    table = np.array([(min(a, b), max(a, b), w) for a, b, w in rows], dtype=np.int64)
    table = table.reshape(-1, 3)
    return table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), table[:, 2]


def listed(found: Pieces) -> list[list[int]]:
    spans = zip(found.starts[:-1], found.starts[1:], strict=True)
    return [found.members[a:b].tolist() for a, b in spans]


def plain(
    nodes: set[int], rows: list[tuple[int, int, int]], steps: tuple[int, ...], limit: int
) -> list[list[int]]:
    """Connected parts at the first step; parts that are too large go on with the next."""
    if not steps:
        return []
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((a, b) for a, b, w in rows if w >= steps[0] and {a, b} <= nodes)
    out: list[list[int]] = []
    for part in nx.connected_components(graph):
        out += [sorted(part)] if len(part) <= limit else plain(part, rows, steps[1:], limit)
    return sorted(part for part in out if len(part) > 1)


@given(rows=edges)
def test_pieces_are_what_the_ladder_leaves_connected(rows: list[tuple[int, int, int]]) -> None:
    left, right, weights = arrays(rows)
    found = pieces(12, left, right, weights, threshold=0, ladder=(0, 2, 4, 8), max_vectors=4)
    assert listed(found) == plain(set(range(12)), rows, (0, 2, 4, 8), 4)


@given(rows=edges, turn=st.randoms(use_true_random=False))
def test_the_order_of_edges_changes_nothing(rows: list[tuple[int, int, int]], turn: Any) -> None:
    other = rows.copy()
    turn.shuffle(other)
    one = pieces(12, *arrays(rows), threshold=0, ladder=(0, 3), max_vectors=3)
    assert listed(one) == listed(
        pieces(12, *arrays(other), threshold=0, ladder=(0, 3), max_vectors=3)
    )


def test_no_vectors_and_no_edges_make_no_pieces() -> None:
    none = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    assert listed(pieces(0, *none, threshold=0)) == []
    assert listed(pieces(3, *none, threshold=0)) == []


def test_inside_lists_each_pair_of_a_piece_once() -> None:
    found = Pieces(np.array([1, 4, 6, 2, 3], np.int32), np.array([0, 3, 5], np.int64))
    left, right = found.inside()
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(1, 4), (1, 6), (4, 6), (2, 3)]
    assert found.pairs == 4


def test_some_keeps_whole_pieces_within_the_limit() -> None:
    members = np.arange(200, dtype=np.int32)
    found = Pieces(members, np.arange(0, 201, 2, dtype=np.int64))
    some = found.some(40)
    assert some.pairs == 40
    assert all(part in listed(found) for part in listed(some))
    assert found.some(100) is found


def test_clusters_and_together_speak_of_the_pairs_in_order() -> None:
    found = Pieces(np.array([1, 4, 6, 2, 3], np.int32), np.array([0, 3, 5], np.int64))
    weights = np.array([5, MISSING, -1, 2], dtype=np.int64)
    cluster = clusters(found.members, found.starts, weights, 0)
    assert cluster.tolist() == [0, 0, 2, 3, 3]
    assert together(found.starts, cluster).tolist() == [True, False, False, True]
