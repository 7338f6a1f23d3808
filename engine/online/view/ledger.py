"""The judgements that name something. O(judgements): nothing else asks the ledger by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.view.answers import JudgementView
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from sameas.graph.store.port import Reader

__all__ = ["naming"]

_refs = msgspec.json.Decoder(tuple[str, ...]).decode


def naming(reader: Reader, refs: Collection[str]) -> list[JudgementView]:
    """Judgements that name any of some references, retracted ones too, in their order."""
    found = []
    for row in reader.scan(t.JUDGEMENT):
        left, right = _refs(row.left), _refs(row.right)
        if any(ref in refs for ref in left) or any(ref in refs for ref in right):
            found.append(
                JudgementView(
                    row.key, row.kind, left, right, row.time, row.author, row.reason,
                    row.position, row.retracted,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.time, one.key))
