"""Compiled clusters equal those found by trying every pair with exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from sameas.matching.cluster.people import People, clusters, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Longs = NDArray[np.int64]

MISSING = np.iinfo(np.int64).min
LADDER = (0, 2, 4)


def slow_pieces(
    members: Iterable[int], pairs: dict[tuple[int, int], int], threshold: int, most: int, step: int
) -> list[set[int]]:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(members)
    if step < len(LADDER):
        graph.add_edges_from(
            pair
            for pair, weight in pairs.items()
            if weight >= threshold + LADDER[step] and pair[0] in graph and pair[1] in graph
        )
    found = []
    for part in nx.connected_components(graph):
        if len(part) > most and step < len(LADDER):
            found += slow_pieces(part, pairs, threshold, most, step + 1)
        else:
            found.append(set(part))
    return found


def slow_clusters(piece: set[int], weights: Longs, cut: int) -> list[set[int]]:
    found = [{one} for one in piece]
    while True:
        ranked = []
        for one, other in combinations(found, 2):
            between = [int(weights[a, b]) for a in one for b in other if weights[a, b] != MISSING]
            if between and Fraction(sum(between), len(between)) > cut:
                mean = Fraction(sum(between), len(between))
                ranked.append((-mean, sorted((min(one), min(other))), one, other))
        if not ranked:
            return found
        *_, one, other = min(ranked, key=lambda row: row[:2])
        found = [cluster for cluster in found if cluster is not one and cluster is not other]
        found.append(one | other)


def sets(numbers: NDArray[np.int32]) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(numbers == one).tolist()) for one in set(numbers.tolist())}


def linked(n: int, pairs: dict[tuple[int, int], int], weights: Longs, **named: int) -> People:
    ends = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)
    return clusters(
        n,
        ends[:, 0],
        ends[:, 1],
        np.array([pairs[pair] for pair in sorted(pairs)], dtype=np.int64),
        lambda one, other: weights[one, other],
        ladder=LADDER,
        **named,
    )


@pytest.mark.parametrize("seed", range(120))
def test_clusters_are_those_of_trying_every_pair(seed: int) -> None:
    """Pieces, and the highest mean first, ties by number, until no mean is above the cut."""
    r = np.random.default_rng(seed)
    n = int(r.integers(1, 14))
    weights = r.integers(-5, 8, (n, n))
    weights = np.where(r.random((n, n)) < 0.2, MISSING, weights)
    weights = np.triu(weights) + np.triu(weights, 1).T
    pairs = {
        (a, b): int(weights[a, b])
        for a, b in combinations(range(n), 2)
        if weights[a, b] != MISSING and r.random() < 0.5
    }
    cut, threshold, most = int(r.integers(-1, 2)), int(r.integers(-2, 2)), int(r.integers(2, 8))
    found = linked(n, pairs, weights, threshold=threshold, cut=cut, most=most)
    expected = slow_pieces(range(n), pairs, threshold, most, 0)
    assert sets(found.piece) == set(map(frozenset, expected))
    assert sets(found.cluster) == {
        frozenset(one) for piece in expected for one in slow_clusters(piece, weights, cut)
    }


def test_no_vector_and_no_pair_give_no_cluster() -> None:
    """Nothing in, nothing out; without pairs each vector is alone."""
    nothing = np.zeros((0, 0), dtype=np.int64)
    assert len(linked(0, {}, nothing, threshold=0, cut=0, most=5).cluster) == 0
    alone = linked(3, {}, np.zeros((3, 3), dtype=np.int64), threshold=0, cut=0, most=5)
    assert alone.cluster.tolist() == [0, 1, 2]
    assert len(alone.left) == 0


def test_all_pairs_inside_a_piece_are_weighed_once() -> None:
    """Those that are no candidates, too, and none across pieces."""
    found = linked(
        5,
        {(0, 1): 3, (1, 2): 3, (3, 4): 3},
        np.full((5, 5), 7, dtype=np.int64),
        threshold=0,
        cut=0,
        most=5,
    )
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (1, 2),
        (3, 4),
    ]
    assert found.weight.tolist() == [7] * 4


def test_means_are_compared_beyond_what_a_float_can_tell_apart() -> None:
    """Of two means one unit in 2**43 apart over several pairs, the greater joins first."""
    huge = 1 << 43
    weights = np.full((4, 4), -huge, dtype=np.int64)
    # 1 is nearer to 2 than to 0 by one unit
    for a, b, weight in ((0, 1, huge - 1), (1, 2, huge), (2, 3, huge - 1)):
        weights[a, b] = weights[b, a] = weight
    pairs = {(0, 1): huge - 1, (1, 2): huge, (2, 3): huge - 1}
    found = linked(4, pairs, weights, threshold=0, cut=0, most=5)
    assert sets(found.cluster) == {frozenset({0}), frozenset({1, 2}), frozenset({3})}


def test_a_piece_that_stays_too_large_falls_apart() -> None:
    """When the ladder has no step left, no pair joins."""
    ends = np.array([[0, 1], [1, 2]], dtype=np.int32)
    weight = np.array([9, 9], dtype=np.int64)
    found = pieces(3, ends[:, 0], ends[:, 1], weight, threshold=0, ladder=LADDER, most=2)
    assert found.tolist() == [0, 1, 2]
