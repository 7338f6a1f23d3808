"""What a whole store is numbered by.

Numbers are given so that what is read together lies together: records by profile, identifiers by
the first profile that carries them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from sameas.engine.batch.live import Live
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.whole.derive import Derived

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Known", "Numbers"]


@dataclass(frozen=True, slots=True)
class Known:
    """A ledger, by place of the live record."""

    id_key: bytes
    arrival: Longs
    incarnation: Longs
    withdrawn_at: pl.Series
    ids: pl.Series
    issued: Longs
    carrier: Longs
    """By id: the place of the record that carries it; -1: gone."""
    gone: pl.DataFrame
    """Keys that are not live."""


class Numbers:
    """Live records, the answer and the ledger, numbered."""

    def __init__(self, found: Live, derived: Derived, known: Known, rules: Rules) -> None:
        self.found = found
        self.derived = derived
        self.known = known
        self.rules = rules
        columns = derived.columns
        n = len(columns)
        self.record = np.repeat(np.arange(n, dtype=np.int32), np.diff(columns.ptr))
        """Of each link of `Columns.ids`."""
        # arrivals and issues count from 0 in a batch output, from 1 in a store
        self.arrival = known.arrival + 1
        self.order = np.lexsort((self.arrival, derived.cluster))
        self.number = np.empty(n, dtype=np.int64)
        self.number[self.order] = np.arange(1, n + 1)
        self.identifier = self._identifier_numbers()
        self.issued = known.issued + 1
        self.profile = np.zeros(derived.found.n_profiles, dtype=np.int64)
        carried = np.flatnonzero(known.carrier >= 0)
        carried = carried[np.argsort(-self.issued[carried], kind="stable")]
        self.profile[derived.cluster[known.carrier[carried]]] = self.issued[carried]

    def _identifier_numbers(self) -> Longs:
        """m: 1.. for those that some record carries, 0 for others."""
        derived = self.derived
        m = derived.columns.n_identifiers
        first = np.full(m, np.iinfo(np.int64).max)
        np.minimum.at(first, derived.ids, self.number[derived.record])
        order = np.argsort(first, kind="stable")
        count = int(np.count_nonzero(derived.standing))
        numbers = np.zeros(m, dtype=np.int64)
        numbers[order[:count]] = np.arange(1, count + 1)
        return numbers

    def place_of_link(self, record: Ints, number: Ints) -> Longs:
        """Places in `Columns.ids` of links that are there."""
        columns = self.derived.columns
        wide = np.int64(max(columns.n_identifiers, 1))
        key = self.record * wide + columns.ids
        places: Longs = np.searchsorted(key, record * wide + number)
        return places
