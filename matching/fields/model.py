"""The plain values that describe fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["KINDS", "MAX_LENGTH", "Coded", "Field", "FieldKind", "is_whole_name"]

FieldKind = Literal[
    "given_name",
    "family_name",
    "full_name",
    "date",
    "email",
    "phone",
    "address",
    "postcode",
    "text",
    "number",
    "code",
    "organisation",
]
KINDS: tuple[FieldKind, ...] = get_args(FieldKind)

MAX_LENGTH = 200
"""Characters of a value that are read, and that a canonical value has at most."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to compare: its kind, and where its value is read.

    Several traits: the words of an address, a text or an organisation are joined; the parts of a
    name are put together, and a whole name (`full_name`, `name`) is taken apart where there are no
    parts; a year, a month and a day of birth are a date where no whole one tells as much; of other
    kinds the first usable value counts.
    """

    name: str
    kind: FieldKind
    traits: tuple[str, ...] = ()
    identifier: str | None = None
    """Read the record's least identifier of this type instead of traits."""
    region: str = "US"
    """ISO 3166 region of phone numbers without a country code."""
    month_first: bool = False
    """Read 03/04/2020 as the fourth of March, where nothing tells."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A field of n records, dictionary coded; a function of the values alone."""

    codes: NDArray[np.int32]
    """Index into `values`, -1 where there is no value. Shape (n,)."""
    values: pa.StringArray
    """The distinct canonical values in use, ascending by code point."""


def is_whole_name(trait: str) -> bool:
    """Whether a trait of this name holds a whole person name rather than a part of one.

    >>> is_whole_name("full_name"), is_whole_name("native_name_full"), is_whole_name("first_name")
    (True, True, False)
    """
    return trait in {"name", "full_name"} or trait.endswith(("_full_name", "_name_full"))
