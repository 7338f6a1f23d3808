"""The loops of survivorship over records in (profile, record key) order.

Everywhere below, profile `p` owns the rows `starts[p]` to `starts[p + 1]` in ascending key order,
so "the first row that ..." is "the smallest key that ...". A code is a small integer that stands
for a value: equal codes, equal values, within one profile; -1 is no value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["by_profile", "distinct_rows", "entries", "first_best", "frequency"]

_Function = TypeVar("_Function", bound="Callable[..., object]")

QUADRATIC = 32
"""Up to this many records, comparing all pairs is faster than sorting."""


def _compiled(function: _Function) -> _Function:
    return cast("_Function", numba.njit(cache=True, nogil=True)(function))


@_compiled
def by_profile(profile: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row numbers ordered by profile: a counting sort, one pass."""
    place = starts.copy()
    order = np.empty(len(profile), np.int64)
    for row in range(len(profile)):
        p = profile[row]
        order[place[p]] = row
        place[p] += 1
    return order


@_compiled
def first_best(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Of each profile the first row with a value and the greatest (first, second), or -1."""
    best = np.full(len(starts) - 1, -1, np.int64)
    for p in range(len(best)):
        chosen = -1
        for row in range(starts[p], starts[p + 1]):
            if codes[row] >= 0 and (
                chosen < 0
                or first[row] > first[chosen]
                or (first[row] == first[chosen] and second[row] > second[chosen])
            ):
                chosen = row
        best[p] = chosen
    return best


@_compiled
def frequency(starts: NDArray[np.int64], codes: NDArray[np.int32]) -> NDArray[np.int64]:
    """How many rows of its profile share each row's code."""
    counts = np.ones(len(codes), np.int64)
    for p in range(len(starts) - 1):
        low, high = starts[p], starts[p + 1]
        if high - low <= QUADRATIC:
            for row in range(low, high):
                for other in range(low, row):
                    if codes[row] == codes[other]:
                        counts[row] += 1
                        counts[other] += 1
        else:
            ordered = np.sort(codes[low:high])
            counts[low:high] = np.searchsorted(
                ordered, codes[low:high], side="right"
            ) - np.searchsorted(ordered, codes[low:high], side="left")
    return counts


@_compiled
def _distinct(codes: NDArray[np.int32], low: int, high: int) -> NDArray[np.int64]:
    """First row of each distinct value, in order of code."""
    # numba's mergesort is stable: equal codes stay in key order, the first is the smallest key.
    order = np.argsort(codes[low:high], kind="mergesort")
    rows = np.empty(high - low, np.int64)
    found = 0
    last = -1
    for place in order:
        code = codes[low + place]
        if code > last:
            rows[found] = low + place
            found += 1
            last = code
    return rows[:found]


@_compiled
def distinct_rows(
    starts: NDArray[np.int64], codes: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Profile and first row of each distinct value, in order of (profile, code)."""
    profiles = np.empty(len(codes), np.int64)
    rows = np.empty(len(codes), np.int64)
    found = 0
    for p in range(len(starts) - 1):
        for row in _distinct(codes, starts[p], starts[p + 1]):
            profiles[found] = p
            rows[found] = row
            found += 1
    return profiles[:found], rows[:found]


@_compiled
def _sizes(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    winners: NDArray[np.int64],
    union: NDArray[np.bool_],
) -> tuple[int, int]:
    """Upper bounds of how many entries and losers there will be."""
    most_entries = 0
    most_losers = 0
    for p in range(winners.shape[1]):
        low, high = starts[p], starts[p + 1]
        for t in range(winners.shape[0]):
            winner = winners[t, p]
            if winner < 0:
                continue
            if union[t]:
                most_entries += high - low
                continue
            most_entries += 1
            for row in range(low, high):
                if codes[t, row] >= 0 and codes[t, row] != codes[t, winner]:
                    most_losers += 1
    return most_entries, most_losers


@_compiled
def entries(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    winners: NDArray[np.int64],
    union: NDArray[np.bool_],
) -> tuple[
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int64],
]:
    """The provenance of every profile, flat.

    `codes` is (traits, rows), `winners` (traits, profiles), `union` (traits,). Returns where each
    profile's entries start, the trait and row of each entry, where each entry's losers start, and
    the trait and row of each loser.
    """
    most_entries, most_losers = _sizes(starts, codes, winners, union)
    entry_starts = np.zeros(winners.shape[1] + 1, np.int64)
    entry_trait = np.empty(most_entries, np.int32)
    entry_row = np.empty(most_entries, np.int64)
    loser_starts = np.zeros(most_entries + 1, np.int64)
    loser_trait = np.empty(most_losers, np.int32)
    loser_row = np.empty(most_losers, np.int64)
    entry = 0
    loser = 0
    for p in range(winners.shape[1]):
        low, high = starts[p], starts[p + 1]
        for t in range(winners.shape[0]):
            winner = winners[t, p]
            if winner < 0:
                continue
            if union[t]:
                for row in _distinct(codes[t], low, high):
                    entry_trait[entry] = t
                    entry_row[entry] = row
                    entry += 1
                    loser_starts[entry] = loser
                continue
            held = codes[t, winner]
            before = loser
            for row in range(low, high):
                if codes[t, row] >= 0 and codes[t, row] != held:
                    loser_trait[loser] = t
                    loser_row[loser] = row
                    loser += 1
            if held >= 0 or loser > before:
                entry_trait[entry] = t
                entry_row[entry] = winner
                entry += 1
                loser_starts[entry] = loser
        entry_starts[p + 1] = entry
    return (
        entry_starts,
        entry_trait[:entry],
        entry_row[:entry],
        loser_starts[: entry + 1],
        loser_trait[:loser],
        loser_row[:loser],
    )
