"""Judgements in the numbers of `Columns`.

A member of a judgement is one integer: a record its number r, an identifier x the number ~x.
What a judgement names that is not there is left out: the judgement sleeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sameas.engine.batch.links import LINKED
from sameas.engine.judgements import verdicts
from sameas.graph.model import Identifier, RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.links import Links
    from sameas.graph.model import Judgement, Ref

__all__ = ["Settled", "alias_of", "locate", "settle"]


@dataclass(frozen=True, slots=True)
class Settled:
    """The judgement ledger, settled and numbered."""

    same: Sequence[tuple[int, int, Ref, Ref]] = ()
    """Members that are one person, in the order in which they are applied."""
    different: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    cuts: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """(record, identifier) links that a judgement cuts."""

    def apart(self, left: Iterable[int], right: set[int]) -> str | None:
        """The first judgement, by key, between two sets of members."""
        found = {
            key
            for one in left
            if (partners := self.different.get(one))
            for other, key in partners.items()
            if other in right
        }
        return min(found, default=None)

    def value_sets(self) -> list[list[int]]:
        """The identifiers that count as one value, set by set."""
        parent: dict[int, int] = {}

        def root(one: int) -> int:
            while parent.setdefault(one, one) != one:
                one = parent[one]
            return one

        for left, right, _, _ in self.same:
            if left < 0 and right < 0:
                parent[root(~left)] = root(~right)
        sets: dict[int, list[int]] = {}
        for one in parent:
            sets.setdefault(root(one), []).append(one)
        return list(sets.values())

    def suspects(
        self, found: Links, of: NDArray[np.int32], same_values: Iterable[Iterable[int]]
    ) -> NDArray[np.int64]:
        """The components in which a judgement may matter: they are resolved step by step.

        Those that hold both sides of a pair, a link that is cut, or two values that count as one. A
        word on what lies elsewhere or does not link changes nothing in a component, so that a
        component can be told without looking beyond it.

        Args:
            found: the links.
            of: the component of each record.
            same_values: identifiers that count as one value.
        """
        lies: dict[int, set[int]] = {}

        def where(member: int) -> set[int]:
            if member not in lies:
                lies[member] = set(of[_holding(found, member)].tolist())
            return lies[member]

        pairs = [(left, right) for left, right, _, _ in self.same]
        pairs += [(one, other) for one, others in self.different.items() for other in others]
        together: set[int] = set()
        for left, right in pairs:
            together |= where(left) & where(right)
        together.update(
            int(of[record])
            for record, one in self.cuts
            if one in found.ids[found.ptr[record] : found.ptr[record + 1]]
        )
        for values in same_values:
            seen: set[int] = set()
            for one in values:
                here = set(of[found.irec[found.iptr[one] : found.iptr[one + 1]]].tolist())
                together |= seen & here
                seen |= here
        return np.array(sorted(together), dtype=np.int64)


def _holding(found: Links, member: int) -> NDArray[np.integer]:
    """The records that a member lies with: itself, or those of a linking identifier's nodes."""
    if member >= 0:
        return np.array([member], dtype=np.int64)
    one = ~member
    if found.standing[one] != LINKED:
        return np.empty(0, dtype=np.int64)
    return found.irec[found.iptr[one] : found.iptr[one + 1]][found.groups(one) >= 0]


def locate(columns: Columns, refs: Iterable[Ref]) -> dict[Ref, int]:
    """Members by reference, for those that are there."""
    wanted = set(refs)
    found: dict[Ref, int] = {}
    keys = [ref for ref in wanted if isinstance(ref, RecordKey)]
    if keys:
        ids = pa.array(sorted({key.record_id for key in keys}), columns.record_ids.type)
        here = pc.is_in(columns.record_ids, value_set=ids).to_numpy(zero_copy_only=False)
        for record in np.flatnonzero(here).tolist():
            key = columns.key(record)
            if key in wanted:
                found[key] = record
    for place, name in enumerate(columns.types):
        texts = sorted({r.value for r in wanted if isinstance(r, Identifier) and r.type == name})
        if texts:
            values = columns.values[place]
            mask = pc.is_in(values, value_set=pa.array(texts, values.type))
            for at in np.flatnonzero(mask.to_numpy(zero_copy_only=False)).tolist():
                number = int(columns.offsets[place]) + at
                found[Identifier(name, values[at].as_py())] = ~number
    return found


def alias_of(columns: Columns) -> NDArray[np.int32] | None:
    """m: for each identifier the value that it names; None if there are no further names."""
    names, values = columns.also
    if not len(names):
        return None
    least: dict[int, int] = {}
    for name, value in zip(names.tolist(), values.tolist(), strict=True):
        known = least.get(name)
        if known is None or columns.identifier(value) < columns.identifier(known):
            least[name] = value
    alias = np.arange(columns.n_identifiers, dtype=np.int32)
    alias[list(least)] = list(least.values())
    return alias


def settle(
    columns: Columns, judgements: Sequence[Judgement], alias: NDArray[np.int32] | None
) -> Settled:
    """Settle a ledger on these columns."""
    if not judgements:
        return Settled()
    refs = {ref for judgement in judgements for ref in judgement.left | judgement.right}
    members = locate(columns, refs)
    named = {}
    if alias is not None:
        for ref, member in list(members.items()):
            if member < 0 and alias[~member] != ~member:
                assert isinstance(ref, Identifier)
                named[ref] = columns.identifier(int(alias[~member]))
                members[named[ref]] = ~int(alias[~member])
    carried = np.zeros(columns.n_identifiers, dtype=bool)
    carried[columns.ids if alias is None else alias[columns.ids]] = True
    members = {ref: one for ref, one in members.items() if one >= 0 or carried[~one]}
    ledger = verdicts(judgements, named)
    return Settled(
        [
            (members[left], members[right], left, right)
            for left, right, _ in ledger.same
            if left in members and right in members
        ],
        {
            members[one]: {members[o]: key for o, key in others.items() if o in members}
            for one, others in ledger.different.items()
            if one in members
        },
        {
            (members[record], ~members[one]): key
            for (record, one), key in ledger.unlink.items()
            if record in members and one in members
        },
    )
