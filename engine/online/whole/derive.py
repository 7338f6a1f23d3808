"""What the function says of a whole store, in the numbers that a store's rows hold.

The batch engine's `partition` decides; here its answer is only put into the terms of the tables:
places, standings, which component an identifier lies in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.batch.partition import partition
from sameas.engine.batch.settled import locate
from sameas.engine.ids.kernels import holders
from sameas.engine.online.matches.everything import everything
from sameas.engine.online.rows import text
from sameas.engine.online.rules import GONE, LINKED
from sameas.matching.distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.partition import Partition
    from sameas.engine.evidence import Scores, Vector
    from sameas.engine.online.matches.everything import Everything
    from sameas.engine.online.rules import Rules
    from sameas.graph.model import Judgement

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Derived", "derive"]


@dataclass(eq=False)
class Derived:
    """The answer for n records, m identifiers, E links, C components, P profiles."""

    columns: Columns
    found: Partition
    component: Ints
    """n."""
    cluster: Ints
    """n: 0..P-1."""
    nodes: Ints
    """C."""
    whole: Bools
    """C: the component is one profile."""
    standing: NDArray[np.int8]
    """m."""
    home: Ints
    """m: the component that all records of a linking identifier lie in; -1: none."""
    ptr: Longs
    """n + 1: where each record's links begin."""
    record: Ints
    """E: the record of each link."""
    ids: Ints
    """E: the identifier, further names replaced by the value."""
    place: Ints
    """E: its group."""
    granted: Bools
    """E."""
    reasons: dict[int, str]
    """By place of a link: why it was refused, or is not in the first group, as JSON."""
    signed_up: Bools
    """n: the records that hold a value of a type with limit 1."""
    named: Bools
    """C: a judgement names a record of it, or an identifier on one."""
    level: Longs
    """C: the step of the ladder at which it fits."""
    matched: Bools
    """C: matches join it."""
    bound: Bools
    """C: identifiers and judgements alone join it."""
    matches: Everything | None
    """None: there is no model."""
    counts: Bools
    """Of its pairs, those that join a component."""
    close: tuple[Ints, Ints]
    """Pairs of vectors above the cut: all that lie inside of a component that matches join, and
    perhaps others."""

    @cached_property
    def perhaps_whole(self) -> Bools:
        """C: components of which the engine may have seen that matches make them one profile.

        No judgement names them, and all their links are granted.
        """
        refusing = np.zeros(len(self.nodes), dtype=bool)
        linked = self.standing[self.ids] == LINKED
        refusing[self.component[self.record[linked & ~self.granted]]] = True
        found: Bools = self.matched & ~self.named & ~refusing
        return found


def derive(
    columns: Columns,
    rules: Rules,
    judgements: Sequence[Judgement],
    vectors: Sequence[Vector | None] | None = None,
) -> Derived:
    """Resolve all live records. Costs one batch run, or two with a model.

    Args:
        columns: the records.
        rules: policy and model.
        judgements: the ledger.
        vectors: of each record, as the model says of it alone; None: it is asked in columns.
    """
    found = partition(columns, rules.policy, judgements=judgements)
    n, matches, counts = len(columns), None, np.empty(0, dtype=bool)
    level, joined = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    close = _Close()
    base = found.components.of
    if rules.weights is not None:
        matches = everything(rules, columns, vectors)
        level, counts, joined = matches.fit(rules, base, found.components.sizes)
        if counts.any():
            evidence = close.noted(matches.scores(rules, counts))
            found = partition(columns, rules.policy, judgements=judgements, evidence=evidence)
    of, width = found.components.of, len(found.components.sizes)
    levels = np.zeros(width, dtype=np.int64)
    levels[of] = level
    matched = np.zeros(width, dtype=bool)
    matched[of[joined]] = True
    bases = np.bincount(distinct(of.astype(np.int64) * (n + 1) + base) // (n + 1), minlength=width)
    links = found.links
    record = np.repeat(np.arange(len(columns), dtype=np.int32), np.diff(links.ptr))
    keys = _key(record, links.ids)
    linked = links.standing[links.ids] == LINKED
    single = np.array(rules.single, dtype=bool)
    return Derived(
        columns,
        found,
        found.components.of,
        found.profile,
        found.components.sizes,
        ~found.components.risky,
        np.where(np.diff(links.iptr) > 0, links.standing, GONE).astype(np.int8),
        _homes(found, found.components.of),
        links.ptr,
        record,
        links.ids,
        np.where(linked, _groups(found, keys), 0).astype(np.int32),
        found.granted & linked,
        _reasons(found, keys),
        holders(links.ptr, links.ids, found.granted, columns.offsets, single),
        _named(columns, found, judgements),
        levels,
        matched,
        bases == 1,
        matches,
        counts,
        close.pairs(),
    )


class _Close:
    """The pairs above the cut, of those that are known and those that the function asks for."""

    def __init__(self) -> None:
        none = np.empty(0, dtype=np.int32)
        self._found: list[tuple[Ints, Ints]] = [(none, none)]

    def noted(self, scores: Scores) -> Scores:
        """The same evidence, listened to: all other weights inside of a piece are asked for."""

        def weigh(one: Ints, other: Ints) -> Longs:
            weight = scores.weigh(one, other)
            above = weight > scores.cut
            self._found.append((one[above], other[above]))
            return weight

        above = scores.weight > scores.cut
        self._found.append((scores.left[above], scores.right[above]))
        return replace(scores, weigh=weigh)

    def pairs(self) -> tuple[Ints, Ints]:
        low, high = zip(*self._found, strict=True)
        return np.concatenate(low), np.concatenate(high)


def _named(columns: Columns, found: Partition, judgements: Sequence[Judgement]) -> Bools:
    """C: components of which a judgement speaks, by whatever name."""
    refs = {ref for one in judgements for ref in one.left | one.right}
    of, links = found.components.of, found.links
    named = np.zeros(len(found.components.sizes), dtype=bool)
    for member in locate(columns, refs).values():
        if member >= 0:
            named[of[member]] = True
            continue
        one = ~member if found.alias is None else found.alias[~member]
        named[of[links.irec[links.iptr[one] : links.iptr[one + 1]]]] = True
    return named


def _key(record: NDArray[np.integer], identifier: NDArray[np.integer]) -> Longs:
    return (record.astype(np.int64) << 32) | identifier


def _groups(found: Partition, in_order: Longs) -> Ints:
    """The group of each link."""
    links = found.links
    groups = np.zeros(len(links.ids), dtype=np.int32)
    widths = np.diff(links.sptr)
    one = np.repeat(links.split, widths)
    begin = np.repeat(links.iptr[links.split], widths)
    turn = np.arange(len(one)) - np.repeat(links.sptr[:-1], widths)
    keys = _key(links.irec[begin + turn], one)
    groups[np.searchsorted(in_order, keys)] = links.group[: len(one)]
    return groups


def _homes(found: Partition, component: Ints) -> Ints:
    """m: where all records of a linking identifier lie in one component, that; else -1."""
    links = found.links
    out = np.full(len(links.standing), -1, dtype=np.int32)
    mine = np.flatnonzero((links.standing == LINKED) & (np.diff(links.iptr) > 0))
    if not len(mine):
        return out
    lies = component[links.irec]
    starts = links.iptr[:-1][np.diff(links.iptr) > 0]
    least, most = np.minimum.reduceat(lies, starts), np.maximum.reduceat(lies, starts)
    turn = np.cumsum(np.diff(links.iptr) > 0) - 1
    together = least == most
    out[mine] = np.where(together[turn[mine]], least[turn[mine]], -1)
    return out


def _reasons(found: Partition, keys: Longs) -> dict[int, str]:
    refused = found.reasons
    if not len(refused.record):
        return {}
    places = np.searchsorted(keys, _key(refused.record, refused.identifier)).tolist()
    constraints = refused.reasons.constraints()
    against = refused.reasons.against(found.words).to_pylist()
    return {
        place: text([constraint, values])
        for place, constraint, values in zip(places, constraints, against, strict=True)
    }
