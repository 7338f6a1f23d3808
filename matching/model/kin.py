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

from sameas.matching.compare import levels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import Field, FieldKind
    from sameas.matching.model.shape import Shape

    Floats = NDArray[np.float64]

__all__ = ["CONTACTS", "NAMES", "PERSONAL", "Kin", "Sharing", "bits", "sharing"]

NAMES = ("given_name", "family_name", "full_name")
CONTACTS = frozenset(["email", "phone"])
PERSONAL = frozenset([*NAMES, "date", *CONTACTS])
"""Kinds of fields by which strangers are known."""

_LASTING = frozenset([*NAMES, "date", "code"])
"""What few people change, so that two who differ in it are seldom one."""

_OWN: Mapping[FieldKind, str] = {
    "given_name": "different",
    "full_name": "one shared",
    "date": "different",
    "code": "different",
}
"""What is a person's own, and the first level that is not: housemates share one of their names."""
_PLACES = frozenset(["address", "postcode", "text", "number"])


class Kin(NamedTuple):
    """Places of fields by what people of one household share."""

    own: tuple[tuple[int, int], ...] = ()
    """What even housemates do not share: each place with the last level that is such sharing."""
    where: tuple[int, ...] = ()
    """What neighbours share: it hangs together, so the best of it speaks for all."""
    lasting: tuple[tuple[int, int], ...] = ()
    """What few people change: `own`, and family names."""
    mail: tuple[int, ...] = ()
    """Mailboxes that are taken for one person's: nothing else would show a household."""

    @classmethod
    def of(cls, fields: Sequence[Field]) -> Kin:
        """By the kinds of the fields."""
        kinds = list(enumerate(field.kind for field in fields))
        homes = any(kind in _PLACES or kind == "phone" for _, kind in kinds)
        return cls(
            tuple((place, levels(kind).index(_OWN[kind])) for place, kind in kinds if kind in _OWN),
            tuple(place for place, kind in kinds if kind in _PLACES),
            tuple(
                (place, levels(kind).index(_OWN.get(kind, "different")))
                for place, kind in kinds
                if kind in _LASTING
            ),
            tuple(place for place, kind in kinds if kind == "email" and not homes),
        )


class Sharing(NamedTuple):
    """What each pattern shares beyond what chance explains."""

    apart: NDArray[np.bool_]
    """So much that is nobody's own, and nothing of their own: they may be housemates."""
    alike: NDArray[np.bool_]
    """As much, and something of their own."""


def sharing(
    shape: Shape,
    kin: Kin,
    found: NDArray[np.uint8],
    chance: Floats,
    records: float,
) -> Sharing:
    """By patterns (columns of levels), O(comparisons * patterns).

    What agrees and is nobody's own is, by `chance` (of each comparison, context and level), so rare
    that chance gives about one such pair a record, or fewer; something that is a person's own can
    be compared, and all of it differs, or some agrees.
    """
    agrees = (found > 0) & (found < np.array(shape.levels)[:, None])
    surprise = bits(chance[:, 0, 1])
    told = agrees * surprise[:, None]
    compared = np.zeros(found.shape[1], dtype=np.bool_)
    alike = np.zeros_like(compared)
    for place, last in kin.own:
        compared |= found[place] > 0
        alike |= (found[place] > 0) & (found[place] <= last)
        rest = chance[place, 0, last + 1 : shape.levels[place]].sum()
        told[place] = (agrees[place] & (found[place] > last)) * bits(rest)
    told[list(kin.mail)] = 0.0
    where = np.isin(np.arange(len(shape)), kin.where)
    shared = told[~where].sum(axis=0) + told[where].max(axis=0, initial=0.0)
    much = compared & (shared >= np.log2(max(records, 2.0)))
    return Sharing(much & ~alike, much & alike)


def bits(chance: Floats) -> Floats:
    """How surprising it is that two others agree, if they do with this chance."""
    out: Floats = -np.log2(np.maximum(chance, 1e-9))
    return out
