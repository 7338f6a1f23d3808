"""What each field tells: where it is missing, how often it agrees, what it adds to a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sameas.engine.evaluate.again import pairs_within
from sameas.engine.evidence import BIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.evaluate.again import Again

    Ints = NDArray[np.int32]

__all__ = ["FieldFigures", "field_figures"]

SAMPLE: Final = 3_000
"""Pairs of each kind that are looked at."""


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """One field, on records and on a sample of pairs. A pair compares if both have a value."""

    field: str
    missing: float
    """Share of the records without a value."""
    compared: float
    """Share of the pairs of one person that compare."""
    agree: float
    """Of the comparing pairs of one person the share that is not simply different."""
    agree_others: float
    """The same of candidate pairs of two people."""
    bits: float
    """What it adds to the weight of a pair of one person, on average."""
    bits_others: float
    """The same of a candidate pair of two people: the wider apart, the more the field decides."""


def field_figures(again: Again) -> tuple[FieldFigures, ...]:
    """Each field of the model, the one that decides most first."""
    model = again.matched.model
    same = _sampled(*pairs_within(again.person, 1_000_000))
    other = _others(again)
    rows = np.linspace(0, len(again.columns) - 1, min(SAMPLE, len(again.columns))).astype(int)
    said = [model.vector(again.columns.record(row)) for row in rows.tolist()]
    ones, twos = _steps(again, same), _steps(again, other)
    found = []
    for place, field in enumerate(model.fields):
        have = sum(1 for vector in said if vector is not None and vector[place])
        mine, theirs = ([steps[place] for steps in pairs] for pairs in (ones, twos))
        compared = [step for step in mine if step[0]]
        found.append(
            FieldFigures(
                field.name,
                1 - have / max(len(said), 1),
                len(compared) / max(len(mine), 1),
                _share(compared),
                _share([step for step in theirs if step[0]]),
                _mean(mine),
                _mean(theirs),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.bits_others - one.bits, one.field)))


def _sampled(left: Ints, right: Ints) -> list[tuple[int, int]]:
    step = max(1, -(-len(left) // SAMPLE))
    return list(zip(left[::step].tolist(), right[::step].tolist(), strict=True))


def _others(again: Again) -> list[tuple[int, int]]:
    """Candidate pairs of two people, by one record of each vector."""
    scores = again.matched.scores
    vectors = int(scores.vector.max(initial=-1)) + 1
    first = np.full(vectors, -1, dtype=np.int32)
    rows = np.flatnonzero((scores.vector >= 0) & (again.person >= 0))[::-1].astype(np.int32)
    first[scores.vector[rows]] = rows
    left, right = first[scores.left], first[scores.right]
    wrong = (left >= 0) & (right >= 0) & (again.person[left] != again.person[right])
    return _sampled(left[wrong], right[wrong])


def _steps(again: Again, pairs: Sequence[tuple[int, int]]) -> list[list[tuple[bool, bool, float]]]:
    """Of each pair and field: whether it compares, whether it agrees, its bits."""
    model = again.matched.model
    last = {one.field.name: one.levels[-1] for one in model.comparisons}
    found = []
    for left, right in pairs:
        vectors = [model.vector(again.columns.record(row)) for row in (left, right)]
        if vectors[0] is None or vectors[1] is None:
            continue
        found.append(
            [
                (
                    step.level != "missing",
                    step.level not in ("missing", last[step.field]),
                    step.weight / BIT,
                )
                for step in model.explain(vectors[0], vectors[1])
            ]
        )
    return found


def _share(steps: Sequence[tuple[bool, bool, float]]) -> float:
    return sum(agrees for _, agrees, _ in steps) / max(len(steps), 1)


def _mean(steps: Sequence[tuple[bool, bool, float]]) -> float:
    return sum(bits for *_, bits in steps) / max(len(steps), 1)
