"""What sets join: union-find over a few nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["joined"]


def joined(nodes: Iterable[int], sets: Iterable[Collection[int]]) -> list[list[int]]:
    """The nodes in parts, each in the order of the nodes, the parts in that of their first nodes.

    >>> joined([1, 2, 3, 4], [[4, 2], [3], []])
    [[1], [2, 4], [3]]
    """
    parent = {node: node for node in nodes}

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for together in sets:
        members = list(together)
        for other in members[1:]:
            parent[root(other)] = root(members[0])
    parts: dict[int, list[int]] = {}
    for node in parent:
        parts.setdefault(root(node), []).append(node)
    return list(parts.values())
