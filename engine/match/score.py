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
from sameas.matching.blocking import block, collect
from sameas.matching.fields import code_column
from sameas.matching.vectors import Vectors, distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.matching.blocking import KeyReport
    from sameas.matching.fields import Coded, Field
    from sameas.matching.model import Model

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Matched", "code", "score", "scored", "voting"]


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


def code(fields: Sequence[Field], columns: Columns) -> list[Coded]:
    """The fields of the live records, coded."""
    raw = raw_columns(fields, columns)
    return [code_column(field, raw) for field in fields]


def voting(coded: Sequence[Coded], min_fields: int) -> Vectors:
    """The distinct vectors with enough fields to vote; records with fewer have none."""
    found = distinct([one.codes for one in coded])
    enough = (found.codes >= 0).sum(axis=1) >= min_fields
    number = np.append(np.where(enough, np.cumsum(enough) - 1, -1), -1).astype(np.int32)
    return Vectors(number[found.of_record], found.codes[enough], found.counts[enough])


def score(
    columns: Columns, model: Model, *, progress: Callable[[str], None] | None = None
) -> Matched:
    """Ask a model about all live records."""
    say = progress or (lambda _: None)
    say("fields")
    coded = code(model.fields, columns)
    vectors = voting(coded, model.min_fields)
    say("blocking")
    names = [field.name for field in model.fields]
    groups = block(model.blocking, names, coded, vectors, limit=model.max_key_records)
    pairs = collect(model.blocking, groups, vectors)
    say("weighing")
    weigher = Weigher.of(model, coded, vectors)
    weights = weigher.weigh(pairs.left, pairs.right)
    return scored(model, vectors, (pairs.left, pairs.right, weights), weigher, pairs.report)


def scored(
    model: Model,
    vectors: Vectors,
    pairs: tuple[Ints, Ints, Longs],
    weigher: Weigher,
    report: tuple[KeyReport, ...],
) -> Matched:
    """Candidates that are weighed already, as evidence."""
    left, right, weights = pairs
    edge = (weights >= model.edge_threshold) & (weights != MISSING)
    scores = Scores(
        vectors.of_record,
        left[edge],
        right[edge],
        weights[edge],
        model.edge_threshold,
        model.cut,
        weigher.weigh,
    )
    voters = int(vectors.counts.sum())
    return Matched(model, scores, report, len(left), len(vectors), voters)
