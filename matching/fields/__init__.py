"""Fields: what a record says that can be compared, one canonical text for each.

A field has a kind, and the kind decides how raw text becomes a canonical value: idempotent, never
raising, `""` where there is nothing to compare. Row by row and column-wise give equal values.
"""

from __future__ import annotations

from sameas.matching.fields.canonical import canonical, value_of
from sameas.matching.fields.column import code_column
from sameas.matching.fields.dates import BIRTH_PARTS, month_comes_first
from sameas.matching.fields.model import KINDS, Coded, Field, FieldKind

__all__ = [
    "BIRTH_PARTS",
    "KINDS",
    "Coded",
    "Field",
    "FieldKind",
    "canonical",
    "code_column",
    "month_comes_first",
    "value_of",
]
