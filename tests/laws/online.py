"""Random histories for the online engine, and what its store says beside what the oracle says."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from sameas.engine import reference
from sameas.engine.judgements import verdicts
from sameas.engine.online.events import Event, Withdrawal
from sameas.engine.online.loading import load_state
from sameas.engine.online.matches.apart import Lookout
from sameas.engine.online.matches.vectors import vector_from
from sameas.engine.online.rules import LINKED, Rules
from sameas.engine.online.unit import Unit
from sameas.engine.reference.links import aliases
from sameas.engine.reference.matches import ModelEvidence
from sameas.graph.model import Identifier, Judgement, RecordKey
from sameas.graph.store import tables as t
from sameas.graph.versions import Version
from sameas.matching.canonical import hash_names
from tests.engine.online.plain_store import PlainStore
from tests.laws import worlds
from tests.laws.worlds import NAMES, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from sameas.engine.evidence import Vector
    from sameas.engine.policy import Policy
    from sameas.graph.model import Record, Ref
    from tests.laws.toy import Toy

__all__ = ["History", "Kept", "Plain", "kept", "nearby", "oracle", "policy"]


class Plain(PlainStore):
    """Snapshots and commits of several threads, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def commit(self, changes: Any, /) -> None:
        with self._lock:
            super().commit(changes)

    @contextmanager
    def snapshot(self) -> Iterator[PlainStore]:
        copy = PlainStore()
        with self._lock:
            copy.rows = {name: dict(rows) for name, rows in self.rows.items()}
        yield copy


def policy(r: Random, *, calm: bool = False) -> Policy:
    """A policy of limits that get in the way, or of hardly any."""
    found = worlds.policy(r)
    kinds = []
    for kind in found.identifiers:
        if kind.name == "email_sha256":  # no address is blocked by its hash
            kind = replace(kind, blocked=frozenset(), blocked_patterns=())  # noqa: PLW2901
        if calm:
            kind = replace(kind, max_fanout=None, max_records=9, guard=False)  # noqa: PLW2901
            if kind.name != "user_id":
                kind = replace(kind, max_per_profile=None)  # noqa: PLW2901
        kinds.append(kind)
    if calm:
        found = replace(found, max_component=40, exclusive=(), duplicate_free=frozenset())
    # under another one every input is read again; nothing of what is sent here reads otherwise
    dots = found.on_conflict == "oldest"
    return replace(found, identifiers=tuple(kinds), email_dots=dots)


def nearby(r: Random, found: Policy) -> Policy:
    """A policy that differs in one thing, and reads inputs as the one that is given."""
    if r.randrange(5) == 0:
        return replace(found, max_component=r.choice((10_000, 4, 7, 12, 20)))
    kinds = list(found.identifiers)
    at = r.randrange(len(kinds))
    change: dict[str, Any] = r.choice(
        (
            {"links": not kinds[at].links},
            {"max_per_profile": r.choice((None, 1, 2, 3))},
            {"max_fanout": r.choice((None, 1, 2, 3))},
            {"max_records": r.choice((None, 2, 4, 5))},
            {"guard": not kinds[at].guard},
            {"blocked": frozenset(r.choice(((), ("1",), ("2",))))},
        )
    )
    if "blocked" in change and kinds[at].name == "email_sha256":
        change = {"guard": not kinds[at].guard}  # no address is blocked by its hash
    kinds[at] = replace(kinds[at], **change)
    return replace(found, identifiers=tuple(kinds))


STATUSES = ("absent", "blocked", "unlinked", "shared", "linked")


@dataclass
class History:
    """What was said so far."""

    policy: Policy
    versions: list[Version] = field(default_factory=list)
    judgements: dict[str, Judgement] = field(default_factory=dict)
    model: Toy | None = None
    values: int = 4
    """How many there are of each type. With more than 4 rows say less and join more: no digests,
    hardly a name."""

    @property
    def calm(self) -> bool:
        """Whether little gets in the way."""
        return self.values > 4

    def event(self, r: Random) -> Event:
        """A row: new, again, late or early."""
        if self.versions and r.randrange(8) == 0:
            old = r.choice(self.versions)
            if not old.withdrawn:
                return self.said(old)
        identifiers = [
            self.identifier(r)
            for _ in range(r.choice((1, 2, 3, 4) if self.calm else (1, 1, 2, 2, 3)))
        ]
        traits = {} if self.calm and r.randrange(8) else dict(r.choice(NAMES))
        if not self.calm and r.randrange(4) == 0:
            traits["birth_date"] = r.choice(("1990-01-01", "1991-02-02"))
        if self.model is not None:
            traits = self.traits(r)
        return Event(
            r.choice(SOURCES),
            identifiers,
            traits,
            str(r.randrange(8)) if r.randrange(3) else None,
            r.randrange(12),
            r.choice((None, None, r.randrange(12))),
            f"m{r.randrange(40)}" if r.randrange(6) == 0 else None,
        )

    def traits(self, r: Random) -> dict[str, str]:
        """What may be compared, from few values: many records have one vector."""
        if r.randrange(3) == 0:
            return {**NAMES[1], "birth_date": "1990-01-01", "city": "Rome"}
        found = dict(r.choice(NAMES))
        if r.randrange(3):
            found["birth_date"] = r.choice(("1990-01-01", "1991-02-02"))
        if r.randrange(3):
            found["city"] = r.choice(("Rome", "Oslo", "Bonn"))
        return found if r.randrange(5) else {}

    def identifier(self, r: Random) -> tuple[str, str]:
        """Type and raw value, from few; a hashed email is one of an email that may be there."""
        kinds = [one.name for one in self.policy.identifiers]
        kind = r.choice([name for name in kinds if not self.calm or not name.startswith("email_")])
        value = str(r.randrange(self.values))
        if kind in hash_names("", ""):
            (value,) = hash_names(value, value)[kind]
        return kind, value

    @staticmethod
    def said(old: Version) -> Event:
        return Event(
            old.source,
            old.raw,
            old.traits,
            old.record_id,
            old.event_time,
            old.first_seen,
            old.message_id,
        )

    def further(self, row: Event) -> frozenset[tuple[Identifier, Identifier]]:
        """The digests of a row's emails, as the oracle takes them."""
        types = {one.name for one in self.policy.identifiers}
        return frozenset(
            (Identifier(kind, digest), Identifier("email", value))
            for name, value in row.identifiers
            if name == "email"
            for kind, digests in hash_names(value, value).items()
            if kind in types
            for digest in digests
        )

    def withdrawal(self, r: Random) -> Withdrawal:
        """Of a record that may be there."""
        old = r.choice(self.versions)
        record_id = old.record_id or (
            reference.live_records([old])[0].key.record_id if old.identifiers else "9"
        )
        return Withdrawal(old.source, record_id, r.choice((old.event_time, r.randrange(14))))

    def judgement(self, r: Random) -> Judgement:
        """On one or two things a side."""

        def side() -> frozenset[Ref]:
            found: list[Ref] = []
            for _ in range(r.choice((1, 1, 2))):
                if r.randrange(3):
                    found.append(RecordKey(r.choice(SOURCES), str(r.randrange(8))))
                else:
                    found.append(Identifier(*self.identifier(r)))
            return frozenset(found)

        key = f"j{len(self.judgements)}_{r.randrange(1_000_000)}"
        kind: Literal["same", "different"] = r.choice(("same", "different"))
        left = side()
        right = side() - left or frozenset({RecordKey("nowhere", "0")})
        return Judgement(key, kind, left, right, r.randrange(5), "t", "")

    def heard(self, row: Event | Withdrawal) -> None:
        """Keep a row for the oracle, too."""
        rules = Rules(self.policy)
        if isinstance(row, Withdrawal):
            assert row.event_time is not None
            self.versions.append(Version(row.source, row.record_id, row.event_time, withdrawn=True))
            return
        assert row.event_time is not None
        found = [
            Identifier(kind, value)
            for kind, raw in row.identifiers
            if (value := rules.canonical(rules.place[kind], raw).value) is not None
        ]
        self.versions.append(
            Version(
                row.source,
                row.record_id,
                row.event_time,
                row.first_seen,
                tuple(found),
                tuple(row.identifiers),
                self.further(row),
                dict(row.traits),
                row.message_id,
            )
        )


@dataclass(frozen=True)
class Kept:
    """A partition, as both can tell it."""

    profiles: frozenset[frozenset[RecordKey]]
    granted: frozenset[tuple[RecordKey, Identifier]]
    standing: dict[Identifier, str]
    refused: frozenset[tuple[str, str, str, tuple[str, ...]]]
    matches: frozenset[tuple[str, str, str, tuple[str, ...]]] = frozenset()
    """Those that were refused."""
    review: frozenset[tuple[int, Vector, Vector]] = frozenset()
    """Pairs of vectors that somebody should look at, with their weight."""


def in_order(left: str, right: str) -> tuple[str, str]:
    """Two records, the lesser key first."""
    return (left, right) if RecordKey.parse(left) < RecordKey.parse(right) else (right, left)


def oracle(history: History) -> Kept:
    """What the slow function says."""
    records = reference.live_records(history.versions)
    evidence = None if history.model is None else ModelEvidence(records, history.model)
    found = reference.resolve(records, history.policy, list(history.judgements.values()), evidence)
    joins = {kind.name for kind in history.policy.identifiers if kind.links}
    return Kept(
        found.profiles,
        found.granted,
        {
            one: standing.status if standing.status in ("shared", "blocked") else "linked"
            for one, standing in found.identifiers.items()
            if standing.status == "blocked" or one.type in joins
        },
        frozenset(
            (left, right, constraint, against)
            for kind, left, right, constraint, against in found.refused
            if kind == "link"
        ),
        frozenset(
            (*in_order(left, right), constraint, against)
            for kind, left, right, constraint, against in found.refused
            if kind == "match"
        ),
        to_review(records, found, history),
    )


def to_review(
    records: Sequence[Record], found: reference.Partition, history: History
) -> frozenset[tuple[int, Vector, Vector]]:
    """The queue, by its definition."""
    if history.model is None:
        return frozenset()
    evidence = ModelEvidence(records, history.model)
    settled = verdicts(history.judgements.values(), aliases(records))
    home = {key: profile for profile in found.profiles for key in profile}
    members: dict[frozenset[RecordKey], set[Ref]] = {one: set(one) for one in found.profiles}
    for key, one in found.granted:
        members[home[key]].add(one)
    having: dict[Any, list[RecordKey]] = defaultdict(list)
    for record in records:
        having[evidence.vector(record.key)].append(record.key)
    return frozenset(
        (weight, left, right)
        for left, right, weight in evidence.pairs()
        if weight >= history.model.review_threshold
        and any(
            home[one] != home[other]
            and settled.apart(members[home[one]], members[home[other]]) is None
            for one in having[left]
            for other in having[right]
        )
    )


def kept(store: Any, policy: Policy) -> Kept:
    """What the store holds."""
    vectors = {row.number: vector_from(row.values) for row in store.scan(t.VECTOR)}
    records = {row.number: row for row in store.scan(t.RECORD) if row.live}
    keys = {number: RecordKey(row.source, row.record_id) for number, row in records.items()}
    identifiers = {row.number: row for row in store.scan(t.IDENTIFIER)}
    profiles: dict[int, set[RecordKey]] = defaultdict(set)
    for number, row in records.items():
        profiles[row.cluster].add(keys[number])
    granted = set()
    refused = set()
    links = list(store.scan(t.LINK))
    homes = _homes(links, records, policy)
    for link in links:
        row = identifiers[link.identifier]
        one = Identifier(row.type, row.value)
        if row.standing != LINKED:
            continue
        if link.granted:
            granted.add((keys[link.record], one))
        if records[link.record].cluster != homes.get(row.number):
            constraint, against = msgspec.json.decode(link.reason) if link.reason else ("?", [])
            refused.add((keys[link.record].ref, one.ref, constraint, tuple(against)))
    return Kept(
        frozenset(map(frozenset, profiles.values())),
        frozenset(granted),
        {
            Identifier(row.type, row.value): STATUSES[row.standing]
            for row in identifiers.values()
            if row.standing in (1, 3, 4)
        },
        frozenset(refused),
        refused_matches(store),
        frozenset(
            (row.weight, *sorted((vectors[row.low], vectors[row.high])))
            for row in store.scan(t.REVIEW)
        ),
    )


def refused_matches(store: Any) -> frozenset[tuple[str, str, str, tuple[str, ...]]]:
    """The matches that the store says were refused."""
    state = load_state(store)
    if state.rules.matcher is None:
        return frozenset()
    lookout = Lookout(Unit(store), state)
    return frozenset(
        (
            RecordKey(one.left.source, one.left.record_id).ref,
            RecordKey(one.right.source, one.right.record_id).ref,
            *refusal,
        )
        for one in lookout.of({row.number for row in store.scan(t.VECTOR)})
        if (refusal := lookout.refusal(one)) is not None
    )


def _homes(links: list[t.Link], records: dict[int, t.RecordRow], policy: Policy) -> dict[int, int]:
    turn = -1 if policy.on_conflict == "newest" else 1

    def order(link: t.Link) -> tuple[int, int, str, str]:
        row = records[link.record]
        return (link.place, turn * row.first_seen, row.source, row.record_id)

    homes: dict[int, int] = {}
    for link in sorted((x for x in links if x.granted and x.place >= 0), key=order):
        cluster = records[link.record].cluster
        assert cluster is not None
        homes.setdefault(link.identifier, cluster)
    return homes
