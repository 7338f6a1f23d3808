"""The function on columns: sections 3.2 to 3.5 of docs/design.md, without I/O.

Equal to `sameas.engine.reference.resolve` on the same records, row for row, refused links
included; `tests/laws` holds it to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sameas.engine.batch.components import connect
from sameas.engine.batch.edges import matched
from sameas.engine.batch.finish import CONTESTED, finish
from sameas.engine.batch.links import LINKED, link
from sameas.engine.batch.refusals import RefusedLinks, RefusedMatches, Words
from sameas.engine.batch.risky import resolve_risky
from sameas.engine.batch.settled import alias_of, settle
from sameas.engine.batch.stepwise import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.components import Components
    from sameas.engine.batch.edges import Edges
    from sameas.engine.batch.links import Given, Links
    from sameas.engine.batch.settled import Settled
    from sameas.engine.batch.stepwise import Reason
    from sameas.engine.evidence import Scores
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["CONTESTED", "Partition", "partition"]


@dataclass(eq=False)
class Partition:
    """Who is one person. n records, m identifiers, P profiles."""

    links: Links
    alias: Ints | None
    profile: Ints
    """n: 0..P-1, in the order of 3.3 of their first records."""
    n_profiles: int
    home: Ints
    """m: the profile that an identifier answers with; -1: none."""
    status: NDArray[np.int8]
    """m: standing (see `links`), with CONTESTED for those whose records lie apart."""
    granted: Bools
    """One entry a link of `links.ids`: whether it holds."""
    refused: RefusedLinks
    refused_words: Sequence[tuple[Word, Reason]]
    refused_matches: RefusedMatches
    component_sizes: Ints
    edges: Edges | None
    stepwise: int
    """Components that were resolved step by step."""
    words: Words
    """What the numbers of refused links' reasons mean."""
    components: Components
    reasons: RefusedLinks
    """Why links are not in the first group of their identifier or were refused on the way, wherever
    their ends lie."""


def partition(
    columns: Columns,
    policy: Policy,
    *,
    judgements: Sequence[Judgement] = (),
    evidence: Scores | None = None,
    given: Given | None = None,
) -> Partition:
    """Resolve live records.

    Args:
        columns: the live records.
        policy: the rules.
        judgements: what people said.
        evidence: which of the records are alike; see `sameas.engine.batch.scores`.
        given: what is known of identifiers that have others elsewhere.
    """
    alias = alias_of(columns)
    settled = settle(columns, judgements, alias)
    same_values = settled.value_sets() if given is None else given.same_values
    found = link(
        columns,
        policy,
        same_values=same_values,
        cuts=settled.cuts,
        alias=alias,
        given=given,
    )
    words = _words(settled, found)
    edges = matched(evidence, found.order)
    parts = connect(
        columns,
        found,
        policy,
        joined=np.array([word[:2] for word in words], dtype=np.int64).reshape(-1, 2),
        suspects=lambda of: settled.suspects(found, of, same_values),
        edges=edges,
    )
    risky = resolve_risky(columns, policy, settled, found, words, edges, parts)
    profile, n_profiles = _dense(risky.label, found.seen, risky.n_labels)
    done = finish(columns, found, parts, settled, risky, profile)
    return Partition(
        found,
        alias,
        profile,
        n_profiles,
        done.home,
        done.status,
        done.granted,
        done.refused,
        risky.refused_words,
        risky.refused_matches,
        np.concatenate([parts.sizes[~parts.large], risky.sizes]),
        None if edges is None else edges.let_go(),
        int(np.count_nonzero(parts.risky)),
        Words(columns, found.clashes.names, parts.exclusive_values),
        parts,
        done.reasons,
    )


def _words(settled: Settled, found: Links) -> list[Word]:
    """`same` judgements as pairs of records; those whose identifier does not link sleep."""

    def stands_for(member: int) -> int | None:
        if member >= 0:
            return member
        one = ~member
        if found.standing[one] != LINKED:
            return None
        first = np.flatnonzero(found.groups(one) == 0)
        return int(found.irec[found.iptr[one] + first[0]]) if len(first) else None

    words = []
    for left, right, left_ref, right_ref in settled.same:
        a, b = stands_for(left), stands_for(right)
        if a is not None and b is not None:
            words.append(Word(a, b, left_ref, right_ref))
    return words


def _dense(label: Ints, seen: Ints, labels: int) -> tuple[Ints, int]:
    """Labels numbered anew, in the order in which their first records were seen."""
    first = np.full(labels, len(label), dtype=np.int32)
    turn = np.full(len(label), -1, dtype=np.int32)
    return turn, _number(label, seen, first, turn)


@njit(cache=True, nogil=True)
def _number(label: Ints, seen: Ints, first: Ints, turn: Ints) -> int:
    """How many labels there are; `turn` becomes the new label of each record.

    `first` has a number above all of `seen` for each label. It becomes when the label was first
    seen, then its number.
    """
    for record in range(len(label)):
        first[label[record]] = min(first[label[record]], seen[record])
    for one in range(len(first)):
        if first[one] < len(label):
            turn[first[one]] = one
    count = 0
    for place in range(len(turn)):
        if turn[place] >= 0:
            first[turn[place]] = count
            count += 1
    for record in range(len(label)):
        turn[record] = first[label[record]]
    return count
