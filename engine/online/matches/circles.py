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
    from collections.abc import Collection, Iterable

    from sameas.graph.store import tables as t

__all__ = ["circles_of", "circles_text", "known_circles"]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[list[int]]).decode


def circles_of(
    vectors: Collection[int],
    close: Iterable[tuple[int, int]],
    together: Iterable[Collection[int]],
) -> list[list[int]]:
    """The circles of some vectors.

    Args:
        vectors: their numbers.
        close: pairs that weigh more than the cut, of whatever vectors.
        together: vectors of records that are in one cluster.
    """
    some = set(vectors)
    pairs = [pair for pair in close if pair[0] in some and pair[1] in some]
    return joined(sorted(some), [*pairs, *together])


def circles_text(circles: Iterable[Collection[int]]) -> str:
    """As a component's row holds them."""
    return _encode(sorted(map(sorted, circles))).decode()


def known_circles(part: t.Component) -> list[list[int]] | None:
    """The circles of a component; None: nobody looked."""
    if part.summary is not None:
        return [Summary.loads(part.summary).vectors]
    return None if part.circles is None else _decode(part.circles)
