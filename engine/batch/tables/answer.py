"""What a run found out, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
