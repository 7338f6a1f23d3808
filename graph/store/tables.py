"""The tables of a store, declared once: every store makes them out of this, and holds no other.

Rows are immutable values. Nothing here is a rule of identity; what the numbers mean is said beside
them, and the engine keeps to it. One module, since it is the schema and is read as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

__all__ = [
    "BLOCK",
    "CARRYING",
    "CHANGE",
    "CLUSTER",
    "COMPONENT",
    "CROWD",
    "FURTHER",
    "IDENTIFIER",
    "INPUT",
    "ISSUED",
    "JUDGEMENT",
    "KEY",
    "LINK",
    "MEMBERSHIP",
    "MENTION",
    "META",
    "NAMING",
    "RECORD",
    "REPLY",
    "REVIEW",
    "SUPPRESSION",
    "TABLES",
    "VECTOR",
    "VECTOR_PAIR",
    "VOTE",
    "Block",
    "Carrying",
    "Change",
    "Cluster",
    "Component",
    "Crowd",
    "Further",
    "IdentifierRow",
    "Index",
    "Input",
    "Issued",
    "JudgementRow",
    "KeyRow",
    "Link",
    "Membership",
    "Mention",
    "Meta",
    "Naming",
    "RecordRow",
    "Reply",
    "Review",
    "Row",
    "Suppression",
    "Table",
    "Vector",
    "VectorPair",
    "Vote",
]


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row. Fields are integers, strings, bytes or None, in the order of the columns."""


RowType = TypeVar("RowType", bound=Row)


@dataclass(frozen=True, slots=True)
class Index:
    """Columns by which rows are found. Rows with None in the first column are not found by it."""

    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Table(Generic[RowType]):
    """A table: its rows' type, which columns are its key, by what else its rows are found."""

    name: str
    row: type[RowType]
    key: tuple[str, ...]
    indexes: tuple[Index, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in the order of the row's fields."""
        return self.row.__struct_fields__


class Meta(Row, frozen=True, gc=False):
    """A fact about the store: the format, the policy, the id key ..."""

    name: str
    value: str


class Input(Row, frozen=True, gc=False):
    """One row as it was sent, kept for good; the function is computed from these."""

    number: int
    """In the order of receipt."""
    record: int
    """The record that it speaks of."""
    source: str
    message_id: str | None
    event_time: int
    first_seen: int | None
    received: int
    content: bytes
    """What orders two inputs with one event time."""
    kind: int
    """0: a version with the source's record id, 1: an event, 2: a row known by its content,
    3: a withdrawal."""
    state: int
    """0: applied, 1: pending, 2: void, because its message was known from an earlier one."""
    payload: str | None
    """JSON: raw identifiers, traits; None: erased."""


class RecordRow(Row, frozen=True, gc=False):
    """The live version of a record, or what is left of one that was withdrawn."""

    number: int
    source: str
    record_id: str
    kind: int
    """0: record, 1: observation, 2: content."""
    live: int
    arrival: int
    """Its place in the order of arrivals; -1: withdrawn before it came."""
    incarnation: int
    withdrawn_at: int | None
    event_time: int
    first_seen: int
    last_seen: int
    count: int
    input: int
    """The input that its version came from; of an observation the last one."""
    traits: str
    """JSON object of strings."""
    trait_times: str | None
    component: int | None
    cluster: int | None
    """None, as `component`: withdrawn."""
    since: int | None = None
    """The position of the feed from which on it is in its cluster."""


class IdentifierRow(Row, frozen=True, gc=False):
    """A canonical identifier that some record carries or carried."""

    number: int
    type: str
    value: str
    standing: int
    """0: no live record carries it, 1: blocked, 2: its type does not link, 3: shared, 4: links."""
    component: int | None
    """The component of all its records; None: they lie in several, or it does not link."""


class Link(Row, frozen=True, gc=False):
    """A live record carries an identifier."""

    record: int
    identifier: int
    place: int
    """The group of a contested identifier; 0 the first, -1: cut by a judgement."""
    granted: int
    """1: the record's profile holds the identifier."""
    reason: str | None
    """JSON: [constraint, [against ...]]: why it was refused, or is not in the first group."""
    spelled: str | None
    """JSON: raw spellings, and further names that the record carries instead of the value."""


class Mention(Row, frozen=True, gc=False):
    """Some input of a record said an identifier that its live version does not carry.

    With the links it tells whose inputs must be read again when an identifier is suppressed. It may
    name more than that, never less.
    """

    record: int
    identifier: int
    """Negative: made of the keyed hash of a key, which an event of this record had before it lost
    identifiers to a suppression."""


class Component(Row, frozen=True, gc=False):
    """A connected piece of the graph."""

    number: int
    nodes: int
    cluster: int | None
    """The one profile that it is as a whole; None: it was resolved step by step."""
    summary: str | None
    """JSON: what the engine must know to let another record in without looking at all others."""
    level: int = 0
    """The step of the ladder at which it fits: which of its matches count. 0: all."""
    circles: str | None = None
    """JSON, where matches join it and it has no summary: its trait vectors, in sets between which
    no weight is above the cut. None: not known."""


class Cluster(Row, frozen=True, gc=False):
    """The records of one profile, whatever its id is at the moment."""

    number: int
    component: int
    profile: int
    """The number of the id that it has."""
    since: int = 0
    """The position of the feed from which on it has it."""


class Issued(Row, frozen=True, gc=False):
    """A profile id, ever issued."""

    number: int
    """In the order of issue."""
    id: str
    carrier: int | None
    """The record that carries it; None: gone."""
    since: int | None = None
    """The position of the feed from which on it does."""


class Membership(Row, frozen=True, gc=False):
    """A record was in a cluster, and is not any more."""

    record: int
    until: int
    """The first position of the feed at which it was not."""
    since: int
    cluster: int


class Naming(Row, frozen=True, gc=False):
    """A cluster had an id, and has not any more."""

    cluster: int
    until: int
    """The first position of the feed at which it had not."""
    since: int
    profile: int


class Carrying(Row, frozen=True, gc=False):
    """An id was carried by a record, and is not any more."""

    issued: int
    until: int
    """The first position of the feed at which it was not."""
    since: int
    carrier: int


class Change(Row, frozen=True, gc=False):
    """One entry of the change feed."""

    position: int
    time: int
    change: str
    profile: int
    """Number of the id that the entry is about."""
    other: int | None
    """merged: the id that it led to; split: the id that it came from."""
    detail: str | None
    """JSON: record numbers that came and went."""


class JudgementRow(Row, frozen=True, gc=False):
    """A word of the judgement ledger."""

    key: str
    kind: str
    left: str
    """JSON list of references."""
    right: str
    time: int
    author: str
    reason: str
    position: int
    """The feed position at which it was said."""
    retracted: int | None
    """The feed position at which it was taken back."""


class Further(Row, frozen=True, gc=False):
    """A record carries a digest, or an email in plain that this digest is a further name of."""

    record: int
    type: str
    value: str
    email: int
    """The email's identifier number; 0: the record carries the digest itself."""


class Suppression(Row, frozen=True, gc=False):
    """What must not be seen: a keyed hash of a record key or of an identifier."""

    digest: bytes
    kind: str
    time: int
    """Hidden where the event time is not after it."""
    position: int


class KeyRow(Row, frozen=True, gc=False):
    """An API key."""

    id: str
    digest: bytes
    name: str
    scopes: str
    """Separated by blanks."""
    source: str | None
    """The source that it is bound to."""
    created: int
    revoked: int | None


class Reply(Row, frozen=True, gc=False):
    """The answer that was given under an idempotency key."""

    key: str
    digest: bytes
    """Of the request."""
    status: int
    body: bytes
    time: int


class Vector(Row, frozen=True, gc=False):
    """Comparable values that some live records have in common: their trait vector."""

    number: int
    digest: bytes
    """Of the values: what the vector is found by."""
    values: str
    """JSON list of strings, in the order of the model's fields."""
    keys: bytes
    """Its blocking keys, 8 bytes each, the least byte first; ascending."""
    records: int
    """Live records that have it; at least one."""


class Vote(Row, frozen=True, gc=False):
    """A live record has a trait vector. Records with too few comparable values have none."""

    record: int
    vector: int


class Block(Row, frozen=True, gc=False):
    """A blocking key that live records have."""

    key: int
    records: int
    vectors: bytes
    """The numbers of the vectors that have it, 8 bytes each, ascending. Empty where so many
    records have the key that it proposes nobody: then they are in `crowd`."""


class Crowd(Row, frozen=True, gc=False):
    """A vector has a blocking key that so many records have that it proposes nobody."""

    key: int
    vector: int


class VectorPair(Row, frozen=True, gc=False):
    """Two vectors that share a blocking key, and whose weight is worth a look.

    The two may be one that several records have: then it is the weight between these.
    """

    low: int
    high: int
    weight: int
    """In 2**-20 bit."""


class Review(Row, frozen=True, gc=False):
    """Records of a pair of vectors lie in different profiles, and no judgement says so."""

    weight: int
    low: int
    high: int


META = Table("meta", Meta, ("name",))
INPUT = Table(
    "input",
    Input,
    ("number",),
    (Index(("message_id", "source")), Index(("record",))),
)
RECORD = Table(
    "record",
    RecordRow,
    ("number",),
    (
        Index(("record_id", "source"), unique=True),
        Index(("component", "cluster")),
    ),
)
IDENTIFIER = Table(
    "identifier",
    IdentifierRow,
    ("number",),
    (Index(("value", "type"), unique=True),),
)
LINK = Table("link", Link, ("record", "identifier"), (Index(("identifier",)),))
MENTION = Table("mention", Mention, ("record", "identifier"), (Index(("identifier",)),))
COMPONENT = Table("component", Component, ("number",))
CLUSTER = Table("cluster", Cluster, ("number",))
ISSUED = Table("issued", Issued, ("number",), (Index(("id",), unique=True), Index(("carrier",))))
MEMBERSHIP = Table("membership", Membership, ("record", "until"))
NAMING = Table("naming", Naming, ("cluster", "until"))
CARRYING = Table("carrying", Carrying, ("issued", "until"))
CHANGE = Table("change", Change, ("position",), (Index(("profile",)), Index(("other",))))
JUDGEMENT = Table("judgement", JudgementRow, ("key",))
FURTHER = Table(
    "further", Further, ("record", "type", "value", "email"), (Index(("value", "type")),)
)
SUPPRESSION = Table("suppression", Suppression, ("digest", "kind"))
KEY = Table("api_key", KeyRow, ("id",), (Index(("digest",), unique=True),))
REPLY = Table("reply", Reply, ("key",), (Index(("time",)),))
VECTOR = Table("vector", Vector, ("number",), (Index(("digest",), unique=True),))
VOTE = Table("vote", Vote, ("record",), (Index(("vector",)),))
BLOCK = Table("block", Block, ("key",))
CROWD = Table("crowd", Crowd, ("key", "vector"))
VECTOR_PAIR = Table("vector_pair", VectorPair, ("low", "high"), (Index(("high",)),))
REVIEW = Table("review", Review, ("weight", "low", "high"))

TABLES: tuple[Table[Row], ...] = (
    META,
    INPUT,
    RECORD,
    IDENTIFIER,
    LINK,
    MENTION,
    COMPONENT,
    CLUSTER,
    ISSUED,
    MEMBERSHIP,
    NAMING,
    CARRYING,
    CHANGE,
    JUDGEMENT,
    FURTHER,
    SUPPRESSION,
    KEY,
    REPLY,
    VECTOR,
    VOTE,
    BLOCK,
    CROWD,
    VECTOR_PAIR,
    REVIEW,
)  # type: ignore[assignment]  # a tuple of tables of different rows
