"""Scores of one partition against another: who is together counts, never labels or order.

Everything is read off the table of (profile, person) cells, which is no longer than the records.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Scores", "cells", "evaluate_partition", "scores"]


@dataclass(frozen=True, slots=True)
class Scores:
    """How two partitions of the same records agree. Pairs are unordered, of two records.

    A ratio of nothing is 1: who joins nobody makes no wrong join.
    """

    records: int
    profiles: int
    """Predicted clusters."""
    people: int
    """True clusters."""
    pairs_predicted: int
    pairs_true: int
    pairs_both: int
    exact: int
    """People whose profile holds all their records and no other."""
    over_split: int
    """People whose records lie in several profiles."""
    over_merged: int
    """Profiles that hold records of several people."""
    bcubed_precision: float
    """Mean over records of the share of its profile that is the same person."""
    bcubed_recall: float
    """Mean over records of the share of its person that is in the same profile."""

    @property
    def precision(self) -> float:
        """Share of the predicted pairs that are true."""
        return self.pairs_both / self.pairs_predicted if self.pairs_predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that are predicted."""
        return self.pairs_both / self.pairs_true if self.pairs_true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of pairwise precision and recall."""
        return _harmonic(self.precision, self.recall)

    @property
    def bcubed_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall."""
        return _harmonic(self.bcubed_precision, self.bcubed_recall)

    def as_dict(self) -> dict[str, float]:
        """All figures, derived ones included, by name."""
        ratios = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**asdict(self), **ratios, "bcubed_f1": self.bcubed_f1}


def evaluate_partition(
    predicted: Sequence[object] | NDArray[Any] | pl.Series,
    truth: Sequence[object] | NDArray[Any] | pl.Series,
) -> Scores:
    """Score cluster labels against true ones; entry i of both speaks of the same record.

    Labels are of any type that polars can group by. Linear in the records. B-cubed: Bagga and
    Baldwin, "Entity-Based Cross-Document Coreferencing Using the Vector Space Model", 1998.

    Raises:
        InputError: the lengths differ, are zero, or a label is missing.

    >>> found = evaluate_partition(["a", "a", "b"], [1, 1, 1])
    >>> found.precision, round(found.recall, 3), found.over_split
    (1.0, 0.333, 1)
    """
    pair = {"predicted": pl.Series(predicted), "truth": pl.Series(truth)}
    lengths = [len(labels) for labels in pair.values()]
    faults = [
        Fault(name, f"{labels.null_count()} records without a label", "label each record")
        for name, labels in pair.items()
        if labels.null_count()
    ]
    if lengths[0] != lengths[1]:
        what = f"{lengths[0]} predicted labels beside {lengths[1]} true ones"
        faults.append(Fault("", what, "give one of each a record"))
    elif not lengths[0]:
        faults.append(Fault("", "no records to evaluate", "give one label a record"))
    if faults:
        raise InputError(faults)
    return scores(cells(pl.DataFrame({"profile": pair["predicted"], "person": pair["truth"]})))


def cells(records: pl.DataFrame) -> pl.DataFrame:
    """Count records (rows of `profile`, `person`) a cell, beside the sizes of both its sides.

    Columns: profile, person, both, of_profile, of_person (records), parts_profile, parts_person
    (people in the profile, profiles of the person).
    """
    table = records.lazy().group_by("profile", "person").agg(both=pl.len().cast(pl.Int64))
    for side in ("profile", "person"):
        sizes = table.group_by(side).agg(
            pl.col("both").sum().alias(f"of_{side}"),
            pl.len().cast(pl.Int64).alias(f"parts_{side}"),
        )
        table = table.join(sizes, on=side)
    return table.collect()


def scores(table: pl.DataFrame) -> Scores:
    """Scores of a table of cells, not empty."""
    both, profile, person = pl.col("both"), pl.col("of_profile"), pl.col("of_person")
    found = table.select(
        records=both.sum(),
        pairs_both=(both * (both - 1) // 2).sum(),
        # Of a cluster of n, its cells have n_i (n - 1) / 2 half pairs: they sum to n (n - 1) / 2.
        pairs_predicted=(both * (profile - 1)).sum() // 2,
        pairs_true=(both * (person - 1)).sum() // 2,
        exact=((both == profile) & (both == person)).sum(),
        bcubed_precision=(both * both / profile).sort().sum() / both.sum(),
        bcubed_recall=(both * both / person).sort().sum() / both.sum(),
    ).row(0, named=True)
    for side, total, several in (
        ("profile", "profiles", "over_merged"),
        ("person", "people", "over_split"),
    ):
        parts = table.filter(pl.col(side).is_first_distinct())[f"parts_{side}"]
        found[total] = len(parts)
        found[several] = (parts > 1).sum()
    return Scores(**found)


def _harmonic(left: float, right: float) -> float:
    return 2 * left * right / (left + right) if left + right else 0.0
