"""How right the answer would be at other cuts: the function is run again at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sameas.engine.evidence import BIT

if TYPE_CHECKING:
    from sameas.engine.evaluate.again import Again
    from sameas.engine.evaluate.partition import Scores

__all__ = ["Point", "curve"]

STEPS: Final = (-6, -4, -2, -1, 0, 1, 2, 4, 8)
"""Bits beside the model's cut."""


@dataclass(frozen=True, slots=True)
class Point:
    """One cut: clusters join while their mean weight is above it."""

    bits: float
    probability: float
    """How likely the model says a pair of that weight is one person."""
    chosen: bool
    """The cut that the output was made with."""
    profiles: int
    precision: float
    recall: float
    f1: float
    bcubed_f1: float


def curve(again: Again, own: Scores) -> tuple[Point, ...]:
    """The output at several cuts, the lowest first; `own`: the scores at its own."""
    model = again.matched.model
    points = []
    for step in STEPS:
        cut = model.cut + step * BIT
        found = own if not step else again.scored(again.resolved(cut))
        points.append(
            Point(
                cut / BIT,
                model.probability(cut),
                not step,
                found.profiles,
                found.precision,
                found.recall,
                found.f1,
                found.bcubed_f1,
            )
        )
    return tuple(points)
