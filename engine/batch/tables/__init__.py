"""The output tables, as streams of record batches: docs/output.md describes every column.

Nothing here decides anything; it names what the function, the ids and the golden records decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.batch.tables.answer import FORMAT_VERSION, STATUS, Answer
from sameas.engine.batch.tables.arrow import frame_table
from sameas.engine.batch.tables.largest import largest
from sameas.engine.batch.tables.links import edges, identifiers
from sameas.engine.batch.tables.profiles import profiles
from sameas.engine.batch.tables.records import ledger, messages, records
from sameas.engine.batch.tables.refused import judgements, refused, rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

__all__ = ["FORMAT_VERSION", "STATUS", "Answer", "build", "largest"]


def build(answer: Answer) -> dict[str, tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """Every table by name: its schema and its rows, in batches of bounded size."""
    found = {
        "records": records(answer),
        "identifiers": identifiers(answer),
        "profiles": profiles(answer),
        "edges": edges(answer),
        "refused": refused(answer),
        "rejected": rejected(answer.live.rejected),
        "judgements": judgements(answer.judgements),
        "changes": frame_table(answer.issued.changes),
        "ledger": ledger(answer),
        "ids": frame_table(answer.issued.ids, coded=["source"]),
    }
    if answer.live.messages:
        found["messages"] = messages(answer.live.messages, answer.live.columns.sources)
    return found
