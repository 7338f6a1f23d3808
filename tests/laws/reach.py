"""What happened in a world, as counted names: so that a generator that misses a rule is seen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sameas.engine.judgements import verdicts
from sameas.engine.reference.links import aliases, links
from sameas.engine.reference.matches import record_pairs
from tests.laws.answers import with_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sameas.engine.evidence import Evidence
    from sameas.graph.model import RecordKey
    from tests.laws.worlds import World

__all__ = ["EVENTS", "reached"]

EVENTS = (
    *("different", "duplicate_free", "max_per_profile", "exclusive", "guard"),
    *("max_per_profile in split", "guard in split", "max_per_profile in holding"),
    *("refused link", "refused match", "refused judgement"),
    *("component limit by type", "component limit by ladder"),
    *("blocked", "unlinked", "shared", "contested", "nobody holds it"),
    *("sharedness flips with one record", "first-seen tie", "value tie"),
    *("hash alias used", "same-value class used", "cut link"),
    *("taken as a whole", "step by step", "matched profile"),
    *("matched and taken as a whole", "shared vector", "shared vector matched", "no vector"),
    *("match refused in a piece", "match passed over", "vector in two profiles"),
)


def reached(world: World) -> Counter[str]:
    """The events of one world."""
    answer, fast = with_columns(world)
    found: Counter[str] = Counter()
    for kind, *_, constraint, _ in answer.refused:
        found[f"refused {kind}"] += 1
        found["component limit by type" if constraint == "component limit" else constraint] += 1
    alias = aliases(world.records)
    settled = verdicts(world.judgements, alias)
    before = links(world.records, world.policy, settled, alias)
    for (_, one), why in before.refused.items():
        if why.constraint == "different":
            found["cut link"] += 1
        elif any(node.identifier == one and node.group for node in before.nodes):
            found[f"{why.constraint} in split"] += 1
    for one, standing in answer.identifiers.items():
        found[standing.status] += 1
        rules = world.policy.identifiers[world.policy.rank(one.type)]
        if rules.links and standing.status == "unlinked":
            found["nobody holds it"] += 1
            found["max_per_profile in holding"] += any(
                row[2] == one.ref and row[3] == "max_per_profile" for row in answer.refused
            )
        keys = before.carriers[one]
        seen = [before.records[key].first_seen for key in keys]
        found["first-seen tie"] += len(seen) != len(set(seen))
    starts = Counter(
        (node.identifier.type, before.records[keys[0]].first_seen)
        for node, keys in before.nodes.items()
    )
    found["value tie"] += any(count > 1 for count in starts.values())
    carried = {one for record in world.records for one in record.identifiers}
    found["hash alias used"] += any(name in carried for name in alias)
    found["same-value class used"] += any(one != low for one, low in before.counts_as.items())
    found["step by step"] += fast.stepwise
    found["taken as a whole"] += len(answer.component_sizes) - fast.stepwise > 0
    scores = world.evidence
    if scores is not None:
        home = {key: profile for profile in answer.profiles for key in profile}
        linked = {frozenset(pair) for pair in _linked(answer.granted)}
        for match in record_pairs(scores, home):
            if home[match.left] is home[match.right]:
                found["matched profile"] += frozenset((match.left, match.right)) not in linked
        found.update(_vectors(world, scores, home))
        parts = fast.components
        whole = (parts.vectors > 1) & ~parts.risky
        found["matched and taken as a whole"] += int(whole.sum())
        for kind, *_, constraint, _ in answer.refused:
            if kind == "match":
                passed = constraint == "component limit"
                found["match passed over" if passed else "match refused in a piece"] += 1
        vectors = {scores.vector(record.key) for record in world.records} - {None}
        found["component limit by ladder"] += len(vectors) > world.max_vectors
    if world.records:
        less = world.without(record=0)
        without = with_columns(less)[0].identifiers
        found["sharedness flips with one record"] += any(
            (standing.status == "shared") != (without[one].status == "shared")
            for one, standing in answer.identifiers.items()
            if one in without
        )
    return found


def _vectors(
    world: World, scores: Evidence, home: Mapping[RecordKey, frozenset[RecordKey]]
) -> Counter[str]:
    """How vectors lie on records."""
    found: Counter[str] = Counter()
    sharing: dict[object, list[RecordKey]] = {}
    for record in world.records:
        sharing.setdefault(scores.vector(record.key), []).append(record.key)
    found["no vector"] += len(sharing.pop(None, []))
    found["shared vector"] += sum(len(keys) > 1 for keys in sharing.values())
    found["vector in two profiles"] += sum(
        len({home[key] for key in keys}) > 1 for keys in sharing.values()
    )
    found["shared vector matched"] += sum(left == right for left, right, _ in scores.pairs())
    return found


def _linked(granted: object) -> set[tuple[object, object]]:
    assert isinstance(granted, frozenset)
    holders: dict[object, list[object]] = {}
    for key, one in granted:
        holders.setdefault(one, []).append(key)
    return {(a, b) for keys in holders.values() for a in keys for b in keys if a != b}
