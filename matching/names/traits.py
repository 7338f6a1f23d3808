"""The person name of a record, from whatever traits it has: one string, or nothing.

Fields are kept apart by `SEPARATOR`, so that `parse_name` knows given from family names. What
people type when they have no name to give is nothing. Row by row and column-wise give
equal results.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sameas.matching.names.latin import MAX_LENGTH, to_latin
from sameas.matching.names.parse import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NAME_TRAITS", "NOTHING", "person_name", "person_name_column", "usable_name"]

NAME_TRAITS = ("full_name", "name", "first_name", "middle_name", "last_name")
"""The traits that are read; `full_name` wins over `name`, both fields win over either."""

NOTHING = frozenset(
    [
        "unknown",
        "unkn",
        "unk",
        "na",
        "nan",
        "none",
        "null",
        "nil",
        "nobody",
        "noname",
        "name",
        "first",
        "last",
        "middle",
        "full",
        "firstname",
        "lastname",
        "fullname",
        "surname",
        "test",
        "tests",
        "testing",
        "tester",
        "user",
        "customer",
        "client",
        "guest",
        "anonymous",
        "anon",
        "undefined",
        "unspecified",
        "missing",
        "empty",
        "blank",
        "default",
        "dummy",
        "fake",
        "sample",
        "example",
        "person",
        "not",
        "no",
        "available",
        "applicable",
        "given",
        "provided",
        "known",
        "x",
        "xx",
        "xxx",
        "xxxx",
        "asdf",
        "qwerty",
        "deleted",
        "redacted",
        "withheld",
        "private",
        "inconnu",
        "desconocido",
        "unbekannt",
        "test1",
        "test2",
    ]
)
# Words of the list above that are also names: nothing only beside another word of the list.
_ALSO_NAMES = frozenset(
    ["no", "na", "x", "xx", "guest", "last", "private", "first", "given", "given", "nan", "client"]
)


_NOT_SAID = frozenset(["n/a", "n.a.", "n.a", "na", "x", "xx", "nan"])


@lru_cache(maxsize=65_536)
def usable_name(value: str) -> str | None:
    """The trimmed value, or None if it names nobody."""
    if value.isascii() and value.isalpha() and len(value) <= MAX_LENGTH:  # a usual word
        word = value.lower()
        if word not in NOTHING and word not in _NOT_SAID:
            return value
    text = value[:MAX_LENGTH].replace(SEPARATOR, " ").encode(errors="ignore").decode().strip()
    latin = to_latin(text)
    if not any(letter.isalpha() for letter in latin):
        return None
    if text.casefold() in _NOT_SAID:
        return None
    words = latin.replace("-", " ").split()
    if all(word in NOTHING for word in words) and not (len(words) == 1 and words[0] in _ALSO_NAMES):
        return None
    return text


def person_name(traits: Mapping[str, str]) -> str | None:
    r"""The name that the traits of `NAME_TRAITS` give, or None if they give none.

    >>> person_name({"first_name": "Ann", "last_name": "Smith"})
    'Ann\x1f\x1fSmith'
    >>> person_name({"name": " Ann Smith ", "last_name": "n/a"})
    'Ann Smith'
    >>> person_name({"full_name": "unknown"}) is None
    True
    """
    found = {trait: usable_name(traits.get(trait) or "") for trait in NAME_TRAITS}
    given, family = found["first_name"], found["last_name"]
    whole = found["full_name"] or found["name"]
    if whole and not (given and family):
        return whole
    if not (given or family):
        return None
    return SEPARATOR.join((given or "", found["middle_name"] or "", family or ""))


def _usable_column(column: pa.Array | None, length: int) -> pa.Array:
    """The column with nulls for what is not usable; each distinct value is judged once."""
    if column is None or column.null_count == length:
        return pa.nulls(length, pa.string())
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    encoded = column.dictionary_encode()
    values = pa.array([usable_name(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return values.take(encoded.indices)


def person_name_column(columns: Mapping[str, pa.Array]) -> pa.StringArray:
    """`person_name` of each row; traits that are no name are not looked at. Shape (rows,).

    Raises:
        ValueError: If the columns differ in length.
    """
    lengths = {trait: len(columns[trait]) for trait in NAME_TRAITS if trait in columns}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns of one table differ in length: {lengths}")
    length = next(iter(lengths.values()), 0)
    found = {trait: _usable_column(columns.get(trait), length) for trait in NAME_TRAITS}
    given, family = found["first_name"], found["last_name"]
    fields = pc.binary_join_element_wise(
        pc.fill_null(given, ""),
        pc.fill_null(found["middle_name"], ""),
        pc.fill_null(family, ""),
        SEPARATOR,
    )
    one = pc.or_(given.is_valid(), family.is_valid())
    both = pc.and_(given.is_valid(), family.is_valid())
    whole = pc.coalesce(found["full_name"], found["name"])
    partial = pc.if_else(one, fields, pa.scalar(None, pa.string()))
    return pc.if_else(both, fields, pc.coalesce(whole, partial))
