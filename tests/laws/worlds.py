"""Random small worlds: records, judgements, matches and policies that get in each other's way.

Values come from tiny alphabets, so that every rule is met often: sharing, contests, ties, limits,
guards, components at their limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from sameas.engine.evidence import BIT, GivenMatches
from sameas.engine.policy import IdentifierType, Policy
from sameas.graph.model import Identifier, Judgement, Match, Record, RecordKey

NAMES = (
    None,
    {"first_name": "Ann", "last_name": "Smith"},
    {"first_name": "A", "last_name": "Smith"},
    {"first_name": "Bob", "last_name": "Smith"},
    {"first_name": "Carla", "last_name": "Gomez"},
    {"full_name": "Smith Ann"},
)
SOURCES = ("crm", "web", "pos")
TYPES = ("user_id", "email", "phone", "cookie", "email_sha256", "segment")


@dataclass(frozen=True)
class World:
    """One input of the function."""

    records: tuple[Record, ...]
    policy: Policy
    judgements: tuple[Judgement, ...] = ()
    matches: tuple[Match, ...] = ()
    edge_threshold: int = 0
    cut: int = 0
    notes: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def evidence(self) -> GivenMatches:
        return GivenMatches(self.matches, edge_threshold=self.edge_threshold, cut=self.cut)


def limits(*choices: int) -> st.SearchStrategy[int | None]:
    return st.sampled_from([None, *choices])


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    kinds = []
    for name in TYPES:
        kinds.append(
            IdentifierType(
                name,
                "hash" if name == "email_sha256" else "exact",
                links=name != "segment" and draw(st.integers(0, 19)) != 0,
                max_per_profile=1 if name == "user_id" else draw(limits(1, 2, 3)),
                max_fanout=draw(limits(1, 2, 3)),
                max_records=draw(limits(2, 4, 5)),
                guard=name == "phone" or draw(st.integers(0, 9)) == 0,
                blocked=frozenset(draw(st.sampled_from([(), (), ("1",), ("2",)]))),
                blocked_patterns=draw(st.sampled_from([(), (), (), ("[34]",)])),
            )
        )
    return Policy(
        identifiers=tuple(kinds),
        on_conflict=draw(st.sampled_from(["oldest", "newest"])),
        max_component=draw(st.sampled_from([10_000, 10_000, 4, 7, 12])),
        exclusive=draw(st.sampled_from([(), (), ("birth_date",)])),
        duplicate_free=frozenset(draw(st.sampled_from([(), (), ("crm",), ("crm", "web")]))),
    )


def digest(email: str) -> Identifier:
    return Identifier("email_sha256", f"h{email}")


@st.composite
def records(draw: st.DrawFn, key: RecordKey) -> Record:
    found: set[Identifier] = set()
    for name in TYPES[:4]:
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
            found.add(Identifier(name, str(draw(st.integers(0, 4)))))
    if draw(st.integers(0, 3)) == 0:
        found.add(digest(str(draw(st.integers(0, 5)))))
    if draw(st.integers(0, 3)) == 0:
        found.add(Identifier("segment", str(draw(st.integers(0, 2)))))
    first = draw(st.integers(0, 3))
    traits = dict(draw(st.sampled_from(NAMES)) or {})
    if draw(st.booleans()):
        traits["birth_date"] = draw(st.sampled_from(["1990", " 1990", "1991", ""]))
    return Record(
        key,
        first + draw(st.integers(0, 2)),
        first,
        tuple(sorted(found)),
        traits,
        kind=draw(st.sampled_from(["record", "record", "observation"])),
        also=frozenset((digest(i.value), i) for i in found if i.type == "email"),
    )


@st.composite
def references(draw: st.DrawFn, keys: list[RecordKey]) -> RecordKey | Identifier:
    if draw(st.integers(0, 2)):
        return draw(st.sampled_from(keys))
    return Identifier(draw(st.sampled_from(TYPES[:5])), str(draw(st.integers(0, 4))))


@st.composite
def judgements(draw: st.DrawFn, keys: list[RecordKey], number: int) -> Judgement:
    wide = draw(st.integers(0, 3)) == 0
    many = st.frozensets(references(keys), min_size=1, max_size=3 if wide else 1)
    left = draw(many)
    right = draw(many) - left
    if not right:
        right = frozenset({RecordKey("nowhere", "0")})
    return Judgement(
        f"j{number}",
        draw(st.sampled_from(["same", "different"])),
        left,
        right,
        draw(st.integers(0, 3)),
    )


@st.composite
def worlds(
    draw: st.DrawFn,
    *,
    max_records: int = 10,
    with_judgements: bool = True,
    with_matches: bool = True,
) -> World:
    size = draw(st.integers(0, max_records))
    keys = [RecordKey(SOURCES[place % 3], str(place // 3)) for place in range(size + 1)]
    found = tuple(draw(records(key)) for key in keys[:size])
    words: list[Judgement] = []
    if with_judgements and draw(st.booleans()):
        words = [draw(judgements(keys, number)) for number in range(draw(st.integers(1, 4)))]
    pairs: list[Match] = []
    if with_matches and size > 1 and draw(st.booleans()):
        weight = st.integers(-6, 12).map(lambda bits: bits * BIT // 2)
        for _ in range(draw(st.integers(1, 8))):
            left, right = draw(st.sampled_from(keys)), draw(st.sampled_from(keys))
            if left != right:
                pairs.append(Match(left, right, draw(weight)))
    return World(
        found,
        draw(policies()),
        tuple(words),
        tuple(pairs),
        edge_threshold=draw(st.sampled_from([0, BIT, -BIT])),
        cut=draw(st.sampled_from([0, BIT])),
    )
