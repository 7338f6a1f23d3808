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
from sameas.engine.batch.search import among
from sameas.engine.memory import prefetch
from sameas.matching.canonical import junk_column
from sameas.matching.distinct import distinct
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
    "NOT_GIVEN",
    "SHARED",
    "STANDINGS",
    "UNLINKED",
    "Clashes",
    "Given",
    "Links",
    "Rules",
    "link",
]

ABSENT, BLOCKED, UNLINKED, SHARED, LINKED = range(5)
STANDINGS = ("absent", "blocked", "unlinked", "shared", "linked")
_NO_LIMIT = np.iinfo(np.int64).max
_AHEAD = 8  # links: what is needed so much later is fetched into the cache now
_FEW = 8  # values: so many are told apart by looking at each, which takes no memory


NOT_GIVEN = -2
"""In place of a group: it is worked out from the records that are there."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of identifiers some of whose records are not among those to resolve."""

    standing: Bytes
    """m: the standing of each identifier."""
    group: Ints
    """One entry a link of `Columns.ids`: its group; or `NOT_GIVEN`."""
    same_values: list[list[int]]
    """Identifiers that count as one value. Nobody here need carry them all."""


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

    Names are numbered in the order of their text; -1 is a missing name, compatible with all. Where
    there is no column of names, `code` is empty.
    """

    def __init__(self, columns: Columns) -> None:
        parts = {n: flat(column) for n, column in columns.traits.items() if n in NAME_TRAITS}
        self.code = np.empty(0, dtype=np.int32)
        self.names: list[str] = []
        if parts:
            self.code, self.names = _numbered(person_name_column(parts))
        self._known = np.empty(0, dtype=np.int64)
        self._clash = np.empty(0, dtype=bool)
        self.keys = np.empty(0, dtype=np.int64)

    def guarded(self, guard: Bools) -> Bools:
        """The guarded types, if there are names that can clash; else none."""
        return guard & (len(self.names) > 1)

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


def _numbered(names: pa.Array) -> tuple[Ints, list[str]]:
    encoded = names.dictionary_encode()
    texts = encoded.dictionary
    order = pc.sort_indices(texts).to_numpy()
    rank = np.empty(len(order) + 1, dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rank[-1] = -1
    codes = encoded.indices.fill_null(len(order)).to_numpy(zero_copy_only=False)
    return rank[codes], texts.take(pa.array(order)).to_pylist()


@dataclass(eq=False)
class Links:
    """What holds before components are formed. m identifiers, E links, S split identifiers."""

    rules: Rules
    clashes: Clashes
    ptr: Longs
    ids: Ints
    """Each record's identifiers, further names replaced by the value."""
    iptr: Ints
    irec: Ints
    """Each identifier's records, in the order of 3.3."""
    counts_as: Ints
    """m: values that a judgement joins count as one of them; elsewhere the number itself."""
    standing: Bytes
    fanout: Ints
    seen: Ints
    """n: place of each record in the order of 3.3."""
    order: Ints
    """n: the records in that order."""
    split: Ints
    """S identifiers that have more than one group, or a link that a judgement cuts."""
    sptr: Longs
    group: Ints
    """For each split identifier's links the group, -1 where a judgement cuts the link."""
    why: NDArray[np.int64]
    """(k, 4): link, type or -1 for the guard, and two values or names: why not in group 0."""
    split_index: Ints
    """m: place in `split`, else -1."""

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
    given: Given | None = None,
) -> Links:
    """Everything up to 3.3.

    Args:
        columns: the live records.
        policy: the rules.
        same_values: sets of identifier numbers that `same` judgements join.
        cuts: links (record, identifier) that a `different` judgement cuts.
        alias: m: for each identifier the value that it is a further name of, else itself.
        given: what is known of identifiers that have records elsewhere; there is no alias then.
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
    # numpy asks for large pages and numba does not: what is jumped about in is made by numpy
    iptr = np.zeros(m + 2, dtype=np.int32)
    irec = np.empty(len(ids), dtype=np.int32)
    _inverse(ptr, ids, order, iptr, irec)
    iptr = iptr[: m + 1]
    counts_as = np.arange(m, dtype=np.int32)
    for joined in same_values or ():
        for kind in {int(type_of[one]) for one in joined}:
            mine = [one for one in joined if type_of[one] == kind]
            least = min(mine, key=lambda one: columns.identifier(one).value)
            counts_as[mine] = least
    standing = _blocked(columns, policy).astype(np.int8)
    fanout = np.zeros(m, dtype=np.int32)
    candidate = np.zeros(m, dtype=bool)
    _fanout(
        ptr,
        ids,
        iptr,
        irec,
        columns.offsets,
        counts_as,
        bool(same_values),
        rules.links,
        rules.max_fanout,
        rules.max_records,
        rules.max_per_profile,
        fanout,
        standing,
        candidate,
        np.empty(0, dtype=np.int8) if given is None else given.standing,
    )
    clashes = Clashes(columns)
    guard = clashes.guarded(rules.guard)
    if guard.any():
        pairs, of = _name_pairs(
            iptr, irec, type_of, standing, guard, clashes.code, len(clashes.names)
        )
        clashes.learn(distinct(pairs))
        candidate[of[np.isin(pairs, clashes.keys)]] = True
    cut_keys = np.empty(0, dtype=np.int64)
    if cuts:
        touched = {record for record, _ in cuts}
        for record in touched:
            candidate[ids[ptr[record] : ptr[record + 1]]] = True
        cut_keys = np.array(sorted((r << 32) | x for r, x in cuts), dtype=np.int64)
    if given is not None:
        candidate[ids[given.group != NOT_GIVEN]] = True
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
        np.flatnonzero(rules.max_per_profile == 1),
        columns.offsets,
        guard,
        clashes.code,
        clashes.keys,
        cut_keys,
    )
    if given is not None:
        why = _keep_given(given, split, sptr, group, why, ptr, ids, iptr, irec)
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
        order,
        split,
        sptr,
        group,
        why,
        split_index,
    )


def _keep_given(
    given: Given,
    split: Ints,
    sptr: Longs,
    group: Ints,
    why: NDArray[np.int64],
    ptr: Longs,
    ids: Ints,
    iptr: Ints,
    irec: Ints,
) -> NDArray[np.int64]:
    """Put given groups in place of those of the records that are here; gives the reasons.

    Groups are numbered anew without gaps, in their order. Why a link is not in the first of them is
    known where it was split; here it has a reason that only says that there is one.
    """
    foreign = np.zeros(len(irec), dtype=bool)
    elsewhere = [np.empty((0, 4), dtype=np.int64)]
    for k, one in enumerate(split.tolist()):
        records = irec[iptr[one] : iptr[one + 1]]
        at = [int(ptr[r] + np.searchsorted(ids[ptr[r] : ptr[r + 1]], one)) for r in records]
        known = given.group[at]
        if (known != NOT_GIVEN).all():
            places, dense = np.unique(known, return_inverse=True)
            mine = dense - (places[0] < 0)
            group[sptr[k] : sptr[k + 1]] = mine
            foreign[iptr[one] : iptr[one + 1]] = True
            links = iptr[one] + np.flatnonzero(mine > 0)
            elsewhere.append(
                np.stack([links, np.zeros_like(links), *[np.full_like(links, one)] * 2], axis=1)
            )
    return np.concatenate([why[~foreign[why[:, 0]]], *elsewhere])


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
def _inverse(ptr: Longs, ids: Ints, order: Ints, iptr: Ints, irec: Ints) -> None:
    """Who carries each identifier, in the given order of records.

    `iptr` is m + 2 zeros. It counts, then says where the next record of each identifier goes, and
    in the end where that identifier stops: the first m + 1 are what `Links` has.
    """
    for one in ids:
        iptr[one + 2] += 1
    for one in range(2, len(iptr)):
        iptr[one] += iptr[one - 1]
    n = len(order)
    for k in range(n):
        prefetch(ptr, order[min(k + 3 * _AHEAD, n - 1)])
        prefetch(ids, ptr[order[min(k + 2 * _AHEAD, n - 1)]])
        ahead = order[min(k + _AHEAD, n - 1)]
        for i in range(ptr[ahead], ptr[ahead + 1]):
            prefetch(iptr, ids[i] + 1)
        record = order[k]
        for i in range(ptr[record], ptr[record + 1]):
            one = ids[i] + 1
            irec[iptr[one]] = record
            iptr[one] += 1


@njit(cache=True, nogil=True)
def _fanout(
    ptr: Longs,
    ids: Ints,
    iptr: Ints,
    irec: Ints,
    offsets: Longs,
    counts_as: Ints,
    classes: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
    links: Bools,
    max_fanout: Longs,
    max_records: Longs,
    max_per_profile: Longs,
    fanout: Ints,
    standing: Bytes,
    candidate: Bools,
    given: Bytes,
) -> None:
    """Fanout and standing, and who sees two values of a higher type that allows one.

    Goes down the ranks, so that the standing of every higher value is known. What nobody else
    carries has nobody to be kept apart from, so it is no candidate.

    Args:
        ptr, ids, iptr, irec, counts_as: see `Links`.
        offsets: see `Columns`.
        classes: whether `counts_as` says anything.
        links, max_fanout, max_records, max_per_profile: see `Rules`.
        fanout: m; is written to.
        standing: m, `BLOCKED` or 0; the rest is written to.
        candidate: m times False; is written to.
        given: m standings that are known, for values that link; or empty.
    """
    m = len(iptr) - 1
    n_types = len(links)
    n_links = len(irec)
    count = np.zeros(n_types, dtype=np.int32)
    only = np.full(n_types, -1, dtype=np.int32)
    # values of this identifier that were looked at: most records of a person have the same
    met = np.empty(_FEW, dtype=np.int32)
    # where these are too few, or values count as others: who counted a value last
    stamp = np.empty(0, dtype=np.int32)
    # a bit a value, whether it is blocked or shared: small enough for the nearer caches
    odd = np.zeros((m >> 3) + 1, dtype=np.uint8)
    for x in range(m):
        if standing[x] == 1:
            odd[x >> 3] |= np.uint8(1 << (x & 7))
    t = 0
    for x in range(m):
        n = iptr[x + 1] - iptr[x]
        if n == 0:
            standing[x] = 0
            continue
        while x >= offsets[t + 1]:
            t += 1
        # values of higher types count; for the highest, those of the next
        start = 0 if t > 0 else offsets[1]
        stop = offsets[t] if t > 0 else offsets[min(2, n_types)]
        count[:] = 0
        only[:] = -1
        most = 0
        n_met = 0
        conflict = False
        for i in range(iptr[x], iptr[x + 1]):
            prefetch(ptr, irec[min(i + 2 * _AHEAD, n_links - 1)])
            prefetch(ids, ptr[irec[min(i + _AHEAD, n_links - 1)]])
            record = irec[i]
            for j in range(ptr[record], ptr[record + 1]):
                v = ids[j]
                if v >= stop:
                    break
                if v < start:
                    continue
                if n > 1:
                    k = 0
                    while k < n_met and met[k] != v:
                        k += 1
                    if k < n_met:
                        continue
                    if n_met < _FEW:
                        met[n_met] = v
                        n_met += 1
                known = standing[v] if (odd[v >> 3] >> (v & 7)) & 1 else 4
                if known == 1:  # BLOCKED
                    continue
                s = 0
                while v >= offsets[s + 1]:
                    s += 1
                c = counts_as[v] if classes else v
                if classes or n_met == _FEW:
                    if len(stamp) == 0:
                        stamp = np.full(m, -1, dtype=np.int32)
                    if stamp[c] != x:
                        stamp[c] = x
                        count[s] += 1
                else:
                    count[s] += 1
                most = max(most, count[s])
                if t > 0 and max_per_profile[s] == 1 and known != 3:  # SHARED
                    if only[s] == -1:
                        only[s] = c
                    elif only[s] != c:
                        conflict = True
        fanout[x] = most
        if standing[x] == 1:
            continue
        if not links[t]:
            standing[x] = 2
        elif given[x] == 3 if len(given) else most > max_fanout[t] or n > max_records[t]:
            standing[x] = 3
            odd[x >> 3] |= np.uint8(1 << (x & 7))
        else:
            standing[x] = 4
            candidate[x] = conflict and n > 1


@njit(cache=True, nogil=True)
def _name_pairs(
    iptr: Ints,
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
    iptr: Ints,
    irec: Ints,
    type_of: Bytes,
    counts_as: Ints,
    standing: Bytes,
    single: Longs,
    offsets: Longs,
    guard: Bools,
    code: Ints,
    clash: Longs,
    cuts: Longs,
) -> tuple[Longs, Ints, Longs]:
    """Greedy groups of 3.3 for each contested identifier; `single`: types that allow one value."""
    n_types = len(guard)
    n_links = len(irec)
    sptr = np.zeros(len(split) + 1, dtype=np.int64)
    for k in range(len(split)):
        sptr[k + 1] = sptr[k] + iptr[split[k] + 1] - iptr[split[k]]
    group = np.empty(sptr[-1], dtype=np.int32)
    why = np.empty((sptr[-1], 4), dtype=np.int64)
    n_why = 0
    mine = np.full(n_types, -1, dtype=np.int64)
    held = np.empty((64, n_types), dtype=np.int64)
    for k in range(len(split)):
        x = split[k]
        t = type_of[x]
        n = iptr[x + 1] - iptr[x]
        asked = 0
        while asked < len(single) and single[asked] < t:
            asked += 1
        stop = offsets[single[asked - 1] + 1] if asked > 0 else 0
        n_groups = 0
        for i in range(n):
            prefetch(ptr, irec[min(iptr[x] + i + 2 * _AHEAD, n_links - 1)])
            prefetch(ids, ptr[irec[min(iptr[x] + i + _AHEAD, n_links - 1)]])
            record = irec[iptr[x] + i]
            if len(cuts) > 0 and among(cuts, (np.int64(record) << 32) | np.int64(x)):
                group[sptr[k] + i] = -1
                continue
            for q in range(asked):
                mine[single[q]] = -1
            q = 0
            for j in range(ptr[record], ptr[record + 1]):
                v = ids[j]
                if v >= stop:
                    break
                while v >= offsets[single[q] + 1]:
                    q += 1
                s = single[q]
                if v < offsets[s] or (standing[v] != 4 and standing[v] != 2):
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
                for q in range(asked):
                    s = single[q]
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
                    grown = np.empty((2 * len(held), n_types), dtype=np.int64)
                    grown[: len(held)] = held
                    held = grown
                held[into, :] = -1
            group[sptr[k] + i] = into
            for q in range(asked):
                s = single[q]
                if mine[s] != -1:
                    held[into, s] = mine[s]
    return sptr, group, why[:n_why].copy()
