"""Pairs that look like two people who live together, before anything is learnt.

Housemates share an address, a phone and a family name, and neither a given name nor a birthday. In
a small table they are too few to be found by themselves, and an estimate that begins by chance
takes them for people who misspell both. So what nobody shares with a housemate is declared, and
pairs that agree on much else, more than chance explains, begin as housemates. They only begin so:
the estimate that follows may move each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Field
    from sameas.matching.model.shape import Shape

__all__ = ["INDIVIDUAL", "NAMES", "PERSONAL", "housemates", "own"]

NAMES = ("given_name", "family_name", "full_name")
PERSONAL = frozenset([*NAMES, "date", "email", "phone"])
"""Kinds of fields by which strangers are known."""

INDIVIDUAL = frozenset(["given_name", "full_name", "date", "code"])
"""Kinds of fields that even people of one household do not share."""


def own(fields: Sequence[Field]) -> tuple[int, ...]:
    """The places of the fields that housemates do not share."""
    return tuple(place for place, field in enumerate(fields) if field.kind in INDIVIDUAL)


def housemates(
    shape: Shape,
    own: Sequence[int],
    levels: NDArray[np.uint8],
    surprise: NDArray[np.float64],
    pairs: float,
) -> NDArray[np.bool_]:
    """Of each pattern (columns of `levels`) whether it looks like two people of one household.

    All that is their own and can be compared differs, and what agrees is, by `surprise` (bits, by
    comparison), more than chance gives one pair of so many.
    """
    ends = np.array(shape.levels)[:, None]
    agrees = (levels > 0) & (levels < ends)
    mine = np.zeros(len(shape), dtype=np.bool_)
    mine[list(own)] = True
    apart = (levels == ends)[mine].any(axis=0) & ~agrees[mine].any(axis=0)
    shared = (agrees * surprise[:, None])[~mine].sum(axis=0)
    out: NDArray[np.bool_] = apart & (shared >= np.log2(max(pairs, 2.0)))
    return out
