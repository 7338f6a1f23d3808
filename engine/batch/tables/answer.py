"""What a run found out, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.live import Live
    from sameas.engine.batch.partition import Partition
    from sameas.engine.ids.advance import Issued
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement

__all__ = ["FORMAT_VERSION", "STATUS", "Answer"]

FORMAT_VERSION = 1


STATUS = ("absent", "blocked", "unlinked", "shared", "linked", "contested")


@dataclass(eq=False)
class Answer:
    """All that a run found out."""

    live: Live
    partition: Partition
    issued: Issued
    policy: Policy
    judgements: Sequence[Judgement]

    @cached_property
    def carriers(self) -> NDArray[np.int32]:
        """m: how many records carry each identifier, by the name that they use."""
        columns, found = self.live.columns, self.partition.links
        if found.ids is columns.ids:
            return np.diff(found.iptr).astype(np.int32)
        return np.bincount(columns.ids, minlength=columns.n_identifiers).astype(np.int32)
