"""The summaries of all whole components at once: as the engine makes them one at a time.

Counted over columns; Python only puts each component's text together. A component that is at a
limit has none, nor has one that a judgement names; it is looked at in full by whatever touches it.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.batch.columns import OBSERVATION, flat
from sameas.engine.online.rows import text
from sameas.engine.online.rules import BLOCKED, GONE, LINKED, SHARED
from sameas.engine.online.summary import MOST_NAMES
from sameas.matching.distinct import distinct
from sameas.matching.names import NAME_TRAITS, compatible_pairs, person_name_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.whole.derive import Derived

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Carried", "summaries"]

Carried = tuple["Longs", "Longs"]
"""Of every id that some record carries: its number, and the record's place."""


def summaries(
    derived: Derived, rules: Rules, *, records: Longs, identifiers: Longs, arrival: Longs,
    carried: Carried, vector: Sequence[int] = (), limits: bool = True,
) -> list[str | None]:  # fmt: skip
    """C: the summary of each component as JSON, None where it has none.

    Args:
        derived: the answer.
        rules: the policy.
        records: n: the records' numbers in the store.
        identifiers: m: the identifiers' numbers.
        arrival: n.
        carried: which ids there are, and where.
        vector: the numbers of the trait vectors, by their places in `derived.matches`.
        limits: whether a component that is at a limit, or that a judgement names, has none.
    """
    columns, n_components = derived.columns, len(derived.nodes)
    component = derived.component
    shape = (n_components, len(rules.types))
    where, which = _held(derived)
    kind, standing = columns.type_of[which], derived.standing[which]
    seen = np.zeros(shape, dtype=np.int32)
    np.add.at(seen, (where, kind), 1)
    values = seen.copy()
    np.subtract.at(values, (where[standing == SHARED], kind[standing == SHARED]), 1)
    loose = _loose(where, which, identifiers, kind, standing)
    names, held_names = _names(columns)
    name_lists = _lists(component, names, n_components)
    exclusive = [
        (texts, _lists(component, codes, n_components))
        for codes, texts in (_exclusive(columns, trait) for trait in rules.policy.exclusive)
    ]
    sources = _sources(derived, rules)
    vectors = _vectors(derived, vector)
    matched, bound = derived.matched.tolist(), derived.bound.tolist()
    fits = derived.whole & (derived.level == 0)
    if limits:
        fits = fits & ~derived.named & _within(values, seen, rules)
    guarded: Bools = np.any(values[:, np.array(rules.guards_links, dtype=bool)] > 0, axis=1)
    ids = _Grouped(component[carried[1]], carried[0], n_components)
    owner = _owners(derived, rules, arrival)
    owner_number = records[owner].tolist() if len(records) else []
    owner_arrival = arrival[owner].tolist() if len(records) else []
    owned = (owner >= 0).tolist()
    counts, turn = _texts(values, seen)
    name_json = [text(name) for name in held_names]
    clashing = _clashing(np.flatnonzero(fits & guarded), name_lists, held_names)
    out: list[str | None] = [None] * n_components
    no_exclusive = text([[] for _ in exclusive])
    for at in np.flatnonzero(fits).tolist():
        codes = name_lists[at]
        mine = loose.get(at, ())
        duplicates = sources.get(at, ())
        compared = [] if vectors is None else vectors[at]
        if limits and (
            len(codes) > MOST_NAMES
            or len(mine) > MOST_NAMES
            or len(compared) > MOST_NAMES
            or len(set(duplicates)) < len(duplicates)
        ):
            continue
        if limits and at in clashing:
            continue
        said = no_exclusive
        if exclusive:
            lists = [[texts[code] for code in lists[at]] for texts, lists in exclusive]
            if limits and any(len(one) > 1 for one in lists):
                continue
            said = text(lists)
        held = name_json[codes[0]] if len(codes) == 1 else ",".join([name_json[c] for c in codes])
        tail = f"{owner_number[at]},{owner_arrival[at]}" if owned[at] else "null,0"
        if compared:
            tail += f",[{','.join(map(str, compared))}]"
            if matched[at]:
                tail += f",true,{text(bound[at])}"
        out[at] = (
            f"[{counts[turn[at]]},{text(mine) if mine else '[]'},[{held}],{said},"
            f"{text(duplicates) if duplicates else '[]'},[{','.join(map(str, ids[at]))}],{tail}]"
        )
    return out


def _vectors(derived: Derived, numbers: Sequence[int]) -> _Grouped | None:
    """By component: the vectors of its records, in the order of their first record."""
    if derived.matches is None:
        return None
    codes = derived.matches.vector.astype(np.int32)
    known = np.array(numbers, dtype=np.int64)
    some = np.flatnonzero(codes >= 0)
    keys = derived.component[some].astype(np.int64) * max(len(known), 1) + codes[some]
    _, first = np.unique(keys, return_index=True)
    first = some[np.sort(first)]
    return _Grouped(derived.component[first], known[codes[first]], len(derived.nodes))


def _held(derived: Derived) -> tuple[Longs, Longs]:
    """Component and identifier, each pair once, of all that are not blocked."""
    columns = derived.columns
    m = max(columns.n_identifiers, 1)
    counts = ~np.isin(derived.standing, (GONE, BLOCKED))[derived.ids]
    where = derived.component[derived.record[counts]].astype(np.int64)
    pairs = distinct(where * m + derived.ids[counts])
    found: tuple[Longs, Longs] = np.divmod(pairs, m)
    return found


def _loose(
    where: Longs,
    which: Longs,
    numbers: Longs,
    kind: NDArray[np.int8],
    standing: NDArray[np.int8],
) -> dict[int, list[tuple[int, int, int]]]:
    """By component: (number, place, standing) of its identifiers that do not link."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    some = np.flatnonzero(standing != LINKED)
    for at, number, place, state in zip(
        where[some].tolist(),
        numbers[which[some]].tolist(),
        kind[some].tolist(),
        standing[some].tolist(),
        strict=True,
    ):
        found[at].append((number, place, state))
    for mine in found.values():
        mine.sort()
    return found


def _names(columns: Columns) -> tuple[Ints, list[str]]:
    """n: the number of each record's person name, -1: none; and the names."""
    traits = {name: flat(columns.traits[name]) for name in NAME_TRAITS if name in columns.traits}
    if not traits:
        return np.full(len(columns), -1, dtype=np.int32), []
    return _coded(person_name_column(traits))


def _coded(column: pa.Array) -> tuple[Ints, list[str]]:
    coded = column.dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, coded.dictionary.to_pylist()


def _exclusive(columns: Columns, trait: str) -> tuple[Ints, list[str]]:
    """n: the number of each record's value of an exclusive trait, and the values."""
    if trait not in columns.traits:
        return np.full(len(columns), -1, dtype=np.int32), []
    codes, texts = _coded(flat(columns.traits[trait]))
    numbers: dict[str, int] = {}
    table = np.full(len(texts) + 1, -1, dtype=np.int32)
    for at, one in enumerate(texts):
        if kept := one.strip().casefold():
            table[at] = numbers.setdefault(kept, len(numbers))
    return table[codes], list(numbers)


class _Grouped:
    """Values by component, in the order in which they are given."""

    def __init__(self, component: Ints | Longs, values: Ints | Longs, n_components: int) -> None:
        order = np.argsort(component, kind="stable")
        self._values: list[int] = values[order].tolist()
        bounds = np.searchsorted(component[order], np.arange(n_components + 1))
        self._bounds: list[int] = bounds.tolist()

    def __getitem__(self, at: int) -> list[int]:
        return self._values[self._bounds[at] : self._bounds[at + 1]]


def _lists(component: Ints, codes: Ints, n_components: int) -> _Grouped:
    """By component: its distinct codes, in the order of their first record."""
    some = np.flatnonzero(codes >= 0)
    wide = int(codes.max(initial=0)) + 1
    keys = component[some].astype(np.int64) * wide + codes[some]
    _, first = np.unique(keys, return_index=True)
    first.sort()
    return _Grouped(component[some[first]], codes[some[first]], n_components)


def _sources(derived: Derived, rules: Rules) -> dict[int, list[str]]:
    """By component: duplicate-free sources, one a record."""
    columns = derived.columns
    found: dict[int, list[str]] = {}
    for place, name in enumerate(columns.sources):
        if name in rules.policy.duplicate_free:
            mine = (columns.source == place) & (columns.kind != OBSERVATION)
            for at in derived.component[mine].tolist():
                found.setdefault(at, []).append(name)
    return found


def _within(values: Ints, seen: Ints, rules: Rules) -> Bools:
    """C: the counts keep every limit."""
    fine: Bools = np.all(values <= np.array(rules.most_values, dtype=np.int64), axis=1)
    for place, fanout in enumerate(rules.most_fanout):
        beside = list(rules.beside(place))
        if beside:
            fine &= (values[:, place] == 0) | (seen[:, beside].max(axis=1) <= fanout)
    return fine


def _owners(derived: Derived, rules: Rules, arrival: Longs) -> Longs:
    """C: the first arrived record that has a linking value of a type with limit 1; -1: none."""
    single = np.array(rules.single, dtype=bool)[derived.columns.type_of]
    carries = (single & (derived.standing == LINKED))[derived.ids]
    mine = distinct(derived.record[carries])
    mine = mine[np.argsort(-arrival[mine], kind="stable")]
    owner = np.full(len(derived.nodes), -1, dtype=np.int64)
    owner[derived.component[mine]] = mine
    return owner


def _texts(values: Ints, seen: Ints) -> tuple[list[str], Sequence[int]]:
    """The counts of each component as JSON, each distinct text made once."""
    both = np.concatenate([values, seen], axis=1)
    if not len(both):
        return [], []
    # rows as one number each, where no two different rows get one: 30 times as fast to sort
    odd = np.random.default_rng(0).integers(1, 1 << 62, both.shape[1]) | 1
    _, first, turn = np.unique(both @ odd, return_index=True, return_inverse=True)
    rows = both[first]
    if (rows[turn] != both).any():
        rows, turn = np.unique(both, axis=0, return_inverse=True)
    width = values.shape[1]
    texts = [f"{text(row[:width])},{text(row[width:])}" for row in rows.tolist()]
    return texts, turn.ravel().tolist()


def _clashing(components: Longs, lists: _Grouped, names: Sequence[str]) -> set[int]:
    """Of some components those that have two names which cannot be one person's."""
    pairs = [
        (at, *pair)
        for at in components.tolist()
        if 1 < len(codes := lists[at]) <= MOST_NAMES
        for pair in combinations(codes, 2)
    ]
    where, left, right = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    used = distinct(np.concatenate([left, right]))
    fine = compatible_pairs(
        [names[code] for code in used.tolist()],
        np.searchsorted(used, left),
        np.searchsorted(used, right),
    )
    return set(where[~fine].tolist())
