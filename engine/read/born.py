"""A birth date that is spread over columns: which of them is the year, the month and the day.

Headings are short (`by`, `bm`, `bd`) and mean other things elsewhere, and `birth_day` heads whole
dates as often as days of the month. So the values decide; and headings that say nothing by
themselves count where all three stand together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.read.names import squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sameas.engine.read.shapes import Shape

__all__ = ["birth_part", "spread"]

_LIKE = 0.9
"""So many of the values must look like what they are taken for."""
_BIRTH = frozenset(["trait:birth_date", "trait:birth_year", "trait:birth_month", "trait:birth_day"])
_OF = ("b", "birth", "birthdate", "dob", "born", "geb", "geburts", "naissance", "nacimiento")
_PARTS = (
    ("y", "m", "d"),
    ("yy", "mm", "dd"),
    ("yyyy", "mm", "dd"),
    ("year", "month", "day"),
    ("yr", "mo", "dy"),
    ("yr", "mon", "day"),
    ("jahr", "monat", "tag"),
    ("annee", "mois", "jour"),
    ("ano", "mes", "dia"),
)
_NAMES = ("birth_year", "birth_month", "birth_day")


def birth_part(concept: str, shape: Shape) -> str:
    """What a column whose name speaks of a birth holds; other concepts stay as they are.

    A birth date of which only the year is told stays one.
    """
    if concept not in _BIRTH or not shape.filled or shape.year >= _LIKE:
        return concept
    if shape.day >= _LIKE:
        return concept if concept == "trait:birth_month" else "trait:birth_day"
    return "trait:birth_date" if shape.time >= _LIKE else concept


def spread(shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Columns (by name) that are a birth date together, and the trait that each is; or none."""
    names = {squeeze(name): name for name in shapes}
    for head in _OF:
        for parts in _PARTS:
            three = [names.get(head + part) for part in parts]
            year, month, day = three
            if (
                year is not None
                and month is not None
                and day is not None
                and shapes[year].year >= _LIKE
                and shapes[month].month >= _LIKE
                and shapes[day].day >= _LIKE
            ):
                return {
                    name: f"trait:{trait}"
                    for name, trait in zip((year, month, day), _NAMES, strict=True)
                }
    return {}
