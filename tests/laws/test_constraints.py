"""What no answer may break, whatever the world: checked on the answer itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from sameas.engine.judgements import verdicts
from sameas.engine.reference.links import aliases
from sameas.graph.model import Identifier, RecordKey
from tests.laws.answers import by_columns
from tests.laws.budget import examples
from tests.laws.worlds import World, seeded_worlds

if TYPE_CHECKING:
    from sameas.engine.reference import Partition
    from sameas.graph.model import Ref

WORLDS = seeded_worlds(max_records=14)


def homes(answer: Partition) -> dict[RecordKey, frozenset[RecordKey]]:
    return {key: profile for profile in answer.profiles for key in profile}


@given(WORLDS)
@examples(200)
def test_every_record_is_in_one_profile(world: World) -> None:
    """Profiles are a partition of the live records."""
    answer = by_columns(world)
    keys = [key for profile in answer.profiles for key in profile]
    assert sorted(keys) == sorted(record.key for record in world.records)


@given(WORLDS)
@examples(200)
def test_different_is_never_joined(world: World) -> None:
    """No profile holds two records, or a record and an identifier granted, said to be different.

    Of all judgements on one pair the newest counts.
    """
    answer = by_columns(world)
    settled = verdicts(world.judgements, aliases(world.records))
    for profile in answer.profiles:
        members: set[Ref] = {*profile, *(one for key, one in answer.granted if key in profile)}
        assert settled.apart(members, members) is None


@given(WORLDS)
@examples(200)
def test_same_is_joined_unless_a_different_forbids(world: World) -> None:
    """Two live records that are `same` share a profile, or the word is refused with its reason."""
    answer = by_columns(world)
    home = homes(answer)
    refused = {row[1:] for row in answer.refused if row[0] == "judgement"}
    for left, right, _ in verdicts(world.judgements, aliases(world.records)).same:
        if left in home and right in home:
            assert isinstance(left, RecordKey)
            assert isinstance(right, RecordKey)
            if home[left] is not home[right]:
                assert any(
                    row[:3] == (left.ref, right.ref, "different") and row[3] for row in refused
                )


@given(WORLDS)
@examples(200)
def test_the_ends_of_refused_evidence_lie_apart(world: World) -> None:
    """A refused link's record is not in its identifier's profile; so with matches and words."""
    answer = by_columns(world)
    home = homes(answer)
    for kind, left, right, _, _ in answer.refused:
        if kind == "match":
            assert home[RecordKey.parse(left)] is not home[RecordKey.parse(right)]
        elif kind == "link":
            standing = answer.identifiers[Identifier.parse(right)]
            assert standing.status in ("contested", "unlinked")
            if standing.home is not None:
                assert standing.home not in home[RecordKey.parse(left)]


@given(WORLDS)
@examples(200)
def test_a_profile_keeps_the_limits_that_no_judgement_lifts(world: World) -> None:
    """Without a `same` in it, a profile is within every limit, guard and duplicate-free source."""
    answer = by_columns(world)
    settled = verdicts(world.judgements, aliases(world.records))
    lifted = {ref for left, right, _ in settled.same for ref in (left, right)}
    records = {record.key: record for record in world.records}
    alias = aliases(world.records)
    for profile in answer.profiles:
        carried = {alias.get(one, one) for key in profile for one in records[key].identifiers}
        if lifted & {*profile, *carried}:
            continue
        held = {one for key, one in answer.granted if key in profile}
        for kind in world.policy.identifiers:
            values = {one for one in held if one.type == kind.name}
            if not kind.links:
                values = {
                    one
                    for one in carried
                    if one.type == kind.name and answer.identifiers[one].status == "unlinked"
                }
                if len(profile) == 1:  # what one record carries is nobody's to refuse
                    continue
            assert kind.max_per_profile is None or len(values) <= kind.max_per_profile
        for source in world.policy.duplicate_free:
            own = [k for k in profile if k.source == source and records[k].kind != "observation"]
            assert len(own) <= 1
        for trait in world.policy.exclusive:
            said = {records[k].traits.get(trait, "").strip().casefold() for k in profile} - {""}
            assert len(said) <= 1


@given(WORLDS)
@examples(200)
def test_an_identifier_answers_with_a_profile_that_carries_it(world: World) -> None:
    """Who is named as its home has a record with it; a link that holds is within a profile."""
    answer = by_columns(world)
    home = homes(answer)
    alias = aliases(world.records)
    carriers: dict[Identifier, set[RecordKey]] = {}
    for record in world.records:
        for one in record.identifiers:
            carriers.setdefault(alias.get(one, one), set()).add(record.key)
    for one, standing in answer.identifiers.items():
        assert standing.records == len(carriers[one])
        if standing.home is not None:
            assert home[standing.home] & carriers[one]
        if standing.status == "linked":
            assert len({home[key] for key in carriers[one]}) == 1
        if standing.status == "contested":
            assert len({home[key] for key in carriers[one]}) > 1
