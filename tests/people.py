"""Small sets of people for tests, from the generator of the benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

# The benchmarks are no part of the installed package: tests find them beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

__all__ = ["made"]


def made(records: int, *, seed: int = 21) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records and their truth."""
    from benchmarks.people import People

    people = People(records, seed=seed)
    rows = people.rows(0, records)
    table, truth = pl.from_arrow(people.table(rows)), pl.from_arrow(people.truth(rows))
    assert isinstance(table, pl.DataFrame)
    assert isinstance(truth, pl.DataFrame)
    return table, truth
