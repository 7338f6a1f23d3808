"""What the judgement ledger says in the end, pair by pair.

Of all judgements on one pair of references the newest counts; of two at the same time, the
`different`. What comes out does not depend on the order in which they were given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from sameas.graph.model import Identifier, RecordKey, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from sameas.graph.model import Judgement

__all__ = ["ONE_SIDE", "Verdicts", "on_both_sides", "order", "verdicts"]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The ledger, settled."""

    same: tuple[tuple[Ref, Ref, str], ...]
    """Pairs that are one person, in the order in which they are applied; with the judgement."""
    different: Mapping[Ref, Mapping[Ref, str]]
    """For a reference those that are never the same person, with the judgement that says so;
    both ways round."""
    unlink: Mapping[tuple[RecordKey, Identifier], str]
    """Links that a `different` with the record on its left and the identifier on its right cuts."""

    def apart(self, left: Iterable[Ref], right: AbstractSet[Ref]) -> str | None:
        """The first judgement, by key, that keeps two sets of references apart."""
        if not self.different:
            return None
        found = {
            key
            for one in left
            if (partners := self.different.get(one))
            for other, key in partners.items()
            if other in right
        }
        return min(found, default=None)


ONE_SIDE = "name it on one"


def on_both_sides(left: AbstractSet[Ref], right: AbstractSet[Ref]) -> str:
    """What is wrong with a judgement that names a thing on both sides; empty: nothing is.

    >>> from sameas.graph.model import RecordKey
    >>> on_both_sides({RecordKey("crm", "1")}, {RecordKey("crm", "1"), RecordKey("crm", "2")})
    'crm/1 stands on both sides'
    """
    both = ", ".join(sorted(one.ref for one in left & right))
    return both and f"{both} stands on both sides"


def order(ref: Ref) -> tuple[int, str, str]:
    """Where a reference stands among all: records first, then identifiers, each by name."""
    if isinstance(ref, RecordKey):
        return (0, ref.source, ref.record_id)
    return (1, ref.type, ref.value)


def verdicts(
    judgements: Iterable[Judgement], alias: Mapping[Identifier, Identifier] | None = None
) -> Verdicts:
    """Settle the ledger. `alias` maps further names of a value to the value.

    Costs |left| x |right| a judgement.
    """
    known = alias or {}

    def named(ref: Ref) -> Ref:
        return known.get(ref, ref) if isinstance(ref, Identifier) else ref

    newest: dict[frozenset[Ref], tuple[int, bool, str]] = {}
    settled = [
        replace(
            judgement,
            left=frozenset(map(named, judgement.left)),
            right=frozenset(map(named, judgement.right)),
        )
        for judgement in judgements
    ]
    for judgement in settled:
        claim = (judgement.time, judgement.kind == "different", judgement.key)
        for one, other in product(judgement.left, judgement.right):
            if one != other:
                pair = frozenset((one, other))
                newest[pair] = max(newest.get(pair, claim), claim)
    same = sorted(
        (
            (time, key, tuple(sorted(pair, key=order)))
            for pair, (time, is_different, key) in newest.items()
            if not is_different
        ),
        key=lambda claim: (claim[0], claim[1], tuple(map(order, claim[2]))),
    )
    different: dict[Ref, dict[Ref, str]] = {}
    for pair, (_, is_different, key) in newest.items():
        if is_different:
            one, other = pair
            different.setdefault(one, {})[other] = key
            different.setdefault(other, {})[one] = key
    unlink = {
        (one, other): judgement.key
        for judgement in settled
        if judgement.kind == "different"
        for one, other in product(judgement.left, judgement.right)
        if isinstance(one, RecordKey)
        and isinstance(other, Identifier)
        and different.get(one, {}).get(other) == judgement.key
    }
    return Verdicts(
        same=tuple((pair[0], pair[1], key) for _, key, pair in same),
        different=different,
        unlink=unlink,
    )
