"""An output with a model, looked into: cuts, calibration, fields, the worst mistakes explained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sameas.engine.evaluate.again import Again
from sameas.engine.evaluate.calibration import calibration, gap
from sameas.engine.evaluate.curve import curve
from sameas.engine.evaluate.inside import field_figures
from sameas.engine.evaluate.mistakes import causes, mistakes
from sameas.engine.evaluate.truth import read_truth
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.engine.evaluate.calibration import Band
    from sameas.engine.evaluate.curve import Point
    from sameas.engine.evaluate.inside import FieldFigures
    from sameas.engine.evaluate.mistakes import Mistake

__all__ = ["Study", "study"]


@dataclass(frozen=True, slots=True)
class Study:
    """What `study` found."""

    curve: tuple[Point, ...]
    calibration: tuple[Band, ...]
    gap: float
    """Mean distance of the probabilities said from the shares that are true, over pairs."""
    fields: tuple[FieldFigures, ...]
    causes: dict[str, dict[str, int]]
    """Wrong pairs by cause: `merged` and `split`."""
    merges: tuple[Mistake, ...]
    splits: tuple[Mistake, ...]

    def as_dict(self) -> dict[str, object]:
        """Everything as plain data for JSON."""
        return asdict(self)


def study(out: Path, truth: Path, *, examples: int = 3) -> Study | None:
    """Look into the output folder `out` beside the truth; None if it has no model.

    Args:
        out: what `sameas resolve` wrote; its records are weighed again by its model.
        truth: as `evaluate` reads it.
        examples: how many false merges, and how many false splits, are explained.

    Raises:
        InputError: as `evaluate`, or no record of the output is in the truth.
        OutputError: `out` is not an output of this format.
    """
    again = Again.open(out, read_truth(truth))
    if again is None:
        return None
    if not (again.person >= 0).any():
        raise InputError(Fault(str(truth), f"none of its records is in {out}", "check both"))
    parts = again.resolved()
    bands = calibration(again)
    return Study(
        curve=curve(again, again.scored(parts)),
        calibration=bands,
        gap=gap(bands),
        fields=field_figures(again),
        causes=causes(again, parts),
        merges=mistakes(again, parts, merges=True, most=examples),
        splits=mistakes(again, parts, merges=False, most=examples),
    )
