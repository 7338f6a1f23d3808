from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from sameas.engine.policy import Group, IdentifierType, Policy, Survivorship, default, dumps, loads
from sameas.engine.policy.dump import key_path

if TYPE_CHECKING:
    from sameas.engine.policy.model import Strategy

STRATEGIES: list[Strategy] = [
    "most_recent",
    "most_frequent",
    "most_complete",
    "source_priority",
    "min",
    "max",
    "union",
]
# Any text that UTF-8 can hold: quotes, newlines, DEL, emoji.
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(str.strip)
type_names = st.from_regex(r"[a-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)
limits = st.none() | st.integers(1, 2**40)


def identifier(name: str) -> st.SearchStrategy[IdentifierType]:
    return st.builds(
        IdentifierType,
        name=st.just(name),
        canonicaliser=st.sampled_from(["exact", "folded", "email", "phone", "uuid", "hash"]),
        links=st.booleans(),
        max_per_profile=limits,
        max_fanout=limits,
        max_records=limits,
        guard=st.booleans(),
        # No text is canonical for every kind; blocked values have a test of their own.
        blocked=st.just(frozenset()),
        blocked_patterns=st.lists(
            st.sampled_from(["test.*", r"\d+", "it's", 'a"b', "\\t\t"]), unique=True
        ).map(tuple),
    )


@st.composite
def survivorships(draw: st.DrawFn) -> Survivorship:
    traits = draw(st.lists(texts, unique=True, max_size=8))
    groups = []
    for name in draw(st.lists(texts, unique=True, max_size=2)):
        own, traits = traits[:2], traits[2:]
        if own:
            strategy = draw(st.sampled_from(STRATEGIES[:4]))
            groups.append(Group(name, tuple(own), strategy))
    return Survivorship(
        default=draw(st.sampled_from(STRATEGIES)),
        traits={trait: draw(st.sampled_from(STRATEGIES)) for trait in traits},
        groups=tuple(groups),
        source_priority=tuple(draw(st.lists(texts, unique=True, min_size=1, max_size=3))),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    names = draw(st.lists(type_names | st.just("email"), unique=True, max_size=4))
    roles = ["record_id", "ignore", "trait:a b", *(f"identifier:{name}" for name in names)]
    columns = st.dictionaries(st.text(st.characters(codec="utf-8")), st.sampled_from(roles))
    once = columns.filter(lambda table: list(table.values()).count("record_id") < 2)
    return Policy(
        identifiers=tuple(draw(identifier(name)) for name in names),
        on_conflict=draw(st.sampled_from(["oldest", "newest"])),
        max_component=draw(st.integers(1, 10**9)),
        exclusive=tuple(draw(st.lists(texts, unique=True, max_size=3))),
        duplicate_free=draw(st.frozensets(texts, max_size=3)),
        default_region=draw(st.sampled_from(["US", "DE", "IR"])),
        email_dots=draw(st.booleans()),
        email_tags=draw(st.booleans()),
        survivorship=draw(survivorships()),
        columns=draw(columns),
        file_columns=draw(st.dictionaries(texts, once, max_size=2)),
    )


@given(policies())
def test_what_is_written_reads_back_equal(policy: Policy) -> None:
    assert loads(dumps(policy)) == policy


def test_the_default_policy_reads_back_equal() -> None:
    assert loads(dumps(default())) == default()


def test_a_policy_of_nothing_reads_back_equal() -> None:
    assert loads(dumps(Policy())) == Policy()


def test_blocked_values_read_back_equal() -> None:
    kind = IdentifierType("card", blocked=frozenset({'a"b', "c\\d", "ü", "0"}))
    assert loads(dumps(Policy(identifiers=(kind,)))).identifiers == (kind,)


def test_every_type_is_written_whole() -> None:
    written = tomllib.loads(dumps(default()))
    for kind in default().identifiers:
        table = written["identifiers"][kind.name]
        assert set(table) == set(IdentifierType.__dataclass_fields__) - {"name"}


def test_equal_policies_are_written_equal_whatever_the_order_of_their_sets() -> None:
    def policy(*sources: str) -> Policy:
        return Policy(duplicate_free=frozenset(sources))

    assert dumps(policy("a", "b", "c", "d")) == dumps(policy("d", "c", "b", "a"))


def test_no_line_is_wider_than_a_page() -> None:
    assert max(map(len, dumps(default()).splitlines())) <= 100


def test_a_key_is_quoted_where_toml_needs_it() -> None:
    assert key_path("files", "a.csv", 3, "ü") == 'files."a.csv"[3]."ü"'
