"""Pairs that may be two people who live together, before anything is learnt.

Housemates share an address, a phone and a family name, and neither given name nor birthday. Left to
itself an estimate takes them for people who misspell both: where a table has few fields, or few
records, that explains the many pairs of one town better. So what nobody shares with a housemate is
declared, and pairs that agree on much else, more than chance explains, may be housemates: one
explanation is theirs alone while the mixture is learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Field
    from sameas.matching.model.shape import Shape

__all__ = ["NAMES", "PERSONAL", "Kin", "housemates"]

NAMES = ("given_name", "family_name", "full_name")
PERSONAL = frozenset([*NAMES, "date", "email", "phone"])
"""Kinds of fields by which strangers are known."""

_OWN = frozenset(["given_name", "full_name", "date", "code"])
_PLACES = frozenset(["address", "postcode", "text", "number"])


class Kin(NamedTuple):
    """Places of fields by what people of one household share."""

    own: tuple[int, ...] = ()
    """What even housemates do not share."""
    where: tuple[int, ...] = ()
    """What neighbours share: it hangs together, so the best of it speaks for all."""

    @classmethod
    def of(cls, fields: Sequence[Field]) -> Kin:
        """By the kinds of the fields."""
        return cls(*(
            tuple(place for place, field in enumerate(fields) if field.kind in kinds)
            for kinds in (_OWN, _PLACES)
        ))  # fmt: skip


def housemates(
    shape: Shape,
    kin: Kin,
    levels: NDArray[np.uint8],
    surprise: NDArray[np.float64],
    records: float,
) -> NDArray[np.bool_]:
    """Of each pattern (columns of `levels`) whether it may be two people of one household.

    All that is their own and can be compared differs, and what agrees is, by `surprise` (bits, by
    comparison), so rare that chance gives about one such pair a record, or fewer.
    """
    agrees = (levels > 0) & (levels < np.array(shape.levels)[:, None])
    own, where = (np.isin(np.arange(len(shape)), places) for places in kin)
    apart = (levels[own] > 0).any(axis=0) & ~agrees[own].any(axis=0)
    told = agrees * surprise[:, None]
    shared = told[~own & ~where].sum(axis=0) + told[where].max(axis=0, initial=0.0)
    out: NDArray[np.bool_] = apart & (shared >= np.log2(max(records, 2.0)))
    return out
