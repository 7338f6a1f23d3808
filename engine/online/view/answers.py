"""What reading answers: plain values whose field names are those of the API.

One module: only data lives here, and the values name each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "ChangeEntry",
    "Edge",
    "EdgeKind",
    "Export",
    "FieldEvidence",
    "Found",
    "Graph",
    "History",
    "Hit",
    "IdEvent",
    "IdentifierView",
    "IdentifiersPage",
    "InputView",
    "JudgementView",
    "LinkView",
    "Matched",
    "Node",
    "Profile",
    "RecordView",
    "RecordsPage",
    "Refused",
    "Rejected",
    "ReviewItem",
    "ReviewPage",
    "ReviewSide",
    "Search",
    "Status",
    "Trait",
    "TraitValue",
]

Status = Literal["linked", "contested", "shared", "blocked", "unlinked", "unknown", "rejected"]
LinkStatus = Literal["linked", "refused", "shared", "blocked", "unlinked"]
EdgeKind = Literal["link", "match", "same", "different"]
ReviewKind = Literal["near", "refused"]


class Found(msgspec.Struct, frozen=True):
    """What looking an identifier up answers."""

    identifier: str
    """`type:value`, canonical; of a rejected value as it was asked."""
    status: Status
    """As in docs/output.md; `unknown`: no live record carries it; `rejected`: it has no canonical
    form."""
    profile_id: str | None
    """Of a contested identifier its home."""
    others: tuple[str, ...] = ()
    """The other profiles that hold a contested identifier, in the order of its groups."""
    reason: str | None = None
    """Why it was rejected."""


class TraitValue(msgspec.Struct, frozen=True):
    """What one record says of a trait."""

    record: str
    value: str | None
    """None: it lacks it, and was chosen for other traits of the group."""


class Trait(msgspec.Struct, frozen=True):
    """A golden trait and where it comes from."""

    value: str | None
    winners: tuple[TraitValue, ...]
    """The record that it came from; of a union one for each of its values."""
    losers: tuple[TraitValue, ...]
    """The records that hold another value, in order of key."""


class Profile(msgspec.Struct, frozen=True):
    """One person."""

    id: str
    asked_id: str | None
    """The id that was asked for, if it is an earlier one that leads here."""
    ids: tuple[str, ...]
    """All that lead here, in the order of issue."""
    traits: dict[str, Trait]
    records: int
    identifiers: int
    """How many are granted to it; at a past time how many its records carried."""
    first_seen: int
    last_seen: int
    as_of: int | None = None
    """The commit time that it is told for; None: now."""


class Refused(msgspec.Struct, frozen=True):
    """What kept a record from the profile that an identifier answers with."""

    record: str
    identifier: str
    constraint: str
    against: tuple[str, ...]
    profile_id: str | None
    """The profile that it was kept from; None: there is none."""


class Rejected(msgspec.Struct, frozen=True):
    """A value that could not be used."""

    type: str
    value: str
    reason: str
    input: int
    """The number of the input that brought it."""


class LinkView(msgspec.Struct, frozen=True):
    """One identifier of a record."""

    identifier: str
    status: LinkStatus
    """`linked`: the record's profile holds it; `refused`: it does not."""
    place: int
    """The group of a contested identifier, 0 the first; -1: cut by a judgement."""
    raw: tuple[str, ...] = ()
    """Spellings in which it was sent, those that are not the canonical one."""
    refused: Refused | None = None
    """Why the record is not in the identifier's home."""


class RecordView(msgspec.Struct, frozen=True):
    """The live version of a record."""

    number: str
    """What the feed calls it: `r` and a number."""
    record: str
    source: str
    record_id: str
    kind: str
    event_time: int
    first_seen: int
    last_seen: int
    count: int
    arrival: int
    traits: dict[str, str]
    trait_times: dict[str, int]
    """Of an observation: when each was said, where it is not the event time."""
    identifiers: tuple[LinkView, ...]
    rejected: tuple[Rejected, ...]


class RecordsPage(msgspec.Struct, frozen=True):
    """Some records of a profile, in the order of their numbers."""

    profile_id: str
    asked_id: str | None
    items: tuple[RecordView, ...]
    next: str | None
    """What to go on after; None: these were the last."""


class IdentifierView(msgspec.Struct, frozen=True):
    """An identifier that records of a profile carry."""

    identifier: str
    type: str
    value: str
    status: Status
    held: bool
    """It is granted to this profile."""
    profile_id: str | None
    """What looking it up answers."""
    records: int
    """How many records of this profile carry it."""
    raw: tuple[str, ...]
    refused: tuple[Refused, ...]
    """Links of this profile's records to an identifier that answers with another one."""


class IdentifiersPage(msgspec.Struct, frozen=True):
    """Some identifiers of a profile, by rank of type, then value."""

    profile_id: str
    asked_id: str | None
    items: tuple[IdentifierView, ...]
    next: str | None


class ChangeEntry(msgspec.Struct, frozen=True):
    """One entry of the change feed.

    - `created`: the profile is new, with `records`;
    - `updated`: `records` came or changed, `gone` were withdrawn;
    - `merged`: all that was in `other_id` is in it now, but what is `gone`;
    - `split`: `records` that were in `other_id` are in it now;
    - `removed`: nothing is left of it, its last records are `gone`.
    """

    position: int
    time: int
    change: str
    profile_id: str
    other_id: str | None = None
    records: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class IdEvent(msgspec.Struct, frozen=True):
    """What happened to a profile id.

    `created`; `merged_into`: it leads to `other_id` from now on; `merged`: `other_id` leads to it;
    `split_from`: records that were `other_id`'s have it now; `split`: records of its profile have
    `other_id` now; `removed`: it is gone.
    """

    id: str
    event: str
    position: int
    time: int
    other_id: str | None = None


class History(msgspec.Struct, frozen=True):
    """What became of a profile."""

    id: str | None
    """The id that it has now; None: it is gone."""
    asked_id: str | None
    ids: tuple[str, ...]
    """All that lead to it, in the order of issue."""
    life: tuple[IdEvent, ...]
    """What happened to these ids, in the order of the feed."""
    entries: tuple[ChangeEntry, ...]
    next: int | None
    """The position to go on after; None: these were the last."""


class Node(msgspec.Struct, frozen=True):
    """A record or an identifier."""

    id: str
    """Its reference."""
    kind: Literal["record", "identifier"]
    status: str
    """Of an identifier as in docs/output.md; of a record how it got its key."""
    profile_id: str | None
    """Of a record its profile; of an identifier the one that it answers with."""


class FieldEvidence(msgspec.Struct, frozen=True):
    """What one field adds to the weight of two records, in bits."""

    field: str
    left: str
    right: str
    level: str
    """How the two values compare; `missing`: a side has none."""
    weight: float
    rarity: float
    """The part of it that is due to the shared value being rare, or common."""


class ReviewSide(msgspec.Struct, frozen=True):
    """One of two profiles, by the record that speaks for it."""

    profile_id: str
    record: str
    traits: dict[str, str]
    identifiers: tuple[str, ...]


class ReviewItem(msgspec.Struct, frozen=True):
    """Two profiles that somebody should look at."""

    id: str
    kind: ReviewKind
    """`near`: the evidence alone is not enough. `refused`: a constraint keeps them apart."""
    weight: float
    """Of the two records, in bits."""
    probability: float | None
    """That they are one person, by the model."""
    left: ReviewSide
    right: ReviewSide
    constraint: str | None = None
    against: tuple[str, ...] = ()
    fields: tuple[FieldEvidence, ...] = ()


class ReviewPage(msgspec.Struct, frozen=True):
    """Some of the queue, the likeliest first."""

    items: tuple[ReviewItem, ...]
    next: str | None
    """Send it as `after` to go on; null: that was all."""


class Edge(msgspec.Struct, frozen=True):
    """A link, a match, or a judgement on two references that are both there."""

    source: str
    """A record; of a judgement whatever it names on its left."""
    target: str
    kind: EdgeKind
    status: str
    """Of a link as in docs/output.md, a match likewise; of a judgement `said`."""
    place: int | None = None
    constraint: str | None = None
    against: tuple[str, ...] = ()
    judgement: str | None = None
    """The key of the judgement."""
    weight: float | None = None
    """Of a match, in bits."""
    fields: tuple[FieldEvidence, ...] = ()
    """Of a match: what each field adds to it."""


class Graph(msgspec.Struct, frozen=True):
    """The evidence of one profile, and what it was kept from."""

    profile_id: str
    asked_id: str | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    truncated: bool
    """There are more nodes than were asked for."""

    def networkx(self) -> nx.MultiGraph[str]:
        """The same for networkx; attributes of nodes and edges are the fields."""
        import networkx as nx

        graph: nx.MultiGraph[str] = nx.MultiGraph(profile_id=self.profile_id)
        for node in self.nodes:
            graph.add_node(node.id, **{k: v for k, v in _fields(node).items() if k != "id"})
        for edge in self.edges:
            rest = {k: v for k, v in _fields(edge).items() if k not in ("source", "target")}
            graph.add_edge(edge.source, edge.target, **rest)
        return graph


def _fields(one: msgspec.Struct) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


class Matched(msgspec.Struct, frozen=True):
    """What of a profile was found."""

    kind: Literal["profile", "record", "identifier", "trait"]
    name: str
    """The identifier's type, the trait, or the record's source."""
    value: str
    record: str | None = None
    """The record that says so."""


class Hit(msgspec.Struct, frozen=True):
    """A profile that was found."""

    profile_id: str
    matched: tuple[Matched, ...]


class Search(msgspec.Struct, frozen=True):
    """Profiles, the best first."""

    hits: tuple[Hit, ...]
    truncated: bool
    """There may be more."""


class InputView(msgspec.Struct, frozen=True):
    """One row as it was sent."""

    number: int
    record: str
    kind: str
    state: str
    """`applied`; `pending`: it takes effect later; `void`: its message was known."""
    message_id: str | None
    event_time: int
    first_seen: int | None
    received: int
    identifiers: tuple[tuple[str, str], ...]
    traits: dict[str, str]
    rejected: tuple[Rejected, ...]
    erased: bool


class JudgementView(msgspec.Struct, frozen=True):
    """A word of the judgement ledger."""

    key: str
    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    time: int
    author: str
    reason: str
    position: int
    retracted: int | None


class Export(msgspec.Struct, frozen=True):
    """All that is held on a person."""

    profile: Profile | None
    """None: its id is gone; what was withdrawn is still held."""
    records: tuple[RecordView, ...]
    withdrawn: tuple[str, ...]
    """References of records that were withdrawn from this profile; their inputs are held."""
    identifiers: tuple[IdentifierView, ...]
    inputs: tuple[InputView, ...]
    judgements: tuple[JudgementView, ...]
    history: History
