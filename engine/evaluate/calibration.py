"""Whether the model's probabilities mean what they say: among candidate pairs, said beside true."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import polars as pl

from sameas.engine.evidence import BIT

if TYPE_CHECKING:
    from sameas.engine.evaluate.again import Again

__all__ = ["Band", "calibration", "gap"]

EDGES: Final = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)
FINE: Final = BIT // 8
"""Weights are counted in eighths of a bit."""


@dataclass(frozen=True, slots=True)
class Band:
    """Pairs of records whose probability lies between two bounds."""

    low: float
    high: float
    pairs: int
    said: float
    """The mean probability."""
    true: float
    """The share that is one person."""


def calibration(again: Again) -> tuple[Band, ...]:
    """Bands from 0 to 1 that hold pairs. Of records that the truth names, candidates only.

    Linear in the candidates: pairs of vectors are counted, not pairs of records.
    """
    pairs = _counted(again)
    model = again.matched.model
    fine = (
        pairs.with_columns(bucket=pl.col("weight") // FINE)
        .group_by("bucket")
        .agg(pl.col("pairs").sum(), pl.col("true").sum())
    )
    said = [model.probability(bucket * FINE + FINE // 2) for bucket in fine["bucket"].to_list()]
    fine = fine.with_columns(said=pl.Series(said, dtype=pl.Float64))
    bands = []
    for low, high in pairwise(EDGES):
        upper = pl.col("said") <= high if high == 1.0 else pl.col("said") < high
        here = fine.filter((pl.col("said") >= low) & upper)
        count = int(here["pairs"].sum())
        if count:
            mean = float((here["said"] * here["pairs"]).sort().sum()) / count
            bands.append(Band(low, high, count, mean, int(here["true"].sum()) / count))
    return tuple(bands)


def gap(bands: tuple[Band, ...]) -> float:
    """The mean distance of what was said from what was true, over pairs; 0 is perfect."""
    pairs = sum(band.pairs for band in bands)
    return sum(abs(band.said - band.true) * band.pairs for band in bands) / max(pairs, 1)


def _counted(again: Again) -> pl.DataFrame:
    """Per candidate pair of vectors: weight, pairs of records, how many of them are one person."""
    scores, person = again.matched.scores, again.person
    known = (person >= 0) & (scores.vector >= 0)
    records = pl.DataFrame({"vector": scores.vector[known], "person": person[known]})
    held = records.group_by("vector", "person").agg(n=pl.len().cast(pl.Int64))
    total = held.group_by("vector").agg(pl.col("n").sum())
    edges = pl.DataFrame({"left": scores.left, "right": scores.right, "weight": scores.weight})
    edges = edges.with_row_index("pair")
    both = (
        edges.lazy()
        .join(total.lazy(), left_on="left", right_on="vector")
        .join(total.lazy(), left_on="right", right_on="vector", suffix="_right")
    )
    same = (
        edges.lazy()
        .join(held.lazy(), left_on="left", right_on="vector")
        .join(
            held.lazy(), left_on=["right", "person"], right_on=["vector", "person"], suffix="_right"
        )
    )
    itself = pl.col("left") == pl.col("right")
    n, other = pl.col("n"), pl.col("n_right")
    count = pl.when(itself).then(n * (n - 1) // 2).otherwise(n * other)
    true = same.select("pair", true=count).group_by("pair").agg(pl.col("true").sum())
    return (
        both.select("pair", "weight", pairs=count)
        .join(true, on="pair", how="left")
        .with_columns(pl.col("true").fill_null(0))
        .filter(pl.col("pairs") > 0)
        .collect()
    )
