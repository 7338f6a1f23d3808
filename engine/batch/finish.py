"""From profiles to what became of every identifier and link.

An identifier answers with the first profile that it was granted to. A link of a record that lies
elsewhere was refused, by the first of: a judgement that cuts it, the split of the identifier, a
refusal on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.batch.links import LINKED, UNLINKED
from sameas.engine.batch.plain import GUARD, LIMIT
from sameas.engine.batch.refusals import Reasons, RefusedLinks
from sameas.engine.batch.search import place_of
from sameas.engine.batch.stepwise import Reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.components import Components
    from sameas.engine.batch.links import Links
    from sameas.engine.batch.risky import Risky
    from sameas.engine.batch.settled import Settled

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["CONTESTED", "Done", "finish"]

CONTESTED = 5
"""A status beside the standings of `links`."""


@dataclass(eq=False)
class Done:
    """Home and status of m identifiers, and which links hold."""

    home: Ints
    status: Bytes
    granted: Bools
    refused: RefusedLinks


def finish(
    columns: Columns,
    found: Links,
    parts: Components,
    settled: Settled,
    risky: Risky,
    profile: Ints,
) -> Done:
    """Settle identifiers and links by the profiles of their records."""
    holders = _all_holders(found, parts, risky.holders)
    place, reasons = _reasons(columns, found, settled, risky)
    home, status, granted, at, reason = _finish(
        profile,
        found.ptr,
        found.ids,
        found.iptr,
        found.irec,
        found.standing,
        holders,
        _touched(columns.n_identifiers, holders[:, 0], found.split, risky.links[1]),
        place,
    )
    owner = np.searchsorted(found.iptr, at, side="right") - 1
    refused = RefusedLinks(found.irec[at], owner.astype(np.int32), reasons.take(reason))
    return Done(home, status, granted, refused)


def _touched(m: int, *numbers: NDArray[np.integer]) -> Longs:
    """The identifiers named, ascending and distinct."""
    named = np.zeros(m, dtype=bool)
    for some in numbers:
        named[some] = True
    return np.flatnonzero(named)


def _all_holders(found: Links, parts: Components, holders: Longs) -> Longs:
    """Who was granted each node of an identifier that did not simply stay whole, in order."""
    whole = _leads(
        found.split, found.sptr, found.group, found.iptr, found.irec, parts.of, parts.risky
    )
    every = np.concatenate([holders, whole])
    return every[np.lexsort((every[:, 1], every[:, 0]))]


def _reasons(
    columns: Columns, found: Links, settled: Settled, risky: Risky
) -> tuple[Longs, Reasons]:
    """Places of links in `irec`, ascending and distinct, and why each was refused."""
    record, one, on_the_way = risky.links
    steps = _positions(record, one, found.iptr, found.irec, found.seen)
    cuts = sorted(settled.cuts.items())
    cut_pairs = np.array([pair for pair, _ in cuts], dtype=np.int64).reshape(-1, 2)
    cut = _positions(cut_pairs[:, 0], cut_pairs[:, 1], found.iptr, found.irec, found.seen)
    place = np.concatenate([cut, found.why[:, 0], steps])
    distinct, first = np.unique(place, return_index=True)
    # a judgement may cut a link that is not there: it sleeps
    distinct, first = distinct[distinct >= 0], first[distinct >= 0]
    reasons = Reasons.joined(
        [
            Reasons.of([Reason("different", (judgement,)) for _, judgement in cuts]),
            _split_reasons(columns, found, settled),
            on_the_way,
        ]
    )
    return distinct, reasons.take(first)


def _split_reasons(columns: Columns, found: Links, settled: Settled) -> Reasons:
    """Why records are not in the first group of their identifier."""
    why = found.why
    n = len(why)
    code = np.where(why[:, 1] == -1, GUARD, LIMIT).astype(np.int8)
    start = np.arange(n, dtype=np.int64) * 2
    stop = start + 2
    payload = [why[:, 2:].reshape(-1)]
    used = 2 * n
    # somebody carries several values: the whole first group is looked at
    for at in np.flatnonzero((why[:, 1] >= 0) & (why[:, 2:] < 0).any(axis=1)).tolist():
        values = _group_values(columns, found, settled, int(why[at, 0]), int(why[at, 1]))
        payload.append(np.array(values, dtype=np.int64))
        start[at], stop[at] = used, used + len(values)
        used += len(values)
    return Reasons(code, start, stop, np.concatenate(payload))


def _group_values(
    columns: Columns, found: Links, settled: Settled, place: int, kind: int
) -> list[int]:
    one = int(np.searchsorted(found.iptr, place, side="right")) - 1
    first = int(found.iptr[one])
    groups = found.groups(one)[: place - first]
    members = [*found.irec[first:place][groups == 0].tolist(), int(found.irec[place])]
    return sorted(
        {
            int(found.counts_as[value])
            for member in members
            for value in found.ids[found.ptr[member] : found.ptr[member + 1]].tolist()
            if columns.type_of[value] == kind
            and (
                found.standing[value] == UNLINKED
                or (found.standing[value] == LINKED and (member, value) not in settled.cuts)
            )
        }
    )


@njit(cache=True, nogil=True)
def _leads(
    split: Ints, sptr: Longs, group: Ints, iptr: Longs, irec: Ints, of: Ints, risky: Bools
) -> Longs:
    """The first record of each group of split identifiers, where its component stayed whole."""
    out = np.empty((len(group), 3), dtype=np.int64)
    n = 0
    for k in range(len(split)):
        top = -1
        for i in range(sptr[k + 1] - sptr[k]):
            g = group[sptr[k] + i]
            if g > top:
                top = g
                record = irec[iptr[split[k]] + i]
                if not risky[of[record]]:
                    out[n, 0] = split[k]
                    out[n, 1] = g
                    out[n, 2] = record
                    n += 1
    return out[:n].copy()


@njit(cache=True, nogil=True)
def _positions(record: Longs, one: Longs, iptr: Longs, irec: Ints, seen: Ints) -> Longs:
    """Where records stand among identifiers' links, in the order of `seen`; -1: nowhere."""
    out = np.empty(len(record), dtype=np.int64)
    for k in range(len(record)):
        low = iptr[one[k]]
        high = iptr[one[k] + 1]
        while low < high:
            middle = (low + high) >> 1
            if seen[irec[middle]] < seen[record[k]]:
                low = middle + 1
            else:
                high = middle
        there = low < iptr[one[k] + 1] and irec[low] == record[k]
        out[k] = low if there else -1
    return out


@njit(cache=True, nogil=True)
def _finish(
    profile: Ints,
    ptr: Longs,
    ids: Ints,
    iptr: Longs,
    irec: Ints,
    standing: Bytes,
    holders: Longs,
    touched: Longs,
    place: Longs,
) -> tuple[Ints, Bytes, Bools, Longs, Longs]:
    m = len(iptr) - 1
    home = np.full(m, -1, dtype=np.int32)
    status = standing.copy()
    granted = np.ones(len(ids), dtype=np.bool_)
    for x in range(m):
        if standing[x] == LINKED:
            home[x] = profile[irec[iptr[x]]]
    holding = np.full(len(profile), -1, dtype=np.int32)
    at = np.empty(1024, dtype=np.int64)
    reason = np.empty(1024, dtype=np.int64)
    n = 0
    h = 0
    for x in touched:
        # where every link was cut or refused, nobody holds it
        own = np.int32(-1)
        while h < len(holders) and holders[h, 0] == x:
            p = profile[holders[h, 2]]
            if own < 0:
                own = p
            holding[p] = x
            h += 1
        home[x] = own
        apart = False
        for i in range(iptr[x], iptr[x + 1]):
            record = irec[i]
            p = profile[record]
            if p != profile[irec[iptr[x]]]:
                apart = True
            if p == own:
                continue
            if own < 0 or holding[p] != x:
                link = ptr[record]
                while ids[link] != x:
                    link += 1
                granted[link] = False
            if n == len(at):
                grown = np.empty(2 * n, dtype=np.int64)
                grown[:n] = at
                at = grown
                grown_reason = np.empty(2 * n, dtype=np.int64)
                grown_reason[:n] = reason
                reason = grown_reason
            at[n] = i
            reason[n] = place_of(place, i)
            n += 1
        if own < 0:
            status[x] = UNLINKED
        elif apart:
            status[x] = CONTESTED
        else:
            status[x] = LINKED
    for link in range(len(ids)):
        if status[ids[link]] < LINKED:
            granted[link] = False
    return home, status, granted, at[:n].copy(), reason[:n].copy()
