"""Who is who in the demo, as far as it can be said.

A record with an id has one true person. An observation is all events of one source that carried the
same identifiers; it has a true person if all those events were one person's, and none where several
people did it (a logged-out family tablet). Those are counted, not scored.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sameas.graph.model import Identifier, RecordKey
from sameas.matching.canonical import Options, canonicalise, hash_names, is_junk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sameas.api.demo.answer import Answer
    from sameas.api.demo.shop import Shop
    from sameas.engine.policy.model import Policy

__all__ = ["Truth", "true_people", "write_truth"]


@dataclass(frozen=True, slots=True)
class Truth:
    """The true person of every record that has one, and how many have none."""

    person: Mapping[RecordKey, str]
    several: int
    """Observations that are the doing of several people."""
    unknown: int
    """Records that could not be told apart from others by what they carry."""


def true_people(shop: Shop, answer: Answer, policy: Policy) -> Truth:
    """Meet the truth of the shop with the records of an answer."""
    kinds = {kind.name: kind.canonicaliser for kind in policy.identifiers}
    options = Options(
        default_region=policy.default_region,
        email_dots=policy.email_dots,
        email_tags=policy.email_tags,
    )
    alias: dict[Identifier, Identifier] = {}
    for person in shop.people:
        for address in person.emails:
            email = canonicalise("email", address, options).value
            if email is not None:
                for type_, digests in hash_names(address, email).items():
                    alias |= {Identifier(type_, d): Identifier("email", email) for d in digests}

    @cache
    def meaning(type_: str, raw: str) -> Identifier | None:
        value = canonicalise(kinds[type_], raw, options).value
        if value is None or is_junk(kinds[type_], value):
            return None
        return alias.get(Identifier(type_, value), Identifier(type_, value))

    doers: dict[tuple[str, frozenset[Identifier]], set[str]] = defaultdict(set)
    for source, carried, who in shop.observed:
        found = (meaning(type_, raw) for type_, raw in carried)
        doers[source, frozenset(i for i in found if i is not None)].add(who)
    people = {RecordKey(source, record_id): person for source, record_id, person in shop.keyed}
    several = unknown = 0
    for key, member in answer.members.items():
        if not member.observation:
            unknown += key not in people
            continue
        # Junk says nothing, and a hash says what its address says: both forms meet here.
        shown = frozenset(
            alias.get(i, i) for i in member.carries if not is_junk(kinds[i.type], i.value)
        )
        did = doers.get((key.source, shown), set())
        several += len(did) > 1
        unknown += not did
        if len(did) == 1:
            people[key] = next(iter(did))
    return Truth(people, several, unknown)


def write_truth(truth: Truth, path: Path) -> None:
    """Write `source`, `record_id`, `cluster_id` as Parquet, for `sameas evaluate`."""
    import polars as pl

    rows = sorted((key.source, key.record_id, person) for key, person in truth.person.items())
    schema = {"source": pl.String, "record_id": pl.String, "cluster_id": pl.String}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(path)
