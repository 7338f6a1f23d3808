"""Raw identifiers to canonical values: every spelling of one value becomes one text.

For each kind, canonicalising is idempotent, never raises on any text, and gives values that UTF-8
can encode; the column form equals the single-value form row by row.

Nothing heavy is imported until a column is canonicalised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.matching.canonical.hashed import METHODS, digest, hash_columns, hash_names
from sameas.matching.canonical.junk import is_junk
from sameas.matching.canonical.model import KINDS, NOTHING, Column, Kind, Options, Outcome
from sameas.matching.canonical.plain import exact, folded, uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = [
    "KINDS",
    "METHODS",
    "Column",
    "Kind",
    "Options",
    "Outcome",
    "canonicalise",
    "canonicalise_column",
    "canonicaliser",
    "hash_columns",
    "hash_names",
    "is_junk",
    "junk_column",
]

_DEFAULT = Options()
_PLAIN = {"exact": exact, "folded": folded, "uuid": uuid, "hash": digest}


def canonicalise(kind: Kind, raw: str | None, options: Options = _DEFAULT) -> Outcome:
    """The canonical value of one raw identifier, or the reason of its rejection.

    >>> canonicalise("email", " Ann@Example.COM ").value
    'ann@example.com'
    >>> canonicalise("phone", "12").reason
    'too short'
    >>> canonicalise("exact", "  ")
    Outcome(value=None, reason=None)
    """
    return NOTHING if raw is None else canonicaliser(kind, options)(raw)


def canonicaliser(kind: Kind, options: Options = _DEFAULT) -> Callable[[str], Outcome]:
    """`canonicalise` of one kind, for whoever calls it often."""
    if kind == "email":
        from sameas.matching.canonical.email import email

        return lambda raw: email(raw, options)
    if kind == "phone":
        from sameas.matching.canonical.phone import phone

        return lambda raw: phone(raw, options)
    return _PLAIN[kind]


def canonicalise_column(
    kind: Kind, raw: pa.Array | pa.ChunkedArray, options: Options = _DEFAULT
) -> Column:
    """`canonicalise` of every row of a string, dictionary or integer column of n rows.

    A column that is canonical already comes back without a copy of its text. Plain shapes take
    some ten nanoseconds a row; the rest goes through `canonicalise` once a distinct value.

    Raises:
        InputError: the column's type holds no identifiers, or its text exceeds 2 GiB.
    """
    from sameas.matching.canonical.column import canonicalise_column as canonicalise_rows

    return canonicalise_rows(kind, raw, options)


def junk_column(kind: Kind, values: pa.StringArray) -> NDArray[np.bool_]:
    """`is_junk` of every row of canonical values; False where null."""
    from sameas.matching.canonical.column import junk_column as junk_rows

    return junk_rows(kind, values)
