"""From live records to a model and a policy, with nothing configured: a pure function of both.

Fields are detected, keys chosen, the model trained, and two things decided by what it finds: which
identifiers are evidence instead of links, and which sources hold each person once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.batch.settled import locate
from sameas.engine.match.decide import Decision, decide
from sameas.engine.match.detect import detect, enough
from sameas.engine.match.score import Matched, code, scored, voting
from sameas.engine.match.weigh import Weigher
from sameas.graph.model import RecordKey
from sameas.matching.blocking import MAX_KEY_RECORDS, block, choose_keys, collect
from sameas.matching.model import Labels, tables_of, train
from sameas.matching.model.train import MIN_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement
    from sameas.matching.fields import Field

__all__ = ["Learned", "decided", "learn"]


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What learning came to."""

    why_not: str = ""
    """Why there is no model; empty if there is one."""
    matched: Matched | None = None
    policy: Policy | None = None
    """The policy that goes with the model."""
    decisions: Sequence[Decision] = ()


def learn(
    columns: Columns,
    policy: Policy,
    *,
    free: bool = True,
    fields: Sequence[Field] | None = None,
    labels: Sequence[Judgement] = (),
    progress: Callable[[str], None] | None = None,
) -> Learned:
    """Learn from live records; `free`: the policy may be changed, since nobody wrote it."""
    say = progress or (lambda _: None)
    fields = detect(columns, policy) if fields is None else fields
    why_not = enough(fields, len(columns))
    if why_not:
        return Learned(why_not)
    say("fields")
    coded = code(fields, columns)
    vectors = voting(fields, coded, MIN_FIELDS)
    names = [field.name for field in fields]
    say("blocking")
    keys = choose_keys(fields, coded, vectors) if len(vectors) > 1 else ()
    groups = block(keys, names, coded, vectors)
    pairs = collect(keys, groups, vectors)
    if not len(pairs):
        return Learned("no two records are alike enough to be compared")
    say("training")
    model, report = train(
        fields,
        coded,
        vectors.codes,
        vectors.counts.astype(np.int64),
        keys=keys,
        groups=groups,
        candidates=(pairs.left, pairs.right),
        max_key_records=MAX_KEY_RECORDS,
        labels=_labels(columns, vectors.of_record, labels),
    )
    say("weighing")
    weigher = Weigher(report.sight, tables_of(model, coded))
    matched = scored(model, vectors, pairs, report.weights, weigher, groups)
    policy, decisions = decided(columns, policy, matched, weigher, free=free)
    return Learned("", matched, policy, decisions)


def decided(
    columns: Columns, policy: Policy, matched: Matched, weigher: Weigher, *, free: bool
) -> tuple[Policy, Sequence[Decision]]:
    """The policy that goes with a model: the given one, unless it may be changed."""
    return decide(columns, policy, matched, weigher) if free else (policy, ())


def _labels(
    columns: Columns, vector: NDArray[np.int32], said: Sequence[Judgement]
) -> Labels | None:
    """What was said of two records that both vote, as pairs of vectors."""
    keys = {ref for one in said for ref in one.left | one.right if isinstance(ref, RecordKey)}
    members = locate(columns, keys)
    rows = []
    for one in said:
        ends = [members.get(ref) for side in (one.left, one.right) for ref in side
                if isinstance(ref, RecordKey)]  # fmt: skip
        if len(ends) == 2 and len(one.left) == 1 and None not in ends:
            low, high = sorted(int(vector[end]) for end in ends if end is not None)
            if 0 <= low < high:
                rows.append((low, high, one.kind == "same"))
    if not rows:
        return None
    left, right, same = np.array(sorted(set(rows)), dtype=np.int64).T
    return Labels(left.astype(np.int32), right.astype(np.int32), same.astype(bool))
