"""A model's answer about live records: their vectors, candidate pairs and weights, in arrays.

A function of the records and the model. Records with too few fields for the model neither vote nor
count: they are in no blocking key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.evidence import MISSING, Scores
from sameas.engine.match.detect import raw_columns
from sameas.engine.match.weigh import Weigher
from sameas.matching.blocking import block, collect, held_by, lost
from sameas.matching.fields import code_column
from sameas.matching.model import parts_of
from sameas.matching.vectors import Vectors, distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.matching.blocking import Candidates, Groups, KeyReport
    from sameas.matching.fields import Coded, Field
    from sameas.matching.model import Model

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Matched", "code", "score", "scored", "voting"]

_ESTIMATED = 100_000
"""Matching pairs on which the estimate of what was missed rests."""


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Evidence, and how it came about."""

    model: Model
    scores: Scores
    keys: tuple[KeyReport, ...]
    candidates: int
    """Pairs of vectors that were weighed."""
    vectors: int
    """Distinct ones that vote."""
    voters: int
    """Records that vote."""
    lost: int
    """About how many matching pairs of vectors no key holds together; see `blocking.lost`."""


def code(fields: Sequence[Field], columns: Columns) -> list[Coded]:
    """The fields of the live records, coded."""
    raw = raw_columns(fields, columns)
    return [code_column(field, raw) for field in fields]


def voting(fields: Sequence[Field], coded: Sequence[Coded], min_fields: int) -> Vectors:
    """The distinct vectors with enough fields to vote; records with fewer have none."""
    found = distinct([one.codes for one in coded])
    parts = np.array(parts_of([field.kind for field in fields]))
    enough = (found.codes >= 0) @ parts >= min_fields
    number = np.append(np.where(enough, np.cumsum(enough) - 1, -1), -1).astype(np.int32)
    return Vectors(number[found.of_record], found.codes[enough], found.counts[enough])


def score(
    columns: Columns, model: Model, *, progress: Callable[[str], None] | None = None
) -> tuple[Matched, Weigher]:
    """Ask a model about all live records; and what weighs their vectors."""
    say = progress or (lambda _: None)
    say("fields")
    coded = code(model.fields, columns)
    vectors = voting(model.fields, coded, model.min_fields)
    say("blocking")
    names = [field.name for field in model.fields]
    groups = block(model.blocking, names, coded, vectors, limit=model.max_key_records)
    pairs = collect(model.blocking, groups, vectors)
    say("weighing")
    weigher = Weigher.of(model, coded, vectors)
    weights = weigher.weigh(pairs.left, pairs.right)
    return scored(model, vectors, pairs, weights, weigher, groups), weigher


def scored(
    model: Model,
    vectors: Vectors,
    pairs: Candidates,
    weights: Longs,
    weigher: Weigher,
    groups: Sequence[Groups],
) -> Matched:
    """Candidates that are weighed already, as evidence."""
    edge = (weights >= model.edge_threshold) & (weights != MISSING)
    left, right, weights = pairs.left[edge], pairs.right[edge], weights[edge]
    matches = np.flatnonzero((weights > model.cut) & (left != right))
    step = max(1, len(matches) // _ESTIMATED)
    some = matches[::step]
    held = held_by(groups, len(vectors), left[some], right[some])
    scores = Scores(
        vectors.of_record,
        left,
        right,
        weights,
        model.edge_threshold,
        model.cut,
        weigher.weigh,
    )
    return Matched(
        model,
        scores,
        pairs.report,
        len(pairs),
        len(vectors),
        int(vectors.counts.sum()),
        lost(held) * step,
    )
