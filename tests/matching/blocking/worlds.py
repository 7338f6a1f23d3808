"""Small coded tables that are made by chance, and a slow plain answer to what blocks them."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sameas.matching.blocking import Key, Part, keys_of
from sameas.matching.fields import Coded, Field
from sameas.matching.vectors import Vectors, distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = (
    Field("given", "given_name", ("first_name",)),
    Field("family", "family_name", ("last_name",)),
    Field("born", "date", ("birth_date",)),
    Field("email", "email", identifier="email"),
)
NAMES = tuple(field.name for field in FIELDS)
KEYS = (
    Key((Part(("given", "family"), "sound", 2),)),
    Key((Part(("given",), "form"), Part(("born",), "year"))),
    Key((Part(("given", "family"), "words"), Part(("born",), "birthday"))),
    Key((Part(("born",), "day"),)),
    Key((Part(("email",), "local"),)),
    Key((Part(("given",), "initial"), Part(("family",), "sound"), Part(("born",), "year"))),
)
GIVEN = ("ann", "anna", "bill", "william", "jo ann", "zoe", "łucja", "ann marie kay lou bea sue")
FAMILY = ("smith", "smyth", "de la cruz", "王", "ng", "brown")


def table(seed: int, records: int) -> tuple[list[Coded], Vectors]:
    """Records drawn from few values, so that many share."""
    draw = Random(seed)
    dates = [f"19{draw.randrange(70, 73)}-0{draw.randrange(1, 4)}-0{draw.randrange(1, 4)}"
             for _ in range(12)]  # fmt: skip
    emails = [f"{name}{n}@example.com" for name in ("ann", "bo", "x") for n in range(4)]
    rows = [
        [draw.choice((*pool, "")) for pool in (GIVEN, FAMILY, (*dates, "1971", "1971-02"), emails)]
        for _ in range(records)
    ]
    coded = []
    for column in zip(*rows, strict=True) if rows else [()] * len(FIELDS):
        values = sorted({one for one in column if one})
        place = {one: number for number, one in enumerate(values)}
        codes = np.array([place.get(one, -1) for one in column], dtype=np.int32)
        coded.append(Coded(codes, pa.array(values, pa.string())))
    return coded, distinct([one.codes for one in coded])


def texts(coded: Sequence[Coded], vectors: Vectors) -> list[tuple[str, ...]]:
    """The vectors as a model sees them one by one."""
    values = [one.values.to_pylist() for one in coded]
    return [
        tuple(values[place][code] if code >= 0 else "" for place, code in enumerate(row))
        for row in vectors.codes.tolist()
    ]


def plain_pairs(
    keys: Sequence[Key], rows: Sequence[tuple[str, ...]], counts: Sequence[int], limit: int
) -> dict[tuple[int, int], set[int]]:
    """Each pair of vectors with the keys that hold it together, looked for value by value."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for number in range(len(keys)):
        groups: dict[int, list[int]] = defaultdict(list)
        for vector, row in enumerate(rows):
            for one in _of_key(keys, number, row):
                groups[one].append(vector)
        for members in groups.values():
            if 2 <= sum(counts[vector] for vector in members) <= limit:
                for place, left in enumerate(members):
                    for right in members[place:]:
                        if left != right or counts[left] >= 2:
                            found[left, right].add(number)
    return found


NEVER = Key((Part(("given",), "day"),))
"""A key that no vector of these tables has: no name is a day."""


def _of_key(keys: Sequence[Key], number: int, row: tuple[str, ...]) -> set[int]:
    """The hashes of one key: what a vector has with it and not without."""
    without = [*keys[:number], NEVER, *keys[number + 1 :]]
    return set(keys_of(keys, NAMES, row)) - set(keys_of(without, NAMES, row))
