"""Circles: the vectors of a component that chains of weights above the cut tie together.

A mean above the cut needs a weight above it, so clusters never reach across circles, and what
happens in one does not hang on what is in the others. Who comes is looked at with the circles that
it has a weight above the cut in; the rest of its component stays as it is. Records of one cluster
are in one circle, whatever brought them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.joined import joined
from sameas.engine.online.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sameas.graph.store import tables as t

__all__ = ["circles_of", "circles_text", "known_circles", "neighbours"]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[list[int]]).decode


def neighbours(close: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """By vector: those with greater numbers that it has a weight above the cut with."""
    found: dict[int, list[int]] = {}
    for pair in close:
        found.setdefault(min(pair), []).append(max(pair))
    return found


def circles_of(
    vectors: Collection[int],
    close: Mapping[int, Sequence[int]],
    together: Iterable[Collection[int]],
) -> list[list[int]]:
    """The circles of some vectors.

    Args:
        vectors: their numbers.
        close: the `neighbours` of whatever vectors.
        together: vectors of records that are in one cluster.
    """
    some = set(vectors)
    pairs = [(one, other) for one in some for other in close.get(one, ()) if other in some]
    return joined(sorted(some), [*pairs, *together])


def circles_text(circles: Iterable[Collection[int]]) -> str:
    """As a component's row holds them."""
    return _encode(sorted(map(sorted, circles))).decode()


def known_circles(part: t.Component) -> list[list[int]] | None:
    """The circles of a component; None: nobody looked."""
    if part.summary is not None:
        return [Summary.loads(part.summary).vectors]
    return None if part.circles is None else _decode(part.circles)
