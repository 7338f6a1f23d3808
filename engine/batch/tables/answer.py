"""What a run found out, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.live import Live
    from sameas.engine.batch.partition import Partition
    from sameas.engine.ids.advance import Issued
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["FORMAT_VERSION", "STATUS", "Answer"]

FORMAT_VERSION = 1


STATUS = ("absent", "blocked", "unlinked", "shared", "linked", "contested")
_LINKED, _CONTESTED = STATUS.index("linked"), STATUS.index("contested")


@dataclass(eq=False)
class Answer:
    """All that a run found out."""

    live: Live
    partition: Partition
    issued: Issued
    policy: Policy
    judgements: Sequence[Judgement]

    @cached_property
    def carriers(self) -> Ints:
        """m: how many records carry each identifier, by the name that they use."""
        columns, found = self.live.columns, self.partition.links
        if found.ids is columns.ids:
            return np.diff(found.iptr).astype(np.int32)
        return np.bincount(columns.ids, minlength=columns.n_identifiers).astype(np.int32)

    @cached_property
    def held(self) -> Ints:
        """How many identifiers each profile holds."""
        partition = self.partition
        found = partition.links
        out = np.zeros(partition.n_profiles, dtype=np.int32)
        _held(
            partition.profile,
            found.ptr,
            found.ids,
            found.iptr,
            found.irec,
            partition.status,
            partition.home,
            partition.granted,
            out,
        )
        return out


@njit(cache=True, nogil=True)
def _held(
    profile: Ints,
    ptr: Longs,
    ids: Ints,
    iptr: Ints,
    irec: Ints,
    status: NDArray[np.int8],
    home: Ints,
    granted: NDArray[np.bool_],
    out: Ints,
) -> None:
    """How many identifiers each profile holds."""
    seen = np.full(len(out), -1, dtype=np.int32)
    for x in range(len(iptr) - 1):
        if status[x] == _LINKED:
            out[home[x]] += 1
        elif status[x] == _CONTESTED:
            for i in range(iptr[x], iptr[x + 1]):
                record = irec[i]
                if seen[profile[record]] == x:
                    continue
                for at in range(ptr[record], ptr[record + 1]):
                    if ids[at] == x and granted[at]:
                        seen[profile[record]] = x
                        out[profile[record]] += 1
