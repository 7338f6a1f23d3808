"""Refused links by number, and in words.

A reason is a constraint and a span of numbers: identifiers, names or records, as the constraint
has it. Words are made only for what is written out, and of each number once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sameas.engine.batch.held import DUPLICATE, EXCLUSIVE, GUARD, LIMIT, TOO_LARGE
from sameas.engine.batch.stepwise import Reason, shown
from sameas.engine.batch.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["CONSTRAINTS", "OTHER", "Reasons", "RefusedLinks", "RefusedMatches", "Words"]

OTHER = 0
CONSTRAINTS = {
    LIMIT: "max_per_profile",
    GUARD: "guard",
    DUPLICATE: "duplicate_free",
    EXCLUSIVE: "exclusive",
    TOO_LARGE: "component limit",
}
"""Names of the numbers; under `OTHER` the reason is one of `Reasons.other`."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the numbers of reasons mean."""

    columns: Columns
    names: Sequence[str]
    exclusive: Sequence[tuple[str, Sequence[str]]]
    """Each exclusive trait with its values."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """k reasons."""

    code: NDArray[np.int8]
    start: Longs
    stop: Longs
    payload: Longs
    other: Sequence[Reason] = ()
    """Reasons in words; `start` is the place of one."""

    def __len__(self) -> int:
        return len(self.code)

    def take(self, places: NDArray[np.integer]) -> Reasons:
        """Some of them, in this order."""
        return Reasons(
            self.code[places], self.start[places], self.stop[places], self.payload, self.other
        )

    @classmethod
    def joined(cls, parts: Sequence[Reasons]) -> Reasons:
        """Several lists of reasons as one."""
        payload = np.cumsum([0, *(len(part.payload) for part in parts)])
        other = np.cumsum([0, *(len(part.other) for part in parts)])
        shift = [
            np.where(part.code == OTHER, other[place], payload[place])
            for place, part in enumerate(parts)
        ]
        return cls(
            np.concatenate([part.code for part in parts]),
            np.concatenate([part.start + by for part, by in zip(parts, shift, strict=True)]),
            np.concatenate([part.stop + by for part, by in zip(parts, shift, strict=True)]),
            np.concatenate([part.payload for part in parts]),
            [reason for part in parts for reason in part.other],
        )

    @classmethod
    def of(cls, reasons: Sequence[Reason]) -> Reasons:
        """Reasons that are in words already."""
        places = np.arange(len(reasons), dtype=np.int64)
        code = np.full(len(reasons), OTHER, dtype=np.int8)
        return cls(code, places, places, np.empty(0, dtype=np.int64), list(reasons))

    def constraints(self) -> list[str]:
        """The constraint of each."""
        return [
            self.other[at].constraint if code == OTHER else CONSTRAINTS[code]
            for code, at in zip(self.code.tolist(), self.start.tolist(), strict=True)
        ]

    def counts(self) -> dict[str, int]:
        """How often each constraint refused."""
        found: dict[str, int] = {}
        for code, name in CONSTRAINTS.items():
            if number := int(np.count_nonzero(self.code == code)):
                found[name] = number
        for at in self.start[self.code == OTHER].tolist():
            name = self.other[at].constraint
            found[name] = found.get(name, 0) + 1
        return found

    def against(self, words: Words) -> pa.ListArray:
        """The values that stood against each, in words, sorted."""
        columns = words.columns
        ptr = np.concatenate([[0], np.cumsum(self._widths())])
        place, kind = (np.empty(int(ptr[-1]), dtype=np.int32) for _ in range(2))
        here, number = self._span(LIMIT, ptr)
        place[here], kind[here] = number, columns.type_of[number]
        arrays = list(columns.values)
        # what is no identifier is spelled here, a number once, and has no mark before it
        for here, at, texts in self._spelled(words, ptr):
            place[here], kind[here] = at + sum(map(len, arrays)), len(arrays)
            arrays.append(pa.array(texts, pa.string()))
        marks = [f"{name}:" for name in columns.types]
        # a colon is in no type's name, so that no mark begins another
        ranks = np.zeros(len(arrays) + 1, dtype=np.int32)
        ranks[sorted(range(len(marks)), key=marks.__getitem__)] = np.arange(len(marks))
        marked = sum(map(len, arrays))
        pool = Texts.of([*arrays, pa.array([*marks, ""], pa.string())])
        pool.sort_runs(place, kind, ptr, ranks)
        # each is two texts side by side, the mark and what comes after it
        places, kinds = (np.empty(2 * len(place), dtype=np.int32) for _ in range(2))
        places[::2], kinds[::2] = np.minimum(kind, len(marks)) + marked, len(arrays)
        places[1::2], kinds[1::2] = place, kind
        _, starts, data = pool.take(places, kinds).buffers()
        halves = np.frombuffer(starts, dtype=np.int32)[::2].copy()
        found = pa.StringArray.from_buffers(len(place), pa.py_buffer(halves), data)
        return pa.ListArray.from_arrays(pa.array(ptr.astype(np.int32)), found)

    def _widths(self) -> Longs:
        """How many texts each has."""
        found: Longs = self.stop - self.start
        found[self.code == EXCLUSIVE] = 2
        for one in np.flatnonzero(self.code == OTHER).tolist():
            found[one] = len(self.other[self.start[one]].against)
        return found

    def _spelled(self, words: Words, ptr: Longs) -> Iterator[tuple[Longs, Longs, list[str]]]:
        """Of each constraint but `LIMIT`: which texts are its, their places among its, and its."""
        here, number = self._span(GUARD, ptr)
        distinct, at = np.unique(number, return_inverse=True)
        yield here, at, [shown(words.names[one]) for one in distinct.tolist()]
        here, number = self._span(DUPLICATE, ptr)
        distinct, at = np.unique(number, return_inverse=True)
        yield here, at, [words.columns.key(one).ref for one in distinct.tolist()]
        for code, texts in ((EXCLUSIVE, self._exclusive(words)), (OTHER, self._others())):
            yield _within(ptr, np.flatnonzero(self.code == code)), np.arange(len(texts)), texts

    def _span(self, code: int, ptr: Longs) -> tuple[Longs, Longs]:
        """Which texts are those of one constraint, and their numbers."""
        mine = np.flatnonzero(self.code == code)
        here = _within(ptr, mine)
        shift = np.repeat(self.start[mine] - ptr[mine], np.diff(ptr)[mine])
        return here, self.payload[here + shift]

    def _exclusive(self, words: Words) -> list[str]:
        texts = []
        for start in self.start[self.code == EXCLUSIVE].tolist():
            trait, texts_of = words.exclusive[int(self.payload[start])]
            texts += [f"{trait}:{texts_of[int(at)]}" for at in self.payload[start + 1 : start + 3]]
        return texts

    def _others(self) -> list[str]:
        places = self.start[self.code == OTHER].tolist()
        return [text for at in places for text in self.other[at].against]


def _within(ptr: Longs, runs: NDArray[np.integer]) -> Longs:
    """All places of some runs."""
    widths = np.diff(ptr)[runs]
    ends = np.cumsum(widths)
    at = np.arange(int(ends[-1]) if len(ends) else 0)
    found: Longs = at + np.repeat(ptr[runs] - ends + widths, widths)
    return found


@dataclass(frozen=True, slots=True)
class RefusedLinks:
    """Links that a constraint kept from joining, an entry each."""

    record: Ints
    identifier: Ints
    reasons: Reasons


@dataclass(frozen=True, slots=True)
class RefusedMatches:
    """Matches that a constraint kept from joining, an entry each: two records."""

    left: Ints
    right: Ints
    reasons: Reasons
