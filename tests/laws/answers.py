"""Both implementations' answers in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine import reference
from sameas.engine.batch.columns import Columns
from sameas.engine.batch.links import STANDINGS
from sameas.engine.batch.partition import partition
from sameas.engine.reference import Partition, Standing

if TYPE_CHECKING:
    from tests.laws.worlds import World

STATUSES = (*STANDINGS, "contested")


def by_reference(world: World) -> Partition:
    return reference.resolve(world.records, world.policy, world.judgements, world.evidence)


def by_columns(world: World) -> Partition:
    columns = Columns.from_records(world.records, world.policy)
    answer = partition(columns, world.policy, judgements=world.judgements, evidence=world.evidence)
    keys = [columns.key(record) for record in range(len(columns))]
    members: dict[int, set] = {}
    for record, profile in enumerate(answer.profile.tolist()):
        members.setdefault(profile, set()).add(keys[record])
    found = answer.links
    identifiers = {}
    for number, status in enumerate(answer.status.tolist()):
        if STATUSES[status] == "absent":
            continue
        home = int(answer.home[number])
        identifiers[columns.identifier(number)] = Standing(
            STATUSES[status],
            min(members[home]) if home >= 0 else None,
            int(found.fanout[number]),
            int(found.iptr[number + 1] - found.iptr[number]),
        )
    granted = {
        (keys[record], columns.identifier(int(found.ids[at])))
        for record in range(len(columns))
        for at in range(found.ptr[record], found.ptr[record + 1])
        if answer.granted[at]
    }
    refused = {
        ("link", keys[record].ref, columns.identifier(one).ref, *why)
        for record, one, why in zip(
            answer.refused.record.tolist(),
            answer.refused.identifier.tolist(),
            answer.refused.why,
            strict=True,
        )
    }
    refused |= {
        ("judgement", word.left_ref.ref, word.right_ref.ref, *why)
        for word, why in answer.refused_words
    }
    refused |= {
        ("match", *sorted((keys[a], keys[b])), *why) for a, b, why in answer.refused_matches
    }
    refused = {
        (kind, *(end if isinstance(end, str) else end.ref for end in (a, b)), c, against)
        for kind, a, b, c, against in refused
    }
    return Partition(
        frozenset(frozenset(group) for group in members.values()),
        identifiers,
        frozenset(granted),
        frozenset(refused),
        tuple(sorted(answer.component_sizes.tolist())),
    )
