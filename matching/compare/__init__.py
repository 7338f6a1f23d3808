"""Comparisons: how far two values of one field agree, as one of a few declared levels.

`level` is the definition, for one pair; `level_pairs` is its compiled form over codes and equal to
it. Both are symmetric. Level 1 is equality, 0 a missing side, the last one `different`.
"""

from __future__ import annotations

from sameas.matching.compare.model import LEVELS, MISSING, SWAPPED, Level, levels
from sameas.matching.compare.packed import Packed, prepare
from sameas.matching.compare.pairs import level_pairs
from sameas.matching.compare.rules import level
from sameas.matching.compare.vectors import Comparer, compare, compare_values, name_fields

__all__ = [
    "LEVELS",
    "MISSING",
    "SWAPPED",
    "Comparer",
    "Level",
    "Packed",
    "compare",
    "compare_values",
    "level",
    "level_pairs",
    "levels",
    "name_fields",
    "prepare",
]
