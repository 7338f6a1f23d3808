"""Golden records of all profiles at once; the same answer for every order of the rows.

Rows are put into (profile, record key) order once. From there a strategy is a score, the winner
the first row with the greatest score, and a tie falls to the smallest key by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa

from sameas.engine.golden import kernels
from sameas.engine.golden.plan import Unit, plan
from sameas.errors import Fault, InputError
from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.policy.model import Survivorship

__all__ = ["PROVENANCE", "Golden", "golden", "golden_slices"]

PROVENANCE: Final = pl.List(
    pl.Struct(
        {
            "trait": pl.String,
            "source": pl.String,
            "record_id": pl.String,
            "losers": pl.List(
                pl.Struct({"source": pl.String, "record_id": pl.String, "value": pl.String})
            ),
        }
    )
)
"""The type of the provenance column."""

SEPARATOR: Final = "; "
RECORDS_PER_SLICE: Final = 100_000
"""Keeps what a slice needs beside its input under about a quarter of a gigabyte with six traits."""

_FIXED: Final = {"profile": pl.Int32, "event_time": pl.Int64, "source": pl.String}
_FIXED_ALL: Final = {**_FIXED, "record_id": pl.String}


@dataclass(frozen=True, slots=True)
class Golden:
    """One row a profile, ordered by profile number.

    `values` has the column `profile` and one string column a trait, null where no record of the
    profile has a value. `provenance` has the type `PROVENANCE`: per profile, in the order of the
    traits, one entry for each trait of which some record holds a value; a `union` has one entry
    for each of its values, in their order, and no losers. An entry names the winning record; the
    losers are the records that hold another value, in order of key. A trait of a group whose
    chosen record lacks it has an entry, losers, and a null value.
    """

    values: pl.DataFrame
    provenance: pl.Series

    @property
    def frame(self) -> pl.DataFrame:
        """The values with `provenance` as the last column."""
        return self.values.with_columns(self.provenance)


def golden(records: pl.DataFrame, survivorship: Survivorship, traits: Sequence[str]) -> Golden:
    """Choose the golden value of each trait for every profile.

    `records` has `profile` (0 to P-1, each present), `event_time` (int64 microseconds), `source`,
    `record_id` (together unique) and one string column a trait. Values are trimmed; an empty one
    is no value. `min`, `max` and the order of a union compare code points; in a group, the values
    of its traits in their order, where a missing one loses. Ties: the smallest (source, record_id).

    O(n log n) time over the records of profiles with more than one.

    Raises:
        InputError: a column is missing or has nulls, profiles are not dense, a key occurs twice.
        PolicyError: the groups overlap, or a strategy does not exist.

    >>> from sameas.engine.policy.model import Survivorship
    >>> records = pl.DataFrame(
    ...     {
    ...         "profile": [0, 0, 1],
    ...         "event_time": [1, 2, 3],
    ...         "source": ["crm", "web", "web"],
    ...         "record_id": ["7", "a", "b"],
    ...         "city": ["Oslo", " Bergen", None],
    ...     }
    ... )
    >>> found = golden(records, Survivorship(), ["city"])
    >>> found.values["city"].to_list()
    ['Bergen', None]
    >>> [entry["record_id"] for entry in found.provenance[0]]
    ['a']
    """
    parts = list(golden_slices(records, survivorship, traits))
    if not parts:
        columns = {"profile": pl.Int32, **dict.fromkeys(traits, pl.String)}
        return Golden(pl.DataFrame(schema=columns), pl.Series("provenance", [], PROVENANCE))
    return Golden(
        pl.concat([part.values for part in parts]), pl.concat([part.provenance for part in parts])
    )


def golden_slices(
    records: pl.DataFrame,
    survivorship: Survivorship,
    traits: Sequence[str],
    *,
    records_per_slice: int = RECORDS_PER_SLICE,
) -> Iterator[Golden]:
    """Do as `golden`, a run of profiles at a time: for writers that need not hold the whole.

    No profiles, no slices. A slice has `records_per_slice` records at most, or one profile.
    """
    units = plan(survivorship, traits)
    _check(records, traits)
    profile = records["profile"].cast(pl.Int32).to_numpy()
    counts = np.bincount(profile)
    if not counts.all():
        first = int(np.flatnonzero(counts == 0)[0])
        raise InputError(Fault("profile", f"number {first} has no record", "number them densely"))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    order = kernels.by_profile(profile, starts)
    low = 0
    while low < len(counts):
        high = int(np.searchsorted(starts, starts[low] + records_per_slice, side="right")) - 1
        high = max(high, low + 1)
        rows = order[starts[low] : starts[high]]
        yield _Slice(records[rows], starts[low : high + 1] - starts[low], traits).golden(
            units, survivorship.source_priority, low
        )
        low = high


def _check(records: pl.DataFrame, traits: Sequence[str]) -> None:
    faults = [
        Fault(name, "no such column", f"the columns are {', '.join(records.columns)}")
        for name in (*_FIXED_ALL, *traits)
        if name not in records.columns
    ]
    faults += [
        Fault(name, f"{records[name].null_count()} null values", "fill them first")
        for name in _FIXED_ALL
        if name in records.columns and records[name].null_count()
    ]
    reserved = {*_FIXED_ALL, "provenance"}
    faults += [
        Fault(trait, "cannot be a trait", "this name is taken")
        for trait in traits
        if trait in reserved
    ]
    faults += [
        Fault(trait, "named twice among the traits", "name it once")
        for trait in sorted(set(traits))
        if list(traits).count(trait) > 1
    ]
    if "profile" in records.columns and records.height and not faults:
        lowest = records["profile"].min()
        if not isinstance(lowest, int) or lowest < 0:
            faults.append(
                Fault("profile", f"{lowest!r} is no profile number", "number them from 0")
            )
    if faults:
        raise InputError(faults)


class _Slice:
    """The records of a run of profiles, in (profile, record key) order."""

    def __init__(
        self, records: pl.DataFrame, starts: NDArray[np.int64], traits: Sequence[str]
    ) -> None:
        """Order the records, already grouped by profile, by key inside each profile."""
        sizes = np.diff(starts)
        several = np.repeat(sizes > 1, sizes)
        order = np.arange(len(several))
        # Only rows of profiles with several records are sorted: alone, a record is in order.
        keys = (
            records.select(pl.col("source", "record_id").cast(pl.String))
            .with_columns(pl.Series("profile", np.repeat(np.arange(len(sizes)), sizes)))
            .with_columns(pl.Series("row", order))
            .filter(pl.Series(several))
            .sort("profile", "source", "record_id")
        )
        _check_unique(keys)
        order[several] = keys["row"].to_numpy()
        self.starts = starts
        self.several = several
        self.records = records[order]
        self.traits = traits
        self.time = self.records["event_time"].cast(pl.Int64).to_numpy()
        # One query for all traits: polars trims them side by side.
        self.values = self.records.select(
            pl.col(trait).cast(pl.String).str.strip_chars().replace("", None) for trait in traits
        ).get_columns()

    def golden(self, units: Sequence[Unit], priority: Sequence[str], first: int) -> Golden:
        """Choose winners unit by unit, then read values and provenance off the winners."""
        profiles = len(self.starts) - 1
        codes = np.full((len(self.traits), len(self.several)), -1, np.int32)
        winners = np.full((len(self.traits), profiles), -1, np.int64)
        union = np.zeros(len(self.traits), np.bool_)
        for unit in units:
            ordered = unit.strategy in {"min", "max", "union"}
            for trait in unit.traits:
                codes[trait] = self._codes(trait, ordered=ordered)
                union[trait] = unit.strategy == "union"
            chosen = self._winners(unit, codes, priority)
            for trait in unit.traits:
                winners[trait] = chosen
        columns: list[pl.Series] = [
            pl.Series("profile", np.arange(first, first + profiles, dtype=np.int32))
        ]
        for trait in range(len(self.traits)):
            value = (
                self._union(codes[trait], trait)
                if union[trait]
                else self.values[trait].gather(_or_null(winners[trait]))
            )
            columns.append(value.alias(self.traits[trait]))
        return Golden(pl.DataFrame(columns), self._provenance(codes, winners, union))

    def _codes(self, trait: int, *, ordered: bool) -> NDArray[np.int32]:
        values = self.values[trait]
        codes: NDArray[np.int32] = values.is_not_null().to_numpy().astype(np.int32) - 1
        shared = values.filter(pl.Series(self.several))
        if shared.null_count() == len(shared):
            return codes
        encoded = shared.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
        if ordered:
            rank = pl.Series(encoded.dictionary.cast(pa.large_string())).rank("ordinal").to_numpy()
            places = np.where(places >= 0, rank.astype(np.int32)[places], np.int32(-1))
        codes[self.several] = places
        return codes

    def _winners(
        self, unit: Unit, codes: NDArray[np.int32], priority: Sequence[str]
    ) -> NDArray[np.int64]:
        held = codes[list(unit.traits)]
        if not (held >= 0).any():
            return np.full(len(self.starts) - 1, -1, np.int64)
        nothing = np.zeros(len(self.several), np.int64)
        first, second = nothing, nothing
        some = held[0]
        if unit.grouped:
            some = _combined(held, missing_high=unit.strategy == "min")
        match unit.strategy:
            case "most_recent":
                first = self.time
            case "most_frequent":
                first = kernels.frequency(self.starts, some)
            case "most_complete" if unit.grouped:
                first = (held >= 0).sum(axis=0).astype(np.int64)
            case "most_complete":
                length = self.values[unit.traits[0]].str.len_chars()
                first = length.fill_null(0).cast(pl.Int64).to_numpy()
            case "source_priority":
                place = {source: -number for number, source in reversed([*enumerate(priority)])}
                source = self.records["source"].cast(pl.String)
                first = source.replace_strict(
                    place, default=-len(priority), return_dtype=pl.Int64
                ).to_numpy()
                second = self.time
            case "min" | "union":
                first = -some.astype(np.int64)
            case "max":
                first = some.astype(np.int64)
        return kernels.first_best(self.starts, some, first, second)

    def _union(self, codes: NDArray[np.int32], trait: int) -> pl.Series:
        profile, rows = kernels.distinct_rows(self.starts, codes)
        joined = (
            pl.DataFrame({"profile": profile, "value": self.values[trait].gather(rows)})
            .group_by("profile", maintain_order=True)
            .agg(pl.col("value").str.join(SEPARATOR))
        )
        places = np.full(len(self.starts) - 1, -1, np.int64)
        places[joined["profile"].to_numpy()] = np.arange(joined.height)
        return joined["value"].gather(_or_null(places))

    def _provenance(
        self, codes: NDArray[np.int32], winners: NDArray[np.int64], union: NDArray[np.bool_]
    ) -> pl.Series:
        per_profile, trait, row, per_entry, loser_trait, loser_row = kernels.entries(
            self.starts, codes, winners, union
        )
        if not len(row):
            empty: list[list[object]] = [[]] * (len(self.starts) - 1)
            return pl.Series("provenance", empty, PROVENANCE)
        losers = self._keys(loser_row)
        stacked = pl.concat(self.values, rechunk=True)
        losers["value"] = stacked.gather(
            loser_trait.astype(np.int64) * len(self.several) + loser_row
        )
        entry = {"trait": pl.Series(self.traits, dtype=pl.String).gather(trait), **self._keys(row)}
        lost = pa.LargeListArray.from_arrays(per_entry, _struct(losers))
        lists = pa.LargeListArray.from_arrays(per_profile, _struct(entry, losers=lost))
        return pl.Series("provenance", lists)

    def _keys(self, rows: NDArray[np.int64]) -> dict[str, pl.Series]:
        return {
            name: self.records[name].cast(pl.String).gather(rows)
            for name in ("source", "record_id")
        }


def _check_unique(keys: pl.DataFrame) -> None:
    twice = keys.filter(
        pl.struct("profile", "source", "record_id")
        == pl.struct("profile", "source", "record_id").shift(1)
    )
    if twice.height:
        example = RecordKey(*twice.select("source", "record_id").row(0)).ref
        what = f"{twice.height} records repeat a key, {example} for one"
        raise InputError(Fault("record_id", what, "keep the live version of each record only"))


def _combined(held: NDArray[np.int32], *, missing_high: bool) -> NDArray[np.int32]:
    """One code for the values of several traits, in their lexicographic order; -1 if all miss."""
    combined = np.zeros(held.shape[1], np.int64)
    for codes in held:
        top = int(codes.max()) + 2
        digits = np.where(codes < 0, top if missing_high else 0, codes.astype(np.int64) + 1)
        # Dense again after each trait, so that products stay below the square of the row count.
        combined = np.unique(combined * (top + 1) + digits, return_inverse=True)[1]
    combined[(held < 0).all(axis=0)] = -1
    return combined.astype(np.int32)


def _or_null(rows: NDArray[np.int64]) -> pl.Series:
    """Row numbers as polars gathers them: a null gives a null."""
    places = pl.Series(rows)
    return places.set(places < 0, None)


def _struct(columns: dict[str, pl.Series], **more: pa.Array) -> pa.StructArray:
    # The newest layout shares the strings' buffers; the older one would copy every string.
    arrays = {
        name: column.rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
        for name, column in columns.items()
    } | more
    return pa.StructArray.from_arrays(list(arrays.values()), names=list(arrays))
