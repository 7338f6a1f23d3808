"""Reading: from files and tables of any writing to batches whose columns have a known role."""

from __future__ import annotations

from sameas.engine.read.batch import BadValue, IdentifierColumn, RawBatch
from sameas.engine.read.detect import detect
from sameas.engine.read.files import InputFile, from_table, inspect
from sameas.engine.read.mapping import ColumnRole, Mapping
from sameas.engine.read.times import to_micros

__all__ = [
    "BadValue",
    "ColumnRole",
    "IdentifierColumn",
    "InputFile",
    "Mapping",
    "RawBatch",
    "detect",
    "from_table",
    "inspect",
    "to_micros",
]
