"""3.4 on columns: connected components by union-find, and which of them need care.

A component that breaks nothing as a whole is one profile (3.5, the fast path). `risky` names all
others; naming one too many costs time, never the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.batch.columns import OBSERVATION, flat
from sameas.engine.batch.memory import prefetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.links import Links
    from sameas.engine.policy import Policy

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Components", "connect"]

_AHEAD = 16  # links: what is needed so much later is fetched into the cache now

_MANY_NAMES = 64
"""Distinct names in a component from which on it is resolved step by step unasked."""


@dataclass(eq=False)
class Components:
    """C components of n records."""

    of: Ints
    """n: the component of each record, numbered in the order of 3.3 of their first records."""
    sizes: Ints
    """C: nodes, records and identifier groups together."""
    risky: Bools
    """C: those that may break something and are resolved step by step."""
    special: Bools
    """C: those of them that `plain` cannot resolve: judged, matched, too large, too many names."""
    exclusive: Ints
    """(traits, n): the value of each exclusive trait of the policy, -1: none."""
    exclusive_values: list[tuple[str, list[str]]]


def connect(
    columns: Columns,
    found: Links,
    policy: Policy,
    *,
    joined: NDArray[np.int64] | None = None,
    suspects: Ints | None = None,
) -> Components:
    """Components over split nodes and `joined` pairs of records.

    Args:
        columns: the live records.
        found: their links.
        policy: the rules.
        joined: (k, 2) records that judgements or matches connect.
        suspects: records whose components must go step by step.
    """
    n = len(columns)
    pairs = np.empty((0, 2), dtype=np.int64) if joined is None else joined
    order = np.empty(n, dtype=np.int32)
    order[found.seen] = np.arange(n, dtype=np.int32)
    of, count = _components(
        order,
        found.iptr,
        found.irec,
        found.standing,
        found.split_index,
        found.sptr,
        found.group,
        pairs,
    )
    sizes, risky = _census(
        of,
        count,
        found.iptr,
        found.irec,
        found.standing,
        columns.type_of,
        found.rules.max_per_profile,
        found.split_index,
        found.sptr,
        found.group,
    )
    special = sizes > policy.max_component
    if suspects is not None and len(suspects):
        special[of[suspects]] = True
    exclusive, exclusive_values = _exclusive(columns, policy)
    for values in exclusive:
        risky |= _exceeds(of, values, count)
    for source in policy.duplicate_free:
        if source in columns.sources:
            here = columns.source == list(columns.sources).index(source)
            mine = of[here & (columns.kind != OBSERVATION)]
            risky |= np.bincount(mine, minlength=count) > 1
    if found.rules.guard.any() and len(found.clashes.names) > 1:
        clashing, many = _name_clashes(columns, found, of, count)
        risky |= clashing
        special |= many
    return Components(of, sizes, risky | special, special, exclusive, exclusive_values)


def _exclusive(columns: Columns, policy: Policy) -> tuple[Ints, list[tuple[str, list[str]]]]:
    """Values of exclusive traits as numbers, compared trimmed and case-folded."""
    rows: list[Ints] = []
    values: list[tuple[str, list[str]]] = []
    for trait in policy.exclusive:
        if trait not in columns.traits:
            continue
        encoded = flat(columns.traits[trait]).dictionary_encode()
        texts = [text.strip().casefold() for text in encoded.dictionary.to_pylist()]
        distinct = sorted(set(texts) - {""})
        numbers = {text: place for place, text in enumerate(distinct)}
        table = np.array([numbers.get(text, -1) for text in texts] + [-1], dtype=np.int32)
        rows.append(table[encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)])
        values.append((trait, distinct))
    whole = np.stack(rows) if rows else np.empty((0, len(columns)), dtype=np.int32)
    return whole, values


def _exceeds(of: Ints, values: Ints, count: int) -> Bools:
    """Which components hold more than one of the values."""
    here = values >= 0
    pairs = np.unique((of[here].astype(np.int64) << 32) | values[here])
    return np.bincount(pairs >> 32, minlength=count) > 1


def _name_clashes(columns: Columns, found: Links, of: Ints, count: int) -> tuple[Bools, Bools]:
    """Components that hold a guarded node and two names that clash; and those with too many names.

    A guarded node counts from two records on. Where there are too many names, not all their pairs
    are asked about.
    """
    guarded = _guarded(
        of,
        count,
        found.iptr,
        found.irec,
        found.standing,
        columns.type_of,
        found.rules.guard,
        found.split_index,
        found.sptr,
        found.group,
    )
    code = found.clashes.code
    here = guarded[of] & (code >= 0)
    keys = np.unique((of[here].astype(np.int64) << 32) | code[here])
    owner = keys >> 32
    names = np.bincount(owner, minlength=count)
    many = names > _MANY_NAMES
    small = ~many[owner]
    pairs, owners = _pairs_within(owner[small], (keys & 0xFFFFFFFF)[small])
    found.clashes.learn(np.unique(pairs))
    clashing = np.zeros(count, dtype=bool)
    clashing[owners[np.isin(pairs, found.clashes.keys)]] = True
    return clashing, many


@njit(cache=True, nogil=True)
def _root(parent: Ints, one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@njit(cache=True, nogil=True)
def _join(parent: Ints, a: int, b: int) -> None:
    """The lower root takes the higher: no second array to fetch, and as good as by size here."""
    a = _root(parent, a)
    b = _root(parent, b)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@njit(cache=True, nogil=True)
def _components(
    order: Ints,
    iptr: Longs,
    irec: Ints,
    standing: Bytes,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    pairs: NDArray[np.int64],
) -> tuple[Ints, int]:
    n = len(order)
    n_links = len(irec)
    parent = np.arange(n).astype(np.int32)
    lead = np.full(16, -1, dtype=np.int32)
    for x in range(len(iptr) - 1):
        first = iptr[x]
        width = iptr[x + 1] - first
        if standing[x] != 4 or width < 2:
            continue
        k = split_index[x]
        if k < 0:
            for i in range(first + 1, first + width):
                prefetch(parent, irec[min(i + _AHEAD, n_links - 1)])
                _join(parent, irec[first], irec[i])
            continue
        if width > len(lead):
            lead = np.full(2 * width, -1, dtype=np.int32)
        lead[:width] = -1
        for i in range(width):
            g = group[sptr[k] + i]
            if g < 0:
                continue
            if lead[g] < 0:
                lead[g] = irec[first + i]
            else:
                _join(parent, lead[g], irec[first + i])
    for k in range(len(pairs)):
        _join(parent, pairs[k, 0], pairs[k, 1])
    of = np.full(n, -1, dtype=np.int32)
    label = np.full(n, -1, dtype=np.int32)
    count = 0
    for record in order:
        root = _root(parent, record)
        if label[root] < 0:
            label[root] = count
            count += 1
        of[record] = label[root]
    return of, count


@njit(cache=True, nogil=True)
def _census(
    of: Ints,
    count: int,
    iptr: Longs,
    irec: Ints,
    standing: Bytes,
    type_of: Bytes,
    max_per_profile: Longs,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
) -> tuple[Ints, Bools]:
    """Nodes of each component, and which hold more values of a type than a profile may.

    Identifiers come type by type, so one counter a component serves all types in turn. Values
    that count as one are counted apart: at worst a component is resolved step by step in vain.
    """
    sizes = np.zeros(count, dtype=np.int32)
    risky = np.zeros(count, dtype=np.bool_)
    for record in range(len(of)):
        sizes[of[record]] += 1
    held = np.zeros(count, dtype=np.int32)
    seen = np.full(count, -1, dtype=np.int32)
    at_type = -1
    for x in range(len(iptr) - 1):
        if type_of[x] != at_type:
            at_type = type_of[x]
            held[:] = 0
        if standing[x] != 4 and standing[x] != 2:
            continue
        limit = max_per_profile[at_type]
        width = iptr[x + 1] - iptr[x]
        k = split_index[x]
        if standing[x] == 4 and k < 0:
            c = of[irec[iptr[x]]]
            sizes[c] += 1
            held[c] += 1
            if held[c] > limit:
                risky[c] = True
            continue
        top = -1
        for i in range(width):
            c = of[irec[iptr[x] + i]]
            if standing[x] == 4:
                g = group[sptr[k] + i]
                if g < 0:
                    continue
                if g > top:
                    top = g
                    sizes[c] += 1
            if seen[c] != x:
                seen[c] = x
                held[c] += 1
                if held[c] > limit:
                    risky[c] = True
    return sizes, risky


@njit(cache=True, nogil=True)
def _guarded(
    of: Ints,
    count: int,
    iptr: Longs,
    irec: Ints,
    standing: Bytes,
    type_of: Bytes,
    guard: Bools,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
) -> Bools:
    """Components in which two records meet on a guarded identifier."""
    found = np.zeros(count, dtype=np.bool_)
    for x in range(len(iptr) - 1):
        width = iptr[x + 1] - iptr[x]
        if width < 2 or standing[x] != 4 or not guard[type_of[x]]:
            continue
        k = split_index[x]
        if k < 0:
            found[of[irec[iptr[x]]]] = True
            continue
        members = np.zeros(width + 1, dtype=np.int32)
        for i in range(width):
            g = group[sptr[k] + i]
            if g >= 0:
                members[g] += 1
                if members[g] > 1:
                    found[of[irec[iptr[x] + i]]] = True
    return found


@njit(cache=True, nogil=True)
def _pairs_within(owner: Longs, value: Longs) -> tuple[Longs, Longs]:
    """All pairs of values that have one owner; both arrays sorted by owner, then value."""
    total = 0
    start = 0
    n = len(owner)
    for i in range(1, n + 1):
        if i == n or owner[i] != owner[start]:
            total += (i - start) * (i - start - 1) // 2
            start = i
    pairs = np.empty(total, dtype=np.int64)
    owners = np.empty(total, dtype=np.int64)
    out = 0
    start = 0
    for i in range(1, n + 1):
        if i == n or owner[i] != owner[start]:
            for a in range(start, i):
                for b in range(a + 1, i):
                    pairs[out] = (value[a] << 32) | value[b]
                    owners[out] = owner[start]
                    out += 1
            start = i
    return pairs, owners
