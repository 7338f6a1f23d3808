"""Which fields live records can be compared by, from the traits and identifiers that they have.

Traits are known by their canonical names (`engine/read/names.py`): what a column means was settled
when it was read. A trait of no known meaning is no field: a status, a plan or a note would pass for
evidence where there are few records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sameas.engine.batch.columns import flat
from sameas.matching.fields import BIRTH_PARTS, Field, month_comes_first
from sameas.matching.model import parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sameas.engine.batch.columns import Columns
    from sameas.engine.policy import Policy
    from sameas.matching.fields import FieldKind

__all__ = ["MIN_RECORDS", "detect", "enough", "raw_columns"]

MIN_RECORDS = 100
"""Fewer records than this teach nothing: their answer would be a guess."""

_COVERED = 0.02
"""Of the records so many must have a trait for it to be a field."""

_FIELDS: tuple[tuple[str, FieldKind, tuple[str, ...]], ...] = (
    ("given_name", "given_name", ("first_name", "full_name", "name")),
    ("family_name", "family_name", ("last_name", "full_name", "name")),
    ("full_name", "full_name", ("full_name", "name")),
    ("middle_name", "given_name", ("middle_name",)),
    ("maiden_name", "family_name", ("maiden_name",)),
    ("native_name", "full_name", ("native_name_full",)),
    ("birth_date", "date", ("birth_date",)),
    ("age", "number", ("age",)),
    ("company", "organisation", ("company",)),
    ("employer", "organisation", ("employer",)),
    ("address", "address", ("street_number", "street")),
    ("address_2", "text", ("street_2",)),
    ("city", "text", ("city",)),
    ("county", "text", ("county",)),
    ("state", "text", ("state",)),
    ("postal_code", "postcode", ("postal_code",)),
    ("country", "text", ("country",)),
    ("birth_place", "text", ("birth_place",)),
    ("nationality", "text", ("nationality",)),
    ("local_phone", "phone", ("local_phone",)),
    ("gender", "text", ("gender",)),
    ("job_title", "text", ("job_title",)),
    ("ssn", "code", ("ssn",)),
    ("national_id", "code", ("national_id",)),
    ("tax_id", "code", ("tax_id",)),
    ("passport", "code", ("passport",)),
    ("driver_license", "code", ("driver_license",)),
    ("username", "code", ("username",)),
)
_IDENTIFIERS: Mapping[str, FieldKind] = {"email": "email", "phone": "phone"}
"""What people type in and share; a cookie or an account is exact, and links."""
_WHO = frozenset(["given_name", "family_name", "full_name", "date", "organisation", "code"])
_MOST = 16


def detect(columns: Columns, policy: Policy) -> tuple[Field, ...]:
    """The fields that enough records have, in a fixed order; perhaps none."""
    records = len(columns)
    said = {
        trait: len(column) - column.null_count
        for trait, column in columns.traits.items()
        if len(column) - column.null_count >= max(2, _COVERED * records)
    }
    found: list[Field] = []
    whole = not said.keys() & {"first_name", "last_name"}
    for name, kind, wanted in _FIELDS:
        if (kind == "full_name" and name == "full_name") != whole and "name" in wanted:
            continue  # which part of a whole name is the given one, its script may hide
        traits = tuple(trait for trait in wanted if trait in said)
        if kind == "address" and said.get("address", 0) > sum(said[one] for one in traits[-1:]):
            traits = ("address",)
        if name == "birth_date" and BIRTH_PARTS[0] in said:
            traits += tuple(trait for trait in BIRTH_PARTS if trait in said)
        if not traits or (name == "age" and any(field.name == "birth_date" for field in found)):
            continue
        month_first = kind == "date" and month_comes_first(_texts(columns, traits[0]))
        region = policy.default_region if kind == "phone" else "US"
        found.append(Field(name, kind, traits, month_first=month_first, region=region))
    carried = _carried(columns)
    for identifier in policy.identifiers:
        kind_of = _IDENTIFIERS.get(identifier.canonicaliser)
        if kind_of and carried.get(identifier.name, 0) >= max(2, _COVERED * records):
            found.append(
                Field(
                    identifier.name,
                    kind_of,
                    identifier=identifier.name,
                    region=policy.default_region,
                )
            )
    return tuple(found[:_MOST])


def enough(fields: Sequence[Field], records: int) -> str:
    """Why these fields are not enough to learn from; empty if they are."""
    if records < MIN_RECORDS:
        return f"fewer than {MIN_RECORDS} records"
    if sum(parts_of([field.kind for field in fields])) < 3 or not any(
        field.kind in _WHO and field.traits != BIRTH_PARTS[:1] for field in fields
    ):
        return "too few fields that can be compared"
    return ""


def raw_columns(fields: Sequence[Field], columns: Columns) -> dict[str, pa.Array]:
    """What `code_column` reads for these fields."""
    found = {
        trait: flat(columns.traits[trait])
        for field in fields
        for trait in field.traits
        if trait in columns.traits
    }
    for field in fields:
        if field.identifier is not None:
            found[f"identifier:{field.identifier}"] = _least(columns, field.identifier)
        elif not any(trait in found for trait in field.traits):
            found[field.traits[0]] = pa.nulls(len(columns), pa.string())
    return found


def _texts(columns: Columns, trait: str) -> list[str]:
    return [text for text in pc.unique(flat(columns.traits[trait])).to_pylist() if text]


def _carried(columns: Columns) -> dict[str, int]:
    """By type how many records carry a value of it."""
    found = {}
    for place, name in enumerate(columns.types):
        low, high = columns.offsets[place], columns.offsets[place + 1]
        has = np.concatenate([[0], np.cumsum((columns.ids >= low) & (columns.ids < high))])
        found[name] = int(np.count_nonzero(has[columns.ptr[1:]] > has[columns.ptr[:-1]]))
    return found


def _least(columns: Columns, name: str) -> pa.Array:
    """Of each record its least value of a type."""
    if name not in columns.types:
        return pa.nulls(len(columns), pa.string())
    place = list(columns.types).index(name)
    low, high = int(columns.offsets[place]), int(columns.offsets[place + 1])
    values = columns.values[place]
    order = pc.sort_indices(values).to_numpy(zero_copy_only=False)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    at = np.flatnonzero((columns.ids >= low) & (columns.ids < high))
    record = np.searchsorted(columns.ptr, at, side="right") - 1
    least = np.full(len(columns), len(order), dtype=np.int32)
    np.minimum.at(least, record, rank[columns.ids[at] - low])
    missing = least == len(order)
    return pa.DictionaryArray.from_arrays(
        pa.array(np.where(missing, 0, least), mask=missing),
        values.take(pa.array(order)).cast(pa.string()),
    )
