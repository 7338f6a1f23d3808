"""The plain values that canonicalisation takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KINDS", "NOTHING", "Column", "Kind", "Options", "Outcome"]

Kind = Literal["exact", "folded", "email", "phone", "uuid", "hash"]
KINDS: tuple[Kind, ...] = ("exact", "folded", "email", "phone", "uuid", "hash")


@dataclass(frozen=True, slots=True)
class Options:
    """What a policy may say about canonical forms."""

    default_region: str = "US"
    """ISO 3166 region of phone numbers that carry no country code."""
    email_dots: bool = True
    """Drop the dots of a local part where the provider ignores them."""
    email_tags: bool = True
    """Drop plus tags where the provider has them."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """A canonical value, or the reason of its rejection; both None where there was no value."""

    value: str | None
    reason: str | None = None


NOTHING = Outcome(None, None)


class Column(NamedTuple):
    """The outcomes of a column, row by row."""

    values: pa.StringArray
    """int32 offsets, offset zero; null where there is no value."""
    reasons: pa.StringArray | None
    """As long as `values`, null where nothing was rejected; None: no rejection at all."""
