"""Random rows as sources send them, and the versions that the reference makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sameas.engine.batch.collect import Collector
from sameas.engine.policy import IdentifierType, Policy
from sameas.engine.read import IdentifierColumn, RawBatch
from sameas.graph.model import Identifier
from sameas.graph.versions import DAY, Version, observation_id, time_at_the_door
from sameas.matching.canonical import Options, canonicalise, hash_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from sameas.graph.model import Record

NOW = 100 * DAY
POLICY = Policy(
    identifiers=(
        IdentifierType("user_id", max_per_profile=1),
        IdentifierType("email", canonicaliser="email"),
        IdentifierType("email_sha256", canonicaliser="hash"),
        IdentifierType("email_md5", canonicaliser="hash"),
        IdentifierType("cookie"),
    )
)
EMAILS = ("ann@x.io", "ANN@x.io", "a.b@gmail.com", "ab+c@gmail.com", "ab@gmail.com", "nonsense")
_DIGESTS = {
    name: [text for column in columns for text in column.to_pylist() if text is not None]
    for name, columns in hash_columns(
        pa.array(["ann@x.io", "a.b@gmail.com", "ab+c@gmail.com"]),
        pa.array(["ann@x.io", "ab@gmail.com", "ab@gmail.com"]),
    ).items()
}


@dataclass(frozen=True)
class Row:
    """One row, raw."""

    source: str
    record_id: str | None
    event_time: int | None
    first_seen: int | None
    identifiers: tuple[tuple[str, str], ...]
    traits: tuple[tuple[str, str], ...]
    message_id: str | None
    withdrawn: bool

    @property
    def version(self) -> Version:
        """The row as the reference takes it."""
        options = Options(POLICY.default_region, POLICY.email_dots, POLICY.email_tags)
        kinds = {kind.name: kind for kind in POLICY.identifiers}
        found, also = set(), set()
        for name, text in self.identifiers:
            value = canonicalise(kinds[name].canonicaliser, text, options).value
            if value is None:
                continue
            found.add(Identifier(name, value))
            if name == "email":
                hashed = hash_columns(
                    pa.array([value, text], pa.string()), pa.array([value, value], pa.string())
                )
                for digest in ("email_sha256", "email_md5"):
                    for column in hashed[digest]:
                        also |= {
                            (Identifier(digest, one), Identifier(name, value))
                            for one in column.to_pylist()
                            if one is not None
                        }
        event_time = time_at_the_door(self.event_time, NOW)
        return Version(
            self.source,
            self.record_id,
            event_time,
            event_time if self.first_seen is None else self.first_seen,
            tuple(sorted(found)),
            self.identifiers,
            frozenset(also),
            dict(self.traits),
            self.message_id,
            self.withdrawn,
        )


def row(r: Random) -> Row:
    identifiers = set()
    if r.randrange(3) == 0:
        identifiers.add(("user_id", str(r.randrange(3))))
    if r.randrange(2):
        identifiers.add(("email", r.choice(EMAILS)))
    if r.randrange(3) == 0:
        identifiers.add(("cookie", str(r.randrange(2))))
    if r.randrange(4) == 0:
        name = r.choice(("email_sha256", "email_md5"))
        identifiers.add((name, r.choice(_DIGESTS[name])))
    traits = {}
    if r.randrange(2):
        traits["first_name"] = r.choice(("Ann", "Bob"))
    if r.randrange(3) == 0:
        traits["plan"] = r.choice(("free", "paid"))
    record_id = r.choice((None, None, "1", "2", "3"))
    time = r.choice((1, 1, 2, 2, 3, None, NOW + DAY, NOW + DAY + 1))
    return Row(
        r.choice(("crm", "web")),
        record_id,
        time,
        r.choice((None, None, 0, 2)),
        tuple(sorted(identifiers)),
        tuple(sorted(traits.items())),
        r.choice((None, None, "m1", "m2")),
        withdrawn=record_id is not None and r.randrange(5) == 0,
    )


def again(r: Random, one: Row) -> Row:
    """The row once more: as it was, in other words, at another time, or withdrawn."""
    turn = r.randrange(6)
    if turn == 0:
        return one
    if turn == 1:
        return replace(one, message_id="again")
    if turn == 2:
        return replace(one, traits=(("plan", r.choice(("free", "paid", "gift"))),), message_id=None)
    if turn == 3:
        return replace(one, event_time=r.choice((1, 2, 3)), message_id=None)
    record_id = one.record_id
    if record_id is None:
        record_id = observation_id(one.version.identifiers)
    return replace(
        one,
        record_id=record_id,
        event_time=r.choice((1, 2, 3)),
        identifiers=(),
        message_id=None,
        withdrawn=True,
    )


def some(r: Random, most: int = 10) -> list[Row]:
    """Up to `most` rows, and as many that say something of them once more."""
    found = [row(r) for _ in range(r.randrange(most + 1))]
    return found + [again(r, r.choice(found)) for _ in found]


def batch(rows: Sequence[Row]) -> RawBatch:
    """Rows as a reader hands them over."""
    columns = [
        IdentifierColumn(
            kind.name,
            kind.name,
            pa.array([dict(one.identifiers).get(kind.name) for one in rows], pa.string()),
        )
        for kind in POLICY.identifiers
    ]
    names = sorted({name for one in rows for name, _ in one.traits})
    return RawBatch(
        pa.array([one.source for one in rows], pa.string()),
        pa.array([one.record_id for one in rows], pa.string()),
        pa.array([one.event_time for one in rows], pa.int64()),
        pa.array([one.first_seen for one in rows], pa.int64()),
        pa.array([one.message_id for one in rows], pa.string()),
        np.array([one.withdrawn for one in rows], dtype=bool),
        tuple(columns),
        {
            name: pa.array([dict(one.traits).get(name) for one in rows], pa.string())
            for name in names
        },
        np.arange(1, len(rows) + 1, dtype=np.int64),
    )


def collected(batches: Sequence[Sequence[Row]], *, hash_bits: int = 64) -> Collector:
    """Rows in batches, taken in."""
    rows = Collector(POLICY, now=NOW, hash_bits=hash_bits)
    for one in batches:
        rows.add(batch(one), file="rows.csv")
    return rows


def plain(records: Sequence[Record]) -> dict[tuple[str, str], tuple[object, ...]]:
    """Records by key, each as what the fast path can show of it."""
    hashed = {one for record in records for one in record.identifiers if one.type != "email"}
    return {
        (one.key.source, one.key.record_id): (
            one.event_time,
            one.first_seen,
            one.last_seen,
            one.count,
            one.kind,
            one.identifiers,
            {name: value for name, value in one.traits.items() if value},
        )
        for one in records
    } | {
        ("also", ""): tuple(sorted({pair for r in records for pair in r.also if pair[0] in hashed}))
    }
