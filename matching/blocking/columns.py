"""The blocking keys of many vectors at once; equal to `single.keys_of` by test.

Every distinct value of a field is read once for each transform; vectors are rows of codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numba import njit

from sameas.matching.blocking.hashes import combined, hash_text
from sameas.matching.blocking.reads import hash_values
from sameas.matching.blocking.single import MAX_PER_KEY
from sameas.matching.blocking.transforms import MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.matching.blocking.keys import Key

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Words = NDArray[np.uint64]

__all__ = ["Coded", "Reader"]

_MAX_PARTS = 4


class Coded(Protocol):
    """A column in numbers: places in its distinct values, -1 where nothing is said."""

    @property
    def values(self) -> Sequence[str] | pa.StringArray: ...


@dataclass
class Reader:
    """Key hashes of vectors whose fields are coded; what values give is worked out once."""

    fields: Sequence[str]
    coded: Sequence[Coded]
    vectors: Ints
    """Distinct rows of codes: shape (vectors, fields)."""
    _read: dict[tuple[str, str], tuple[Ints, Words]] = field(default_factory=dict)

    def values(self, name: str, transform: str) -> tuple[Ints, Words]:
        """`hash_values` of a field."""
        found = self._read.get((name, transform))
        if found is None:
            coded = self.coded[self.fields.index(name)]
            found = self._read[name, transform] = hash_values(transform, coded.values)
        return found

    def rows(self, key: Key, number: int) -> tuple[Ints, Longs]:
        """What one key takes: numbers of vectors, ascending, and hashes. Some may be there twice.

        Raises:
            ValueError: the key reads a field that is not there.
        """
        columns, starts, hashes, ends, choose = [], [], [], [0], []
        for part in key.parts:
            for name in part.fields:
                columns.append(list(self.fields).index(name))
                one, two = self.values(name, part.transform)
                starts.append(one)
                hashes.append(two)
            ends.append(len(columns))
            choose.append(part.choose)
        assert len(choose) <= _MAX_PARTS
        first = np.cumsum([0, *map(len, starts)])[:-1]
        shift = np.cumsum([0, *map(len, hashes)])[:-1]
        every = np.concatenate([one + base for one, base in zip(starts, shift, strict=True)])
        arguments = (
            self.vectors,
            np.array(columns, dtype=np.int32),
            first,
            every.astype(np.int64),
            np.concatenate(hashes),
            np.array(ends, dtype=np.int32),
            np.array(choose, dtype=np.int32),
            np.uint64(hash_text(str(number))),
        )
        room = _room(*arguments[:4], *arguments[5:7])
        vectors, found = np.empty(room, np.int32), np.empty(room, np.int64)
        count = _rows(*arguments, vectors, found)
        return vectors[:count], found[:count]


@njit(cache=True, nogil=True)
def _room(
    vectors: Ints, columns: Ints, first: Longs, starts: Longs, ends: Ints, choose: Ints
) -> int:
    """No fewer than the rows that there are: values that are there twice count twice."""
    count = 0
    for vector in range(len(vectors)):
        size = 1
        for part in range(len(choose)):
            n = 0
            for place in range(ends[part], ends[part + 1]):
                code = vectors[vector, columns[place]]
                if code >= 0:
                    n += starts[first[place] + code + 1] - starts[first[place] + code]
            size *= n * (n - 1) // 2 if choose[part] == 2 else n
            if size == 0:
                break
        count += min(size, MAX_PER_KEY)
    return count


@njit(cache=True, nogil=True)
def _rows(
    vectors: Ints,
    columns: Ints,
    first: Longs,
    starts: Longs,
    hashes: Words,
    ends: Ints,
    choose: Ints,
    seed: np.uint64,
    to_vector: Ints,
    to_hash: Longs,
) -> int:
    """Writes the rows, for which there is room; gives how many they are."""
    parts = len(choose)
    most = 2 * MAX_VALUES * len(columns)
    plain = np.empty(most, dtype=np.uint64)
    room = max(most, most * most)
    chosen = np.empty((parts, room), dtype=np.uint64)
    sizes = np.zeros(parts, dtype=np.int64)
    one = np.uint64(0)
    count = 0
    for vector in range(len(vectors)):
        # nearly all vectors have one value in each part, or none in some part
        least, largest = 1, 1
        mix = seed
        for part in range(parts):
            n = 0
            for place in range(ends[part], ends[part + 1]):
                code = vectors[vector, columns[place]]
                if code >= 0:
                    at = first[place] + code
                    if starts[at] < starts[at + 1]:
                        n += starts[at + 1] - starts[at]
                        one = hashes[starts[at]]
            if n == 1 and choose[part] == 1:
                mix = combined(mix, one)
            largest = max(largest, n if choose[part] == 1 else 2)
            least = min(least, n)
            if n == 0:
                break
        if least == 0:
            continue
        if largest == 1:
            to_vector[count] = vector
            to_hash[count] = np.int64(mix >> np.uint64(1))
            count += 1
            continue
        size = 1
        for part in range(parts):
            n = 0
            for place in range(ends[part], ends[part + 1]):
                code = vectors[vector, columns[place]]
                if code < 0:
                    continue
                at = first[place] + code
                for value in range(starts[at], starts[at + 1]):
                    one = hashes[value]
                    known = False
                    for other in range(n):
                        if plain[other] == one:
                            known = True
                    if not known:
                        plain[n] = one
                        n += 1
            if choose[part] == 2:
                pairs = 0
                for a in range(n):
                    for b in range(a + 1, n):
                        low, high = min(plain[a], plain[b]), max(plain[a], plain[b])
                        chosen[part, pairs] = combined(low, high)
                        pairs += 1
                n = pairs
            else:
                chosen[part, :n] = plain[:n]
            sizes[part] = n
            size *= n
            if n == 0:
                break
        if size == 0 or size > MAX_PER_KEY:
            continue
        for turn in range(size):
            mix = seed
            rest = turn
            for part in range(parts):
                mix = combined(mix, chosen[part, rest % sizes[part]])
                rest //= sizes[part]
            to_vector[count + turn] = vector
            to_hash[count + turn] = np.int64(mix >> np.uint64(1))
        count += size
    return count
