"""Invented people with errors, small enough to train on in a test."""

from __future__ import annotations

import random
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from sameas.matching.blocking import Key, Part, block, collect
from sameas.matching.fields import Coded, Field, code_column
from sameas.matching.model import Labels, Model, Report, parts_of, train
from sameas.matching.vectors import Vectors, distinct

FIELDS = (
    Field("given_name", "given_name", ("given_name",)),
    Field("family_name", "family_name", ("family_name",)),
    Field("birth_date", "date", ("birth_date",)),
    Field("email", "email", ("email",)),
)
KEYS = (
    Key((Part(("given_name", "family_name"), "sound", 2),)),
    Key((Part(("birth_date",), "day"),)),
    Key((Part(("email",), "local"),)),
)
GIVEN = [
    "ann",
    "bob",
    "carla",
    "dina",
    "emil",
    "fred",
    "gina",
    "hugo",
    "iris",
    "jana",
    "karl",
    "lena",
]
FAMILY = [
    "smith",
    "jones",
    "walker",
    "miller",
    "baker",
    "cook",
    "fisher",
    "mason",
    "potter",
    "hunter",
]


class World(NamedTuple):
    columns: list[Coded]
    vectors: Vectors
    person: list[int]


def rows(people: int, seed: int) -> list[tuple[dict[str, str], int]]:
    """Two or three records a person, some of them with a typing error or a gap."""
    draw = random.Random(seed)
    out = []
    for person in range(people):
        given, family = draw.choice(GIVEN), draw.choice(FAMILY)
        born = f"{draw.randint(1950, 2005)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        email = f"{given}.{family}{draw.randint(1, 99)}@example.com"
        for _ in range(draw.randint(2, 3)):
            row = {"given_name": given, "family_name": family, "birth_date": born, "email": email}
            if draw.random() < 0.3:
                row[draw.choice(list(row))] = ""
            if draw.random() < 0.2:
                row["family_name"] = row["family_name"][:-1] + "x"
            out.append((row, person))
    draw.shuffle(out)
    return out


def world(rows: list[tuple[dict[str, str], int]]) -> World:
    columns = {
        field.name: pa.array([row[field.name] for row, _ in rows], pa.string()) for field in FIELDS
    }
    coded = [code_column(field, columns) for field in FIELDS]
    return World(coded, distinct([one.codes for one in coded]), [person for _, person in rows])


def trained(found: World, labels: Labels | None = None) -> tuple[Model, Report]:
    names = [field.name for field in FIELDS]
    groups = block(KEYS, names, found.columns, found.vectors)
    pairs = collect(KEYS, groups, found.vectors)
    return train(
        FIELDS,
        found.columns,
        found.vectors.codes,
        found.vectors.counts.astype(np.int64),
        keys=KEYS,
        groups=groups,
        candidates=(pairs.left, pairs.right),
        max_key_records=100,
        labels=labels,
    )


def texts(found: World, vector: int) -> tuple[str, ...]:
    return tuple(
        column.values[int(code)].as_py() if code >= 0 else ""
        for column, code in zip(found.columns, found.vectors.codes[vector], strict=True)
    )


__all__ = ["FIELDS", "KEYS", "World", "parts_of", "rows", "texts", "trained", "world"]
