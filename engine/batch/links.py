"""3.2 and 3.3 on columns: who takes part, who is shared, and how contested identifiers split.

The same answer as `sameas.engine.reference.links`, in passes over arrays.

One module: the passes share the same few arrays, and read in the order of 3.2 and 3.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from sameas.engine.batch.columns import flat, ordered
from sameas.engine.batch.memory import prefetch
from sameas.engine.batch.search import among
from sameas.matching.canonical import junk_column
from sameas.matching.names import NAME_TRAITS, compatible_pairs, person_name_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.policy import Policy

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.int8]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = [
    "ABSENT",
    "BLOCKED",
    "LINKED",
    "SHARED",
    "STANDINGS",
    "UNLINKED",
    "Clashes",
    "Links",
    "Rules",
    "link",
]

ABSENT, BLOCKED, UNLINKED, SHARED, LINKED = range(5)
STANDINGS = ("absent", "blocked", "unlinked", "shared", "linked")
_NO_LIMIT = np.iinfo(np.int64).max
_AHEAD = 8  # links: what is needed so much later is fetched into the cache now


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy's numbers, an array entry a type in rank order."""

    links: Bools
    guard: Bools
    max_fanout: Longs
    max_records: Longs
    max_per_profile: Longs

    @classmethod
    def of(cls, policy: Policy) -> Rules:
        """The numbers of a policy."""

        def limits(name: str) -> Longs:
            found = [getattr(kind, name) for kind in policy.identifiers]
            return np.array([_NO_LIMIT if one is None else one for one in found], dtype=np.int64)

        return cls(
            np.array([kind.links for kind in policy.identifiers], dtype=bool),
            np.array([kind.guard for kind in policy.identifiers], dtype=bool),
            limits("max_fanout"),
            limits("max_records"),
            limits("max_per_profile"),
        )


class Clashes:
    """Which person names are incompatible, asked in bulk and remembered.

    Names are numbered in the order of their text; -1 is a missing name, compatible with all.
    """

    def __init__(self, columns: Columns) -> None:
        parts = {n: flat(column) for n, column in columns.traits.items() if n in NAME_TRAITS}
        names = person_name_column(parts) if parts else pa.nulls(len(columns), pa.string())
        encoded = names.dictionary_encode()
        texts = encoded.dictionary
        order = pc.sort_indices(texts).to_numpy()
        rank = np.empty(len(order) + 1, dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        rank[-1] = -1
        codes = encoded.indices.fill_null(len(order)).to_numpy(zero_copy_only=False)
        self.code: Ints = rank[codes]
        self.names: list[str] = texts.take(pa.array(order)).to_pylist()
        self._known = np.empty(0, dtype=np.int64)
        self._clash = np.empty(0, dtype=bool)
        self.keys = np.empty(0, dtype=np.int64)

    def learn(self, pairs: Longs) -> None:
        """Settle pairs of names, each (lower << 32) | higher; those known already cost nothing."""
        pairs = np.setdiff1d(pairs, self._known)
        if len(pairs):
            clash = ~compatible_pairs(self.names, pairs >> 32, pairs & 0xFFFFFFFF)
            known = np.concatenate([self._known, pairs])
            order = np.argsort(known, kind="stable")
            self._known = known[order]
            self._clash = np.concatenate([self._clash, clash])[order]
            self.keys = self._known[self._clash]


@dataclass(eq=False)
class Links:
    """What holds before components are formed. m identifiers, E links, S split identifiers."""

    rules: Rules
    clashes: Clashes
    ptr: Longs
    ids: Ints
    """Each record's identifiers, further names replaced by the value."""
    iptr: Longs
    irec: Ints
    """Each identifier's records, in the order of 3.3."""
    counts_as: Ints
    """m: values that a judgement joins count as one of them; elsewhere the number itself."""
    standing: Bytes
    fanout: Ints
    seen: Ints
    """n: place of each record in the order of 3.3."""
    split: Ints
    """S identifiers that have more than one group, or a link that a judgement cuts."""
    sptr: Longs
    group: Ints
    """For each split identifier's links the group, -1 where a judgement cuts the link."""
    why: NDArray[np.int64]
    """(k, 4): link, type or -1 for the guard, and two values or names: why not in group 0."""
    split_index: Ints
    """m: place in `split`, else -1."""

    def group_of_links(self) -> Ints:
        """For each link of `ids` the group that it is in, -1 where a judgement cuts it."""
        out = np.zeros(len(self.ids), dtype=np.int32)
        if len(self.split):
            _forward(
                self.split, self.sptr, self.group, self.iptr, self.irec, self.ptr, self.ids, out
            )
        return out

    def groups(self, number: int) -> Ints:
        """The group of each of an identifier's links, in the order of `irec`."""
        place = self.split_index[number]
        if place < 0:
            return np.zeros(int(self.iptr[number + 1] - self.iptr[number]), dtype=np.int32)
        return self.group[self.sptr[place] : self.sptr[place + 1]]


def link(
    columns: Columns,
    policy: Policy,
    *,
    same_values: list[list[int]] | None = None,
    cuts: Mapping[tuple[int, int], str] | None = None,
    alias: Ints | None = None,
) -> Links:
    """Everything up to 3.3.

    Args:
        columns: the live records.
        policy: the rules.
        same_values: sets of identifier numbers that `same` judgements join.
        cuts: links (record, identifier) that a `different` judgement cuts.
        alias: m: for each identifier the value that it is a further name of, else itself.
    """
    rules = Rules.of(policy)
    m = columns.n_identifiers
    type_of = columns.type_of
    ptr, ids = columns.ptr, columns.ids
    if alias is not None:
        ptr, ids = _renamed(ptr, ids, alias)
    newest = policy.on_conflict == "newest"
    order = ordered(columns, -columns.first_seen if newest else columns.first_seen)
    seen = np.empty(len(order), dtype=np.int32)
    seen[order] = np.arange(len(order), dtype=np.int32)
    iptr, irec = _inverse(ptr, ids, order, m)
    counts_as = np.arange(m, dtype=np.int32)
    for joined in same_values or ():
        for kind in {int(type_of[one]) for one in joined}:
            mine = [one for one in joined if type_of[one] == kind]
            least = min(mine, key=lambda one: columns.identifier(one).value)
            counts_as[mine] = least
    blocked = _blocked(columns, policy)
    fanout, standing, candidate = _fanout(
        ptr,
        ids,
        iptr,
        irec,
        columns.offsets,
        counts_as,
        bool(same_values),
        blocked,
        rules.links,
        rules.max_fanout,
        rules.max_records,
        rules.max_per_profile,
    )
    clashes = Clashes(columns)
    if rules.guard.any() and len(clashes.names) > 1:
        pairs, of = _name_pairs(
            iptr, irec, type_of, standing, rules.guard, clashes.code, len(clashes.names)
        )
        clashes.learn(np.unique(pairs))
        candidate[of[np.isin(pairs, clashes.keys)]] = True
    cut_keys = np.empty(0, dtype=np.int64)
    if cuts:
        touched = {record for record, _ in cuts}
        for record in touched:
            candidate[ids[ptr[record] : ptr[record + 1]]] = True
        cut_keys = np.array(sorted((r << 32) | x for r, x in cuts), dtype=np.int64)
    split = np.flatnonzero(candidate & (standing == LINKED)).astype(np.int32)
    sptr, group, why = _split(
        split,
        ptr,
        ids,
        iptr,
        irec,
        type_of,
        counts_as,
        standing,
        rules.max_per_profile,
        rules.guard,
        clashes.code,
        clashes.keys,
        cut_keys,
    )
    split_index = np.full(m, -1, dtype=np.int32)
    split_index[split] = np.arange(len(split), dtype=np.int32)
    return Links(
        rules,
        clashes,
        ptr,
        ids,
        iptr,
        irec,
        counts_as,
        standing,
        fanout,
        seen,
        split,
        sptr,
        group,
        why,
        split_index,
    )


def _blocked(columns: Columns, policy: Policy) -> Bools:
    parts = [np.empty(0, dtype=bool)]
    for kind, values in zip(policy.identifiers, columns.values, strict=True):
        found = junk_column(kind.canonicaliser, values)
        if kind.blocked:
            listed = pa.array(sorted(kind.blocked), values.type)
            found = found | pc.is_in(values, value_set=listed).to_numpy(zero_copy_only=False)
        if kind.blocked_patterns:
            pattern = re.compile("|".join(f"(?:{one})" for one in kind.blocked_patterns))
            hits = (pattern.fullmatch(value) is not None for value in values.to_pylist())
            found = found | np.fromiter(hits, dtype=bool, count=len(values))
        parts.append(found)
    return np.concatenate(parts)


@njit(cache=True, nogil=True)
def _renamed(ptr: Longs, ids: Ints, alias: Ints) -> tuple[Longs, Ints]:
    """Identifiers by the value they name, ascending and distinct within a record again."""
    new_ptr = np.zeros_like(ptr)
    new_ids = np.empty_like(ids)
    out = 0
    for record in range(len(ptr) - 1):
        first = out
        for at in range(ptr[record], ptr[record + 1]):
            one = alias[ids[at]]
            place = out
            while place > first and new_ids[place - 1] > one:
                new_ids[place] = new_ids[place - 1]
                place -= 1
            if place > first and new_ids[place - 1] == one:
                while place < out:
                    new_ids[place] = new_ids[place + 1]
                    place += 1
            else:
                new_ids[place] = one
                out += 1
        new_ptr[record + 1] = out
    return new_ptr, new_ids[:out].copy()


@njit(cache=True, nogil=True)
def _inverse(ptr: Longs, ids: Ints, order: Ints, m: int) -> tuple[Longs, Ints]:
    """Who carries each identifier, in the given order of records."""
    iptr = np.zeros(m + 1, dtype=np.int64)
    for one in ids:
        iptr[one + 1] += 1
    for one in range(m):
        iptr[one + 1] += iptr[one]
    at = iptr[:-1].astype(np.int32)  # half as much memory to jump about in
    irec = np.empty(len(ids), dtype=np.int32)
    n = len(order)
    for k in range(n):
        prefetch(ptr, order[min(k + 2 * _AHEAD, n - 1)])
        ahead = ptr[order[min(k + _AHEAD, n - 1)]]
        prefetch(ids, ahead)
        record = order[k]
        for i in range(ptr[record], ptr[record + 1]):
            one = ids[i]
            irec[at[one]] = record
            at[one] += 1
    return iptr, irec


@njit(cache=True, nogil=True)
def _forward(
    split: Ints,
    sptr: Longs,
    group: Ints,
    iptr: Longs,
    irec: Ints,
    ptr: Longs,
    ids: Ints,
    out: Ints,
) -> None:
    """From an identifier's links to a record's."""
    for k in range(len(split)):
        x = split[k]
        for i in range(iptr[x + 1] - iptr[x]):
            record = irec[iptr[x] + i]
            at = ptr[record]
            while ids[at] != x:
                at += 1
            out[at] = group[sptr[k] + i]


@njit(cache=True, nogil=True)
def _fanout(
    ptr: Longs,
    ids: Ints,
    iptr: Longs,
    irec: Ints,
    offsets: Longs,
    counts_as: Ints,
    classes: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
    blocked: Bools,
    links: Bools,
    max_fanout: Longs,
    max_records: Longs,
    max_per_profile: Longs,
) -> tuple[Ints, Bytes, Bools]:
    """Fanout and standing, and who sees two values of a higher type that allows one.

    Goes down the ranks, so that the standing of every higher value is known.
    """
    m = len(iptr) - 1
    n_types = len(links)
    n_links = len(irec)
    fanout = np.zeros(m, dtype=np.int32)
    standing = np.zeros(m, dtype=np.int8)
    candidate = np.zeros(m, dtype=np.bool_)
    stamp = np.full(m, -1, dtype=np.int32)
    count = np.zeros(n_types, dtype=np.int32)
    only = np.full(n_types, -1, dtype=np.int32)
    t = 0
    for x in range(m):
        n = iptr[x + 1] - iptr[x]
        if n == 0:
            continue
        while x >= offsets[t + 1]:
            t += 1
        # values of higher types count; for the highest, those of the next
        stop = offsets[t] if t > 0 else offsets[min(2, n_types)]
        count[:] = 0
        only[:] = -1
        conflict = False
        for i in range(iptr[x], iptr[x + 1]):
            prefetch(ptr, irec[min(i + 2 * _AHEAD, n_links - 1)])
            prefetch(ids, ptr[irec[min(i + _AHEAD, n_links - 1)]])
            record = irec[i]
            s = 0
            for j in range(ptr[record], ptr[record + 1]):
                # identifiers ascend type by type: no look-up of the type is needed
                v = ids[j]
                if v >= stop:
                    break
                while v >= offsets[s + 1]:
                    s += 1
                if t == 0 and s == 0:
                    continue
                if blocked[v]:
                    continue
                c = counts_as[v]
                if n == 1 and not classes:
                    count[s] += 1
                elif stamp[c] != x:
                    stamp[c] = x
                    count[s] += 1
                if t > 0 and max_per_profile[s] == 1 and standing[v] != 3:  # SHARED
                    if only[s] == -1:
                        only[s] = c
                    elif only[s] != c:
                        conflict = True
        most = 0
        for s in range(n_types):
            most = max(most, count[s])
        fanout[x] = most
        if blocked[x]:
            standing[x] = 1
        elif not links[t]:
            standing[x] = 2
        elif most > max_fanout[t] or n > max_records[t]:
            standing[x] = 3
        else:
            standing[x] = 4
            candidate[x] = conflict
    return fanout, standing, candidate


@njit(cache=True, nogil=True)
def _name_pairs(
    iptr: Longs,
    irec: Ints,
    type_of: Bytes,
    standing: Bytes,
    guard: Bools,
    code: Ints,
    n_names: int,
) -> tuple[Longs, Ints]:
    """The pairs of distinct names that meet on each guarded identifier, and on which."""
    stamp = np.full(n_names, -1, dtype=np.int32)
    size = 0
    pairs = np.empty(1024, dtype=np.int64)
    of = np.empty(1024, dtype=np.int32)
    mine = np.empty(n_names, dtype=np.int32)
    for x in range(len(iptr) - 1):
        if not guard[type_of[x]] or standing[x] != 4 or iptr[x + 1] - iptr[x] < 2:
            continue
        k = 0
        for i in range(iptr[x], iptr[x + 1]):
            name = code[irec[i]]
            if name >= 0 and stamp[name] != x:
                stamp[name] = x
                mine[k] = name
                k += 1
        need = size + k * (k - 1) // 2
        if need > len(pairs):
            grown = np.empty(max(need, 2 * len(pairs)), dtype=np.int64)
            grown[:size] = pairs[:size]
            pairs = grown
            grown_of = np.empty(len(pairs), dtype=np.int32)
            grown_of[:size] = of[:size]
            of = grown_of
        for a in range(k):
            for b in range(a + 1, k):
                low = min(mine[a], mine[b])
                high = max(mine[a], mine[b])
                pairs[size] = (np.int64(low) << 32) | np.int64(high)
                of[size] = x
                size += 1
    return pairs[:size].copy(), of[:size].copy()


@njit(cache=True, nogil=True)
def _split(
    split: Ints,
    ptr: Longs,
    ids: Ints,
    iptr: Longs,
    irec: Ints,
    type_of: Bytes,
    counts_as: Ints,
    standing: Bytes,
    max_per_profile: Longs,
    guard: Bools,
    code: Ints,
    clash: Longs,
    cuts: Longs,
) -> tuple[Longs, Ints, Longs]:
    """Greedy groups of 3.3 for each contested identifier."""
    n_types = len(max_per_profile)
    sptr = np.zeros(len(split) + 1, dtype=np.int64)
    for k in range(len(split)):
        sptr[k + 1] = sptr[k] + iptr[split[k] + 1] - iptr[split[k]]
    group = np.empty(sptr[-1], dtype=np.int32)
    why = np.empty((sptr[-1], 4), dtype=np.int64)
    n_why = 0
    mine = np.empty(n_types, dtype=np.int64)
    for k in range(len(split)):
        x = split[k]
        t = type_of[x]
        n = iptr[x + 1] - iptr[x]
        held = np.full((min(n, 8), n_types), -1, dtype=np.int64)
        n_groups = 0
        for i in range(n):
            record = irec[iptr[x] + i]
            if len(cuts) > 0 and among(cuts, (np.int64(record) << 32) | np.int64(x)):
                group[sptr[k] + i] = -1
                continue
            mine[:] = -1
            for j in range(ptr[record], ptr[record + 1]):
                v = ids[j]
                s = type_of[v]
                if s >= t:
                    break
                if max_per_profile[s] != 1 or (standing[v] != 4 and standing[v] != 2):
                    continue
                if (
                    len(cuts) > 0
                    and standing[v] == 4
                    and among(cuts, (np.int64(record) << 32) | np.int64(v))
                ):
                    continue
                c = counts_as[v]
                if mine[s] == -1:
                    mine[s] = c
                elif mine[s] != c:
                    mine[s] = -2
            into = -1
            for g in range(n_groups):
                reason = -2
                first = np.int64(-1)
                second = np.int64(-1)
                for s in range(t):
                    a = mine[s]
                    b = held[g, s]
                    # two calls of `!=`: numba compiles no set membership here
                    if a == -2 or b == -2 or (a != -1 and b != -1 and a != b):  # noqa: PLR1714
                        reason = s
                        first = a
                        second = b
                        break
                if reason == -2 and guard[t] and code[record] >= 0:
                    name = code[record]
                    for earlier in range(i):
                        if group[sptr[k] + earlier] == g:
                            other = code[irec[iptr[x] + earlier]]
                            if other >= 0 and other != name:
                                pair = (np.int64(min(name, other)) << 32) | np.int64(
                                    max(name, other)
                                )
                                if (second == -1 or other < second) and among(clash, pair):
                                    reason = -1
                                    first = np.int64(name)
                                    second = np.int64(other)
                                    if g > 0:
                                        break
                if reason == -2:
                    into = g
                    break
                if g == 0:
                    why[n_why, 0] = iptr[x] + i
                    why[n_why, 1] = reason
                    why[n_why, 2] = first
                    why[n_why, 3] = second
                    n_why += 1
            if into == -1:
                into = n_groups
                n_groups += 1
                if n_groups > len(held):
                    grown = np.full((2 * len(held), n_types), -1, dtype=np.int64)
                    grown[: len(held)] = held
                    held = grown
            group[sptr[k] + i] = into
            for s in range(t):
                if mine[s] != -1:
                    held[into, s] = mine[s]
    return sptr, group, why[:n_why].copy()
