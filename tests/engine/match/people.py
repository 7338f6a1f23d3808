"""Invented people whose records have typing errors, as a CSV file with a truth beside it."""

from __future__ import annotations

import csv
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = [
    "ann",
    "bill",
    "carla",
    "david",
    "erin",
    "frank",
    "gloria",
    "hector",
    "irene",
    "jamal",
    "karin",
    "louis",
    "maria",
    "nadia",
    "oscar",
    "paula",
    "quinn",
    "rosa",
    "simon",
    "tamara",
    "ulrich",
    "vera",
    "walter",
    "xenia",
    "yusuf",
    "zelda",
    "agnes",
    "bruno",
    "celine",
    "dario",
]
FAMILY = [
    "smith",
    "brown",
    "garcia",
    "miller",
    "novak",
    "rossi",
    "silva",
    "kowalski",
    "jensen",
    "dubois",
    "keller",
    "moreau",
    "santos",
    "weber",
    "fischer",
    "costa",
    "lindgren",
    "petrov",
    "okafor",
    "tanaka",
    "nguyen",
    "murphy",
    "walsh",
    "ferrari",
    "romero",
    "vogel",
    "huber",
    "meyer",
    "bauer",
    "krause",
]
STREETS = ["oak", "elm", "mill", "church", "park", "lake", "hill", "river", "king", "queen"]
HEADS = (
    "source",
    "id",
    "first_name",
    "last_name",
    "birth_date",
    "street",
    "city",
    "email",
    "phone",
    "status",
)


def slip(draw: Random, text: str) -> str:
    """The text with two neighbours swapped, at times."""
    if len(text) < 4 or draw.random() > 0.15:
        return text
    at = draw.randrange(1, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def write(folder: Path, *, people: int = 200, seed: int = 1) -> tuple[Path, Path]:
    """`people.csv` and `truth.csv` in a folder: two sources, each of which has a person once."""
    draw = Random(seed)
    rows, truth = [], []
    for person in range(people):
        given, family = draw.choice(GIVEN), draw.choice(FAMILY)
        born = f"{draw.randrange(1940, 2005)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        street = f"{draw.randrange(1, 200)} {draw.choice(STREETS)} street"
        city = draw.choice(("leeds", "york", "bath", "truro", "derby", "ripon", "wells", "ely"))
        email = f"{given}.{family}{draw.randrange(100)}@example.com"
        phone = f"+1202555{draw.randrange(10_000):04}"
        for source in ("crm", "shop"):
            rows.append(
                [
                    source,
                    f"{source}{person}",
                    slip(draw, given),
                    slip(draw, family),
                    born if draw.random() < 0.9 else "",
                    street if draw.random() < 0.8 else "",
                    slip(draw, city),
                    email if draw.random() < 0.6 else "",
                    phone if draw.random() < 0.5 else "",
                    draw.choice(("active", "dormant")),
                ]
            )
            truth.append([source, f"{source}{person}", str(person)])
    draw.shuffle(rows)
    paths = folder / "people.csv", folder / "truth.csv"
    heads = HEADS, ("source", "record_id", "cluster_id")
    for path, head, body in zip(paths, heads, (rows, truth), strict=True):
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *body])
    return paths
