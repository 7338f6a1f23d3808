"""Every implementation's answer in one form."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING
from unittest.mock import patch

from sameas.engine import reference
from sameas.engine.batch import components, ladder
from sameas.engine.batch import partition as fast
from sameas.engine.batch.columns import Columns
from sameas.engine.batch.links import STANDINGS
from sameas.engine.batch.scores import scores_of
from sameas.engine.reference import Partition, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sameas.engine.batch.components import Components
    from sameas.graph.model import RecordKey
    from tests.laws.worlds import World

# the package has a function of the module's name
slow_components = import_module("sameas.engine.reference.components")

STATUSES = (*STANDINGS, "contested")


@contextmanager
def _bounded(world: World) -> Iterator[None]:
    with (
        patch.object(slow_components, "MAX_VECTORS", world.max_vectors),
        patch.object(components, "MAX_VECTORS", world.max_vectors),
        patch.object(ladder, "MAX_VECTORS", world.max_vectors),
    ):
        yield


def by_reference(world: World) -> Partition:
    """The oracle's answer."""
    with _bounded(world):
        return reference.resolve(world.records, world.policy, world.judgements, world.evidence)


def by_columns(world: World) -> Partition:
    """The fast path's answer."""
    return with_columns(world)[0]


def by_steps(world: World, *, special: bool = True) -> Partition:
    """The fast path's answer when it may take no component as a whole.

    Not `special`: components that nothing but limits can split go through the compiled steps.
    """
    connect = components.connect

    def careful(*args: object, **named: object) -> Components:
        parts: Components = connect(*args, **named)  # type: ignore[arg-type]  # passed on as it came
        parts.risky[:] = True
        parts.special[:] |= special
        return parts

    with patch.object(fast, "connect", careful):
        return by_columns(world)


def with_columns(world: World) -> tuple[Partition, fast.Partition]:
    """The fast path's answer, in the oracle's form and in its own."""
    columns = Columns.from_records(world.records, world.policy)
    with _bounded(world):
        scores = None if world.evidence is None else scores_of(columns, world.evidence)
        answer = fast.partition(columns, world.policy, judgements=world.judgements, evidence=scores)
    return _plain(columns, answer), answer


def _plain(columns: Columns, answer: fast.Partition) -> Partition:
    keys = [columns.key(record) for record in range(len(columns))]
    members: dict[int, set[RecordKey]] = {}
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
    refused: set[tuple[str, str, str, str, tuple[str, ...]]] = {
        ("link", keys[record].ref, columns.identifier(one).ref, *why)
        for record, one, why in zip(
            answer.refused.record.tolist(),
            answer.refused.identifier.tolist(),
            zip(
                answer.refused.reasons.constraints(),
                map(tuple, answer.refused.reasons.against(answer.words).to_pylist()),
                strict=True,
            ),
            strict=True,
        )
    }
    refused |= {
        ("judgement", word.left_ref.ref, word.right_ref.ref, *why)
        for word, why in answer.refused_words
    }
    matches = answer.refused_matches
    rows = []
    for a, b, constraint, against in zip(
        matches.left.tolist(),
        matches.right.tolist(),
        matches.reasons.constraints(),
        matches.reasons.against(answer.words).to_pylist(),
        strict=True,
    ):
        left, right = sorted((keys[a], keys[b]))
        rows.append(("match", left.ref, right.ref, constraint, tuple(against)))
    assert len(rows) == len(set(rows))
    refused |= set(rows)
    return Partition(
        frozenset(frozenset(group) for group in members.values()),
        identifiers,
        frozenset(granted),
        frozenset(refused),
        tuple(sorted(answer.component_sizes.tolist())),
    )
