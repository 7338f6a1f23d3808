"""3.4 on columns: connected components by union-find, and which of them need care.

A component that breaks nothing as a whole is one profile (3.5, the fast path), if no match in it
speaks against. `risky` names all that may break something; naming one too many costs time, never
the answer.

One module: the census of components takes one look at each array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.batch.columns import OBSERVATION, flat
from sameas.engine.evidence import MAX_VECTORS
from sameas.engine.memory import prefetch
from sameas.matching.distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.edges import Edges
    from sameas.engine.batch.links import Links
    from sameas.engine.policy import Policy

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Components", "connect"]

_AHEAD = 16  # links or identifiers: what is needed so much later is fetched into the cache now

_MANY_NAMES = 64
"""Distinct names in a component from which on it is resolved step by step unasked."""


@dataclass(eq=False)
class Components:
    """C components of n records."""

    of: Ints
    """n: the component of each record, numbered in the order of their least records."""
    sizes: Ints
    """C: nodes, records and identifier groups together."""
    vectors: Ints
    """C: distinct vectors, where matches join; else 0."""
    risky: Bools
    """C: those that may break something and are resolved step by step."""
    large: Bools
    """C: those that are too large."""
    special: Bools
    """C: those that `plain` cannot resolve: judged, or too many names."""
    exclusive: Ints
    """(traits, n): the value of each exclusive trait of the policy, -1: none."""
    exclusive_values: list[tuple[str, list[str]]]


def connect(
    columns: Columns,
    found: Links,
    policy: Policy,
    *,
    joined: NDArray[np.int64] | None = None,
    suspects: Callable[[Ints], NDArray[np.integer]] | None = None,
    edges: Edges | None = None,
) -> Components:
    """Components over split nodes, `joined` pairs of records and matches.

    Args:
        columns: the live records.
        found: their links.
        policy: the rules.
        joined: (k, 2) records that judgements connect.
        suspects: of the component of each record, the components that judgements speak of.
        edges: the matches.
    """
    n = len(columns)
    pairs = np.empty((0, 2), dtype=np.int64) if joined is None else joined
    # numpy asks for large pages and numba does not: what is jumped about in is made by numpy
    of = np.arange(n, dtype=np.int32)
    count = _components(
        of,
        found.iptr,
        found.irec,
        found.standing,
        found.split_index,
        found.sptr,
        found.group,
        pairs,
    )
    # the guard is asked about nodes only, so names meet within what nodes join
    clashing = many = np.empty(0, dtype=np.int32)
    if found.clashes.guarded(found.rules.guard).any():
        clashing, many = _name_clashes(columns, found, of, count)
    vectors = np.zeros(count, dtype=np.int32)
    if edges is not None:
        count = _matched(of, count, edges.left, edges.right, edges.vptr, edges.vrec)
        vectors = np.zeros(count, dtype=np.int32)
        _vectors(of, edges.left, edges.vptr, edges.vrec, vectors)
    tally = np.zeros((count, 2), dtype=np.int32)
    risky = np.zeros(count, dtype=bool)
    _census(
        of,
        found.iptr,
        found.irec,
        found.standing,
        columns.offsets,
        found.rules.max_per_profile,
        found.split_index,
        found.sptr,
        found.group,
        tally,
        risky,
    )
    sizes = tally[:, 0].copy()
    large = (sizes > policy.max_component) | (vectors > MAX_VECTORS)
    special = np.zeros(count, dtype=bool)
    special[of[many]] = True
    if suspects is not None:
        special[suspects(of)] = True
    risky[of[clashing]] = True
    exclusive, exclusive_values = _exclusive(columns, policy)
    for values in exclusive:
        risky |= _exceeds(of, values, count)
    for source in policy.duplicate_free:
        if source in columns.sources:
            here = columns.source == list(columns.sources).index(source)
            mine = of[here & (columns.kind != OBSERVATION)]
            risky |= np.bincount(mine, minlength=count) > 1
    risky |= large | special
    return Components(of, sizes, vectors, risky, large, special, exclusive, exclusive_values)


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
    pairs = distinct((of[here].astype(np.int64) << 32) | values[here])
    return np.bincount(pairs >> 32, minlength=count) > 1


def _name_clashes(columns: Columns, found: Links, of: Ints, count: int) -> tuple[Ints, Ints]:
    """A record of each component that holds a guarded node and two names that clash.

    And one of each that has too many names: not all their pairs are asked about. A guarded node
    counts from two records on.
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
    inside = np.flatnonzero(guarded[of] & (code >= 0))
    keys, first = np.unique((of[inside].astype(np.int64) << 32) | code[inside], return_index=True)
    owner = keys >> 32
    record = np.empty(count, dtype=np.int32)
    record[owner] = inside[first]
    names = np.bincount(owner, minlength=count)
    many = names > _MANY_NAMES
    small = ~many[owner]
    pairs, owners = _pairs_within(owner[small], (keys & 0xFFFFFFFF)[small])
    found.clashes.learn(distinct(pairs))
    clashing = distinct(owners[np.isin(pairs, found.clashes.keys)])
    return record[clashing], record[np.flatnonzero(many)]


@njit(cache=True, nogil=True)
def _root(parent: Ints, one: int) -> int:
    above = parent[one]
    while above != one:
        top = parent[above]
        if top != above:
            parent[one] = top
        one = above
        above = top
    return one


@njit(cache=True, nogil=True)
def _join(parent: Ints, a: int, b: int) -> int:
    """The root of both, given that of the first.

    The lower root takes the higher: no second array to fetch, and as good as by size here.
    """
    if parent[b] == a:
        return a
    b = _root(parent, b)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b
        return b
    return a


@njit(cache=True, nogil=True)
def _components(
    of: Ints,
    iptr: Ints,
    irec: Ints,
    standing: Bytes,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    pairs: NDArray[np.int64],
) -> int:
    """How many there are; `of`, each record's own number, becomes that of its component."""
    n_links = len(irec)
    lead = np.full(16, -1, dtype=np.int32)
    for x in range(len(iptr) - 1):
        first = iptr[x]
        width = iptr[x + 1] - first
        if standing[x] != 4 or width < 2:
            continue
        k = split_index[x]
        if k < 0:
            root = _root(of, irec[first])
            for i in range(first + 1, first + width):
                prefetch(of, irec[min(i + _AHEAD, n_links - 1)])
                root = _join(of, root, irec[i])
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
                lead[g] = _join(of, _root(of, lead[g]), irec[first + i])
    for k in range(len(pairs)):
        _join(of, _root(of, pairs[k, 0]), pairs[k, 1])
    # what is above a record is lower, so it has its component already
    count = 0
    for record in range(len(of)):
        above = of[record]
        if above == record:
            of[record] = count
            count += 1
        else:
            of[record] = of[above]
    return count


@njit(cache=True, nogil=True)
def _matched(of: Ints, count: int, left: Ints, right: Ints, vptr: Longs, vrec: Ints) -> int:
    """Join components by matches: how many are left; `of` is written to.

    A vector that matches anything joins all records that share it.
    """
    parent = np.arange(count).astype(np.int32)
    done = np.zeros(len(vptr) - 1, dtype=np.bool_)
    for e in range(len(left)):
        prefetch(vptr, left[min(e + 2 * _AHEAD, len(left) - 1)])
        prefetch(vptr, right[min(e + 2 * _AHEAD, len(left) - 1)])
        root = _root(parent, of[vrec[vptr[left[e]]]])
        for side in range(2):
            v = left[e] if side == 0 else right[e]
            if done[v]:
                root = _join(parent, root, of[vrec[vptr[v]]])
                continue
            done[v] = True
            for i in range(vptr[v], vptr[v + 1]):
                root = _join(parent, root, of[vrec[i]])
    joined = 0
    for one in range(count):
        above = parent[one]
        if above == one:
            parent[one] = joined
            joined += 1
        else:
            parent[one] = parent[above]
    for record in range(len(of)):
        of[record] = parent[of[record]]
    return joined


@njit(cache=True, nogil=True)
def _vectors(of: Ints, left: Ints, vptr: Longs, vrec: Ints, vectors: Ints) -> None:
    """Count the distinct vectors of each component that matches join; `vectors` is zeros."""
    seen = np.full(len(vectors), -1, dtype=np.int32)
    joined = np.zeros(len(vectors), dtype=np.bool_)
    for v in left:
        joined[of[vrec[vptr[v]]]] = True
    for v in range(len(vptr) - 1):
        for i in range(vptr[v], vptr[v + 1]):
            c = of[vrec[i]]
            if joined[c] and seen[c] != v:
                seen[c] = v
                vectors[c] += 1


@njit(cache=True, nogil=True)
def _census(
    of: Ints,
    iptr: Ints,
    irec: Ints,
    standing: Bytes,
    offsets: Longs,
    max_per_profile: Longs,
    split_index: Ints,
    sptr: Longs,
    group: Ints,
    tally: NDArray[np.int32],
    risky: Bools,
) -> None:
    """Nodes of each component, and which hold more values of a type than a profile may.

    Identifiers come type by type, so one counter a component serves all types in turn. Values
    that count as one are counted apart: at worst a component is resolved step by step in vain.

    Args:
        of: see `Components`.
        iptr, irec, standing, split_index, sptr, group: see `Links`.
        offsets: see `Columns`.
        max_per_profile: see `Rules`.
        tally: (C, 2) zeros; nodes, and values of the type at hand; is written to.
        risky: C times False; is written to.
    """
    n_links = len(irec)
    seen = np.empty(0, dtype=np.int32)
    for record in range(len(of)):
        tally[of[record], 0] += 1
    for t in range(len(max_per_profile)):
        if offsets[t] == offsets[t + 1]:
            continue
        tally[:, 1] = 0
        limit = max_per_profile[t]
        for x in range(offsets[t], offsets[t + 1]):
            if standing[x] != 4 and standing[x] != 2:
                continue
            prefetch(of, irec[min(iptr[min(x + _AHEAD, len(iptr) - 1)], n_links - 1)])
            width = iptr[x + 1] - iptr[x]
            k = split_index[x]
            if standing[x] == 4 and k < 0:
                c = of[irec[iptr[x]]]
                tally[c, 0] += 1
                tally[c, 1] += 1
                if tally[c, 1] > limit:
                    risky[c] = True
                continue
            if len(seen) == 0:
                seen = np.full(len(tally), -1, dtype=np.int32)
            top = -1
            for i in range(width):
                c = of[irec[iptr[x] + i]]
                if standing[x] == 4:
                    g = group[sptr[k] + i]
                    if g < 0:
                        continue
                    if g > top:
                        top = g
                        tally[c, 0] += 1
                if seen[c] != x:
                    seen[c] = x
                    tally[c, 1] += 1
                    if tally[c, 1] > limit:
                        risky[c] = True


@njit(cache=True, nogil=True)
def _guarded(
    of: Ints,
    count: int,
    iptr: Ints,
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
