"""Refused links by number, and in words.

A reason is a constraint and a span of numbers: identifiers, names or records, as the constraint
has it. Words are made only for what is written out, and of each number once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from sameas.engine.batch.plain import DUPLICATE, EXCLUSIVE, GUARD, LIMIT
from sameas.engine.batch.stepwise import Reason, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["CONSTRAINTS", "OTHER", "Reasons", "RefusedLinks", "Words"]

OTHER = 0
CONSTRAINTS = {
    LIMIT: "max_per_profile",
    GUARD: "guard",
    DUPLICATE: "duplicate_free",
    EXCLUSIVE: "exclusive",
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
        parts = [
            self._spelled(words, LIMIT, _identifiers),
            self._spelled(words, GUARD, _names),
            self._spelled(words, DUPLICATE, _records),
            self._exclusive(words),
            self._others(),
        ]
        rows = pl.concat(parts).sort("reason", "text")
        widths = np.bincount(rows["reason"].to_numpy(), minlength=len(self))
        offsets = np.concatenate([[0], np.cumsum(widths)]).astype(np.int32)
        texts = rows["text"].to_arrow().cast(pa.string())
        return pa.ListArray.from_arrays(pa.array(offsets), texts)

    def _span(self, code: int) -> tuple[Longs, Longs]:
        """Reason and number, one row a number."""
        mine = np.flatnonzero(self.code == code)
        widths = self.stop[mine] - self.start[mine]
        reason = np.repeat(mine, widths)
        ends = np.cumsum(widths)
        at = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - widths, widths)
        return reason, self.payload[np.repeat(self.start[mine], widths) + at]

    def _spelled(
        self, words: Words, code: int, spell: Callable[[Words, Longs], pl.Series]
    ) -> pl.DataFrame:
        reason, number = self._span(code)
        distinct, at = np.unique(number, return_inverse=True)
        return _rows(reason, spell(words, distinct).gather(pl.Series(at.astype(np.int64))))

    def _exclusive(self, words: Words) -> pl.DataFrame:
        mine = np.flatnonzero(self.code == EXCLUSIVE)
        texts = []
        for start in self.start[mine].tolist():
            trait, texts_of = words.exclusive[int(self.payload[start])]
            texts += [f"{trait}:{texts_of[int(at)]}" for at in self.payload[start + 1 : start + 3]]
        return _rows(np.repeat(mine, 2), pl.Series(texts, dtype=pl.String))

    def _others(self) -> pl.DataFrame:
        mine = np.flatnonzero(self.code == OTHER)
        lists = [self.other[at].against for at in self.start[mine].tolist()]
        reason = np.repeat(mine, [len(texts) for texts in lists])
        return _rows(reason, pl.Series([text for ts in lists for text in ts], dtype=pl.String))


def _rows(reason: NDArray[np.integer], text: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"reason": reason.astype(np.int64), "text": text})


def _identifiers(words: Words, numbers: Longs) -> pl.Series:
    columns = words.columns
    parts = [pl.Series([], dtype=pl.String)]
    for place, name in enumerate(columns.types):
        low, high = columns.offsets[place : place + 2]
        mine = numbers[(numbers >= low) & (numbers < high)] - low
        values = pl.from_arrow(columns.values[place].take(pa.array(mine)))
        assert isinstance(values, pl.Series)
        parts.append(pl.select(pl.lit(f"{name}:") + values.cast(pl.String)).to_series())
    return pl.concat([part.alias("text") for part in parts])


def _names(words: Words, numbers: Longs) -> pl.Series:
    return pl.Series([shown(words.names[at]) for at in numbers.tolist()], dtype=pl.String)


def _records(words: Words, numbers: Longs) -> pl.Series:
    return pl.Series([words.columns.key(at).ref for at in numbers.tolist()], dtype=pl.String)


@dataclass(frozen=True, slots=True)
class RefusedLinks:
    """Links that a constraint kept from joining, an entry each."""

    record: Ints
    identifier: Ints
    reasons: Reasons
