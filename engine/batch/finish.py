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

from sameas.engine.batch.held import GUARD, LIMIT, grown
from sameas.engine.batch.links import LINKED, UNLINKED
from sameas.engine.batch.refusals import Reasons, RefusedLinks
from sameas.engine.batch.stepwise import Reason
from sameas.engine.memory import prefetch

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

_AHEAD = 16  # identifiers or links: what is needed so much later is fetched into the cache now


@dataclass(eq=False)
class Done:
    """Home and status of m identifiers, and which links hold."""

    home: Ints
    status: Bytes
    granted: Bools
    refused: RefusedLinks
    reasons: RefusedLinks


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
    home = np.empty(columns.n_identifiers, dtype=np.int32)
    status = found.standing.copy()
    granted = np.empty(len(found.ids), dtype=bool)
    refused = _finish(
        profile,
        found.ptr,
        found.ids,
        found.iptr,
        found.irec,
        found.standing,
        holders,
        _touched(columns.n_identifiers, holders[:, 0], found.split, risky.links[1]),
        place,
        home,
        status,
        granted,
    )
    record, one = (refused[:, at].astype(np.int32) for at in range(2))
    owner = np.searchsorted(found.iptr, place, side="right") - 1
    return Done(
        home,
        status,
        granted,
        RefusedLinks(record, one, reasons.take(refused[:, 2])),
        RefusedLinks(found.irec[place], owner.astype(np.int32), reasons),
    )


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
    return every[np.argsort((every[:, 0] << 32) | every[:, 1], kind="stable")]


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
    # of several reasons of one link the first; sorting both as one number is the fast way
    keys = (place << 32) | np.arange(len(place))
    keys.sort()
    # a judgement may cut a link that is not there: it sleeps
    keys = keys[keys >= 0]
    keys = keys[np.flatnonzero(np.diff(keys >> 32, prepend=-1))]
    distinct, first = keys >> 32, keys & 0xFFFFFFFF
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
    split: Ints, sptr: Longs, group: Ints, iptr: Ints, irec: Ints, of: Ints, risky: Bools
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
def _positions(record: Longs, one: Longs, iptr: Ints, irec: Ints, seen: Ints) -> Longs:
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
    iptr: Ints,
    irec: Ints,
    standing: Bytes,
    holders: Longs,
    touched: Longs,
    place: Longs,
    home: Ints,
    status: Bytes,
    granted: Bools,
) -> Longs:
    """(k, 3), the refused links: record, identifier, and which of the reasons.

    Args:
        profile: see `Partition`.
        ptr, ids, iptr, irec, standing: see `Links`.
        holders: see `Risky`, by identifier and group.
        touched: identifiers that may not be whole, ascending.
        place: links of `irec` that have a reason, ascending.
        home: m; is written to.
        status: m, a copy of `standing`; is written to.
        granted: one entry a link of `ids`; is written to.
    """
    n_links = len(irec)
    for x in range(len(home)):
        home[x] = -1
        if standing[x] == LINKED:
            prefetch(profile, irec[min(iptr[min(x + _AHEAD, len(home))], n_links - 1)])
            home[x] = profile[irec[iptr[x]]]
    # a bit an identifier, whether it does not link: small enough for the nearer caches
    idle = np.zeros((len(home) >> 3) + 1, dtype=np.uint8)
    for x in range(len(home)):
        if standing[x] != LINKED:
            idle[x >> 3] |= np.uint8(1 << (x & 7))
    for link in range(len(ids)):
        granted[link] = (idle[ids[link] >> 3] >> (ids[link] & 7)) & 1 == 0
    holding = np.full(len(profile), -1, dtype=np.int32)
    refused = np.empty((1024, 3), dtype=np.int64)
    n = 0
    h = 0
    at = 0
    for x in touched:
        first = profile[irec[iptr[x]]]
        # nobody holds it where every link was cut or refused
        own = np.int32(-1)
        whole = True
        while h < len(holders) and holders[h, 0] == x:
            p = profile[holders[h, 2]]
            if own < 0:
                own = p
            holding[p] = x
            h += 1
        home[x] = own
        for i in range(iptr[x], iptr[x + 1]):
            prefetch(profile, irec[min(i + _AHEAD, n_links - 1)])
            record = irec[i]
            p = profile[record]
            whole = whole and p == first
            if p == own:
                continue
            if own < 0 or holding[p] != x:
                link = ptr[record]
                while ids[link] != x:
                    link += 1
                granted[link] = False
            while at < len(place) and place[at] < i:
                at += 1
            refused = grown(refused, n + 1)
            refused[n, 0] = record
            refused[n, 1] = x
            refused[n, 2] = at
            n += 1
        if own < 0:
            status[x] = UNLINKED
        elif whole:
            status[x] = LINKED
        else:
            status[x] = CONTESTED
    return refused[:n].copy()
