"""Compile everything once: what a first run would otherwise wait for.

Compiled code is kept beside the modules (or in numba's own cache folder where those cannot be
written to), so one call after installing, in an image or a deployment, is enough.

    python -m sameas.engine.warm
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

__all__ = ["linking", "warm"]


def warm() -> None:
    """Take a few invented rows through every compiled path, on two processors if there are."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for task in (pool.submit(_learning), pool.submit(linking)):
            task.result()
        # what both have compiled is there now, and each compiled little that the other did, too
        pool.submit(_serving).result()


def linking() -> None:
    """Take what links and what matches say through every compiled path of the function.

    First of what has no names: whoever learns meanwhile has compiled by then what compares them.
    """
    from sameas.engine import policy
    from sameas.engine.batch import resolve
    from sameas.engine.evidence import BIT
    from sameas.graph.model import Judgement, Match, RecordKey

    named = pl.DataFrame(
        {
            "id": ["1", "2", "3", "4"],
            "updated_at": ["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03"],
            "user_id": ["u1", "u2", None, "u3"],
            "email": [
                "Ann.Lee+x@gmail.com",
                "bob@example.org",
                "bob@example.org",
                "née@example.org",
            ],
            "phone": ["(212) 555-0101", "+1 212 555 0101", "212-555-0101", "+44 20 7946 0958"],
            "device_id": ["6D92078A-8246-4BA4-AE5B-76104861E7DC"] * 2 + [None, None],
            "email_sha256": [None, None, None, "0" * 63 + "1"],
            "cookie": ["c1", "c1", "c1", "c2"],
            "first_name": ["Ann", "Bob", "Robert", "Олександр"],
            "last_name": ["Lee", "Smith", "Smith", "Шевченко"],
        }
    )
    many = [f"{number}@example.com" for number in range(1_000)]
    events = pl.DataFrame(
        {
            "email": ["ann.lee@gmail.com", "bob@example.org", *many],
            "other_email": ["ann.lee@gmail.com", "ann.lee@gmail.com", *many[::-1]],
            "email_sha256": [sha256(b"ann.lee@gmail.com").hexdigest(), *[None] * 1_001],
            "plan": "a",
        }
    )
    # matches that disagree, in components that are too large, with a user id too many
    keys = [RecordKey("crm", number) for number in ("1", "2", "3", "4")]
    bits = {(0, 1): 9, (1, 2): 8, (0, 2): -1, (2, 3): 1}
    matches = [Match(keys[a], keys[b], weight * BIT) for (a, b), weight in bits.items()]
    word = Judgement("j", "different", frozenset(keys[:1]), frozenset(keys[1:2]), 0)
    for rows in (named.drop("first_name", "last_name"), named):
        resolve(rows, events, names=["crm", "web"])
        for most in (10_000, 2):
            bounded = replace(policy.default(), max_component=most)
            resolve(rows, names=["crm"], policy=bounded, matches=matches)
    resolve(named, names=["crm"], matches=matches, judgements=[word])


def _learning() -> None:
    """Compare names; learn from enough people, each said twice with a slip, in two shapes."""
    from sameas.engine.batch.train import train_files
    from sameas.matching.names import compatible, compatible_pairs

    compatible_pairs(["Ann Lee", "A. Lee"], *(np.array([at]) for at in (0, 1)))
    compatible("Ann Lee", "A. Lee")
    whole = pl.col("first_name") + " " + pl.col("last_name")
    shapes = (_people(), _people().select("id", "birth_date", "city", full_name=whole))
    with tempfile.TemporaryDirectory(prefix="sameas-") as folder:
        for number, people in enumerate(shapes):
            file = Path(folder) / f"{number}.parquet"
            people.write_parquet(file)
            train_files([file], file.with_suffix(".json"))


def _serving() -> None:
    """Resolve those people, load them into a store, say more of one and of another, verify it."""
    from sameas.engine.batch.run import resolve_files
    from sameas.engine.online.engine import Engine
    from sameas.engine.online.events import Event
    from sameas.engine.online.whole import load_file, verify
    from sameas.graph.store import open_store

    with tempfile.TemporaryDirectory(prefix="sameas-") as folder:
        file, out, store = (Path(folder) / name for name in ("crm.csv", "out", "made.db"))
        _people().write_csv(file)
        resolve_files([file], out)
        load_file(out, store)
        with Engine(open_store(store)) as engine:
            said = _people().drop("id", "email", "phone").row(4, named=True)
            engine.ingest([Event("crm", [("email", "p4@example.com")], said, "one more")])
            engine.ingest([Event("web", [("email", "somebody@else.example")])])
            with engine.store.snapshot() as reader:
                verify(reader)


def _people() -> pl.DataFrame:
    """150 rows of 75 invented people, of every kind of field."""
    given = ["Ann", "Robert", "Chloé", "Олександр", "Jo-Ann", "Wei", "Miriam", "Otto"]
    family = [
        "Lee",
        "Smith",
        "Núñez",
        "Шевченко",
        "van Dyke",
        "O'Hara",
        "Kowalski",
        "Bauer",
        "Sato",
    ]
    rows = []
    for at in range(75):
        first, last = given[at % 8], family[at * 5 % 9]
        year, month, day = 1930 + at * 7 % 70, 1 + at % 12, 1 + at * 11 % 28
        for turn in (0, 1):
            slip = turn * (at % 4)
            rows.append(
                {
                    "id": str(2 * at + turn),
                    "first_name": {1: first[:1], 2: last}.get(slip, first),
                    "last_name": {2: first, 3: last[:-1] + "x"}.get(slip, last),
                    "birth_date": f"{year}-{month:02}-{day + (slip == 3):02}",
                    "street": f"{at * 13 % 90 + slip} {family[at % 9]} Street Apt {at % 5}",
                    "city": f"{given[at * 3 % 8]}ville" + "e" * (slip == 1),
                    "postal_code": f"{10_000 + at * 37 % 500 + slip}",
                    "company": f"{family[at * 2 % 9]} & Sons Ltd",
                    "email": f"p{at}{'x' * (slip == 2)}@example.com" if at % 3 else None,
                    "phone": f"+1202555{1000 + at + (slip == 1)}" if at % 2 else None,
                }
            )
    return pl.DataFrame(rows)


if __name__ == "__main__":
    warm()
