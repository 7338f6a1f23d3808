"""Whole runs over random tables, and their results as sets of rows."""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING, Literal
from unittest.mock import patch

import polars as pl

from sameas.engine.batch.run import resolve, resolve_files
from sameas.engine.policy import IdentifierType, Policy
from sameas.graph.model import Identifier, Judgement, RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from random import Random

    from sameas.engine.batch.result import Result

run_module = import_module("sameas.engine.batch.run")

KEY = bytes(range(16))
NOW = 1_700_000_000_000_000
COLUMNS = {
    "source": "source",
    "id": "record_id",
    "at": "event_time",
    "first": "first_seen",
    "withdrawn": "withdrawn",
    "message": "message_id",
    "user_id": "identifier:user_id",
    "email": "identifier:email",
    "sha256": "identifier:email_sha256",
    "phone": "identifier:phone",
    "cookie": "identifier:cookie",
    "first_name": "trait:first_name",
    "last_name": "trait:last_name",
    "plan": "trait:plan",
}
POLICY = Policy(
    identifiers=(
        IdentifierType("user_id", max_per_profile=1, max_fanout=3),
        IdentifierType("email", canonicaliser="email", max_per_profile=2, max_fanout=2),
        IdentifierType("email_sha256", canonicaliser="hash", max_per_profile=3),
        IdentifierType("phone", guard=True, max_fanout=3, max_records=6),
        IdentifierType("cookie", max_fanout=2, blocked=frozenset({"c9"})),
    ),
    duplicate_free=frozenset({"pos"}),
    max_component=14,
    columns=COLUMNS,
)
SCHEMA = dict.fromkeys(COLUMNS, pl.String)
HASHES = [sha256(email.encode()).hexdigest() for email in ("ann@x.io", "al@x.io", "zoe@x.io")]

Row = dict[str, str | None]


def row(r: Random) -> Row:
    """One row; a third of them events without a record id."""
    name = r.choice(({}, {"first_name": "Ann"}, {"first_name": "Bob"}, {"first_name": "A"}))
    found: Row = dict.fromkeys(COLUMNS)
    found.update(name)
    if name:
        found["last_name"] = "Smith"
    found["source"] = r.choice(("crm", "web", "pos"))
    found["id"] = r.choice((None, *"123456"))
    day = r.choice((1, 1, 2, 3, 4))
    found["at"] = f"2023-01-0{day}T00:00:00Z"
    if r.randrange(4) == 0:
        found["first"] = f"2022-12-0{r.choice((1, 2))}T00:00:00Z"
    if r.randrange(3) == 0:
        found["user_id"] = f"u{r.randrange(3)}"
    if r.randrange(2):
        found["email"] = r.choice(("ann@x.io", "ANN@x.io", "bob@x.io", "al@x.io", "broken"))
    if r.randrange(4) == 0:
        found["sha256"] = r.choice(HASHES)
    if r.randrange(3) == 0:
        found["phone"] = r.choice(("+12025550123", "(202) 555-0123", "+12025550199"))
    if r.randrange(3) == 0:
        found["cookie"] = f"c{r.choice((0, 1, 9))}"
    if r.randrange(3) == 0:
        found["plan"] = r.choice(("free", "paid"))
    return found


def rows(r: Random, most: int = 14) -> list[Row]:
    """One to `most` rows."""
    return [row(r) for _ in range(r.randrange(1, most + 1))]


def repeated(r: Random, some: Sequence[Row]) -> list[Row]:
    """Rows of which most are messages, and some of those come again: as they were, or later."""
    found: list[Row] = []
    for number, one in enumerate(some):
        sent = one | {"message": f"m{number}"} if r.randrange(3) else one
        found.append(sent)
        while found and r.randrange(2):
            again = r.choice(found)
            if again["message"] is not None:
                later: Row = {"at": "2023-01-09T00:00:00Z", "plan": "late"}
                found.append(again | (later if r.randrange(2) else {}))
    return found


def table(some: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(list(some), schema=SCHEMA)


def judgements(r: Random) -> list[Judgement]:
    """A few words on records, emails and users."""

    def one() -> RecordKey | Identifier:
        if r.randrange(2):
            return RecordKey(r.choice(("crm", "web", "pos")), r.choice("123456"))
        return r.choice(
            (
                Identifier("email", "ann@x.io"),
                Identifier("email", "bob@x.io"),
                Identifier("user_id", "u1"),
                Identifier("phone", "+12025550123"),
            )
        )

    found = []
    for number in range(r.randrange(4)):
        left, right = one(), one()
        if left != right:
            kind: Literal["same", "different"] = "same" if r.randrange(2) else "different"
            found.append(
                Judgement(f"j{number}", kind, frozenset({left}), frozenset({right}), r.randrange(3))
            )
    return found


@contextmanager
def clock(now: int = NOW) -> Iterator[None]:
    """Runs start at a known time."""
    with patch.object(run_module, "_now", lambda: now):
        yield


def run(tables: Sequence[Sequence[Row]], words: Sequence[Judgement] = ()) -> Result:
    """Resolve tables in memory."""
    with clock():
        return resolve(
            *map(table, tables),
            policy=POLICY,
            judgements=words,
            id_key=KEY,
            names=[f"t{at}" for at in range(len(tables))],
        )


def run_files(
    files: Sequence[Sequence[Row]],
    folder: Path,
    out: str,
    *,
    previous: str | None = None,
    append: bool = False,
    words: Path | None = None,
) -> Result:
    """Resolve CSV files into a folder."""
    paths = []
    for at, some in enumerate(files):
        path = folder / f"{out}-{at}.csv"
        table(some).write_csv(path)
        paths.append(path)
    with clock():
        return resolve_files(
            paths,
            folder / out,
            policy=POLICY,
            judgements=words,
            previous=None if previous is None else folder / previous,
            append=append,
            id_key=KEY,
        )


def rows_of(result: Result, name: str, *columns: str, drop: Sequence[str] = ()) -> list[str]:
    """One table as sorted rows, all columns or those named."""
    frame = result.table(name).drop(drop, strict=False)
    frame = frame.select(columns or sorted(frame.columns))
    return sorted(map(repr, frame.iter_rows()))


def partition_of(result: Result) -> list[list[tuple[str, str]]]:
    """Profiles as lists of record keys."""
    found: dict[str, list[tuple[str, str]]] = {}
    for source, record_id, profile in result.records.select(
        "source", "record_id", "profile_id"
    ).iter_rows():
        found.setdefault(profile, []).append((source, record_id))
    return sorted(sorted(one) for one in found.values())
