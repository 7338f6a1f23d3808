"""Random small worlds: records, judgements, matches and policies that get in each other's way.

Values come from tiny alphabets, so that every rule is met often: sharing, contests, ties, limits,
guards, components at their limit. A world is made by a `random.Random`: one of hypothesis, whose
choices it can shrink, or one with a seed, which is fast and the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Literal

from hypothesis import strategies as st

from sameas.engine.evidence import BIT, MAX_VECTORS, GivenMatches
from sameas.engine.policy import IdentifierType, Policy
from sameas.engine.reference.matches import ModelEvidence
from sameas.graph.model import Identifier, Judgement, Match, Record, RecordKey
from tests.laws.matchers import ToyMatcher, toy_matcher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.evidence import Evidence

NAMES: tuple[dict[str, str], ...] = (
    {},
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
    scored: ToyMatcher | GivenMatches | None = None
    max_vectors: int = MAX_VECTORS

    @property
    def evidence(self) -> Evidence | None:
        """What matching says of these records."""
        if isinstance(self.scored, ToyMatcher):
            return ModelEvidence(self.records, self.scored)
        return self.scored

    def without(self, *, record: int | None = None) -> World:
        """The same world with one record less."""
        kept = tuple(one for at, one in enumerate(self.records) if at != record)
        return replace(self, records=kept)


def policy(r: Random) -> Policy:
    """Limits from the range in which small worlds break them."""
    kinds = [
        IdentifierType(
            name,
            "hash" if name == "email_sha256" else "exact",
            links=name != "segment" and r.randrange(20) != 0,
            max_per_profile=1 if name == "user_id" else r.choice((None, 1, 2, 3)),
            max_fanout=r.choice((None, None, 1, 2, 3)),
            max_records=r.choice((None, None, 2, 4, 5)),
            guard=name == "phone" or r.randrange(10) == 0,
            blocked=frozenset(r.choice(((), (), ("1",), ("2",)))),
            blocked_patterns=r.choice(((), (), (), ("[34]",))),
        )
        for name in TYPES
    ]
    return Policy(
        identifiers=tuple(kinds),
        on_conflict=r.choice(("oldest", "newest")),
        max_component=r.choice((10_000, 10_000, 10_000, 4, 7, 12, 20)),
        exclusive=r.choice(((), (), ("birth_date",), ("birth_date", "city"))),
        duplicate_free=frozenset(r.choice(((), (), ("crm",), ("crm", "web")))),
    )


def digest(email: str) -> Identifier:
    return Identifier("email_sha256", f"h{email}")


def identifier(r: Random, values: int) -> Identifier:
    kind = r.choice(TYPES)
    value = str(r.randrange(values))
    return digest(value) if kind == "email_sha256" else Identifier(kind, value)


def record(r: Random, key: RecordKey, *, values: int, times: int) -> Record:
    found: set[Identifier] = set()
    for name in TYPES[:4]:
        for _ in range(r.choice((0, 0, 1, 1, 2))):
            found.add(Identifier(name, str(r.randrange(values))))
    if r.randrange(4) == 0:
        found.add(digest(str(r.randrange(values + 1))))
    for _ in range(r.choice((0, 0, 0, 1, 2))):
        found.add(Identifier("segment", str(r.randrange(3))))
    first = r.randrange(times)
    traits = dict(r.choice(NAMES))
    if r.randrange(2):
        traits["birth_date"] = r.choice(("1990", " 1990", "1991", "", "1992"))
    if r.randrange(4) == 0:
        traits["city"] = r.choice(("Rome", "ROME ", "Oslo"))
    also = {(digest(one.value), one) for one in found if one.type == "email"}
    if r.randrange(8) == 0:  # two values with one further name: the smaller is meant
        also |= {(digest("0"), one) for one in found if one.type == "email"}
    return Record(
        key,
        first + r.randrange(3),
        first,
        tuple(sorted(found)),
        traits,
        kind=r.choice(("record", "record", "observation")),
        also=frozenset(also),
    )


def judgement(r: Random, keys: Sequence[RecordKey], number: int, *, values: int) -> Judgement:
    def side() -> frozenset[RecordKey | Identifier]:
        return frozenset(
            r.choice(keys) if r.randrange(3) else identifier(r, values)
            for _ in range(r.choice((1, 1, 1, 2, 3)))
        )

    left = side()
    right = side() - left
    if not right:
        right = frozenset({RecordKey("nowhere", "0")})
    kind: Literal["same", "different"] = "same" if r.randrange(2) else "different"
    return Judgement(f"j{number}", kind, left, right, r.randrange(4))


def scored(r: Random, keys: Sequence[RecordKey]) -> ToyMatcher | GivenMatches:
    """A toy model, or pairs that somebody scored."""
    if r.randrange(3):
        return toy_matcher(r)
    pairs = {tuple(sorted(r.sample(list(keys), 2))) for _ in range(r.randrange(1, 2 * len(keys)))}
    high = r.choice((12, 12, 80))  # the last: up the whole ladder
    found = [Match(a, b, r.randrange(-6, high) * BIT // 2) for a, b in sorted(pairs)]
    threshold, cut = r.choice((0, 0, BIT, -BIT)), r.choice((0, 0, BIT, -BIT))
    return GivenMatches(found, edge_threshold=threshold, cut=cut)


def world(r: Random, *, max_records: int = 10) -> World:
    """One world of up to `max_records` records."""
    size = r.randrange(max_records + 1)
    values = 5 if size <= 12 else r.choice((5, 8, 16))
    times = r.choice((1, 4, 4, 20))
    keys = [RecordKey(SOURCES[place % 3], str(place // 3)) for place in range(size + 1)]
    r.shuffle(keys)
    found = tuple(record(r, key, values=values, times=times) for key in keys[:size])
    words: list[Judgement] = []
    if r.randrange(2):
        count = r.randrange(1, 5 if size <= 12 else 10)
        words = [judgement(r, keys, number, values=values) for number in range(count)]
    if words and r.randrange(4) == 0:  # two values, one through a third that nobody carries
        kind = r.choice(TYPES[:4])
        for value in ("0", "1"):
            ends = Identifier(kind, value), Identifier(kind, "nowhere")
            words.append(
                Judgement(f"k{value}", "same", frozenset(ends[:1]), frozenset(ends[1:]), 3)
            )
    loaded = [one for one in found if one.identifiers]
    if words and loaded and r.randrange(3) == 0:  # a link that its record never had
        one = r.choice(loaded)
        end = frozenset({r.choice(one.identifiers)})
        words.append(Judgement("cut", "different", frozenset({one.key}), end, 3))
    scores = scored(r, keys) if size > 1 and r.randrange(2) else None
    most = r.choice((MAX_VECTORS, MAX_VECTORS, 2, 3, 6))
    return World(found, policy(r), tuple(words), scores, most)


def worlds(*, max_records: int = 10) -> st.SearchStrategy[World]:
    """Worlds whose every choice hypothesis can shrink."""
    return st.randoms(use_true_random=False).map(lambda r: world(r, max_records=max_records))


def seeded_worlds(*, max_records: int = 40) -> st.SearchStrategy[World]:
    """Larger worlds by seed: too large to shrink, but a seed reproduces them."""
    return st.integers(0, 2**32 - 1).map(lambda seed: world(Random(seed), max_records=max_records))
