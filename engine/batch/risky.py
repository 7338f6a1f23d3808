"""3.4 and 3.5 for the components that may break something or that matches join.

Who goes which way, and all answers in one form. Components without judgements go through `plain`
(compiled), the others through `stepwise`. A component that breaks nothing as a whole and in which
no pair of vectors speaks against is whole after all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from sameas.engine.batch import ladder
from sameas.engine.batch.columns import OBSERVATION, by_key
from sameas.engine.batch.dropped import passed_over, place_dropped
from sameas.engine.batch.held import TOO_LARGE
from sameas.engine.batch.plain import Found, resolve_plain
from sameas.engine.batch.refusals import Reasons, RefusedMatches
from sameas.engine.batch.special import Special
from sameas.engine.batch.weighing import Weighing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.components import Components
    from sameas.engine.batch.edges import Edges
    from sameas.engine.batch.ladder import Pieces
    from sameas.engine.batch.links import Links
    from sameas.engine.batch.matches import Matched
    from sameas.engine.batch.settled import Settled
    from sameas.engine.batch.stepwise import Reason, Word
    from sameas.engine.policy import Policy

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Risky", "resolve_risky"]

_MOST_SOURCES = 63
"""Duplicate-free sources that one word of bits can tell apart."""


@dataclass(eq=False)
class Risky:
    """What step by step resolution found out."""

    label: Ints
    """n: a label a profile; elsewhere the component's number."""
    n_labels: int
    holders: Longs
    """(h, 3): identifier, group, record: who was granted a node, in the order of granting.

    Nodes that `plain` leaves out are not there.
    """
    links: tuple[Longs, Longs, Reasons]
    """Record, identifier and reason of every link that was refused on the way."""
    refused_words: list[tuple[Word, Reason]]
    refused_matches: RefusedMatches
    sizes: Ints
    """Nodes of the pieces of components that were too large."""


def resolve_risky(
    columns: Columns,
    policy: Policy,
    settled: Settled,
    found: Links,
    words: Sequence[Word],
    edges: Edges | None,
    parts: Components,
) -> Risky:
    """Resolve every risky component; in the end `parts.risky` has those that were not whole."""
    said = np.array([word[:2] for word in words], dtype=np.int64).reshape(-1, 2)
    cut = ladder.pieces(columns, found, parts, edges, said, policy.max_component)
    weighing = Weighing(columns, edges)
    clean = sorted(set(policy.duplicate_free) & set(columns.sources))
    if len(clean) > _MOST_SOURCES:
        parts.special |= parts.risky | (parts.vectors > 0)
    special = Special(columns, policy, settled, found, parts, edges, weighing.known)
    special.run(_chosen(found, parts, cut, parts.special), words)
    # a large component of one piece loses nothing, but has gone through the ladder
    plain = _Plain(columns, found, parts, clean, weighing)
    mine = _chosen(found, parts, cut, (parts.risky | (parts.vectors > 0)) & ~parts.special)
    answer = plain.run(mine)
    parts.risky |= parts.vectors > 0
    parts.risky[parts.of[mine.records[mine.starts[:-1]][plain.whole]]] = False
    stepped = np.repeat(~plain.whole, np.diff(mine.starts))
    special.label[mine.records[stepped]] = answer.cluster[stepped] + np.int32(special.next_label)
    n_labels = special.next_label + answer.n_clusters
    holders = np.array(
        [
            (node.identifier, node.group, record)
            for node, held_by in special.holders.items()
            for record in held_by
        ],
        dtype=np.int64,
    ).reshape(-1, 3)
    in_words = list(special.reasons.items())
    pairs = np.array([link for link, _ in in_words], dtype=np.int64).reshape(-1, 2)
    placed, unplaced, payload = place_dropped(
        columns,
        found,
        mine.dropped,
        special.label,
        n_labels,
        _value_ranks(columns, np.unique(mine.dropped[:, 0])),
    )
    links = np.concatenate([answer.refused, unplaced])
    reasons = Reasons.joined(
        [
            _numbered(answer.refused, answer.payload),
            _numbered(unplaced, payload),
            Reasons.of([reason for _, reason in in_words]),
        ]
    )
    return Risky(
        special.label,
        n_labels,
        np.concatenate([answer.holders, placed, holders]),
        (
            np.concatenate([links[:, 1], pairs[:, 0]]),
            np.concatenate([links[:, 0], pairs[:, 1]]),
            reasons,
        ),
        special.refused_words,
        _refused_matches(columns, edges, cut, special, answer, n_labels),
        cut.sizes,
    )


def _numbered(rows: Longs, payload: Longs) -> Reasons:
    """Reasons as compiled code has them: in the last three columns."""
    return Reasons(rows[:, 2].astype(np.int8), rows[:, 3].copy(), rows[:, 4].copy(), payload)


def _refused_matches(
    columns: Columns,
    edges: Edges | None,
    cut: Pieces,
    special: Special,
    answer: Found,
    n_labels: int,
) -> RefusedMatches:
    in_words = special.refused_matches
    over = np.empty((0, 2), dtype=np.int64)
    if edges is not None and len(cut.records):
        rank = np.empty(len(columns), dtype=np.int32)
        rank[by_key(columns, cut.records)] = np.arange(len(cut.records), dtype=np.int32)
        over = passed_over(
            edges.left,
            edges.right,
            edges.weight,
            edges.vptr,
            edges.vrec,
            cut.of,
            cut.least,
            special.label,
            n_labels,
            rank,
        )
    nothing = np.zeros(len(over), dtype=np.int64)
    return RefusedMatches(
        np.concatenate([answer.matches[:, 0], over[:, 0], [a for a, _, _ in in_words]]).astype(
            np.int32
        ),
        np.concatenate([answer.matches[:, 1], over[:, 1], [b for _, b, _ in in_words]]).astype(
            np.int32
        ),
        Reasons.joined(
            [
                _numbered(answer.matches, answer.payload),
                Reasons(
                    np.full(len(over), TOO_LARGE, dtype=np.int8), nothing, nothing, nothing[:0]
                ),
                Reasons.of([why for *_, why in in_words]),
            ]
        ),
    )


def _chosen(found: Links, parts: Components, cut: Pieces, chosen: Bools) -> Pieces:
    """The pieces of chosen components: a component that is not too large is one."""
    n_types = len(found.rules.links)
    whole = chosen & ~parts.large
    inside = np.flatnonzero(whole[parts.of]) if whole.any() else np.empty(0, dtype=np.int64)
    keys = (parts.of[inside].astype(np.int64) << 32) | found.seen[inside]
    keys.sort()
    owner = keys >> 32
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    numbers = owner[starts]
    k = len(starts)
    large = chosen & parts.large
    some = np.zeros(len(cut.sizes), dtype=bool)
    dropped = cut.dropped
    if large.any():
        some = large[parts.of[cut.records[cut.starts[:-1]]]]
        dropped = dropped[some[cut.of[_first(found, dropped)]]]
    else:
        dropped = dropped[:0]
    widths = np.diff(cut.starts)
    of = np.full(len(parts.of), -1, dtype=np.int32)
    records = found.order[keys & 0xFFFFFFFF]
    of[records] = np.repeat(np.arange(k, dtype=np.int32), np.diff(starts, append=len(keys)))
    others = cut.records[np.repeat(some, widths)]
    of[others] = np.repeat(np.arange(k, k + int(some.sum()), dtype=np.int32), widths[some])
    return ladder.Pieces(
        np.concatenate([records, others]),
        np.concatenate([starts, len(keys) + np.cumsum(np.append(0, widths[some]))]),
        np.concatenate([np.full(k, n_types, dtype=np.int8), cut.below[some]]),
        np.concatenate([np.full(k, np.iinfo(np.int64).min, dtype=np.int64), cut.least[some]]),
        np.concatenate([parts.vectors[numbers], cut.vectors[some]]),
        np.concatenate([parts.sizes[numbers], cut.sizes[some]]),
        dropped,
        of,
    )


def _first(found: Links, nodes: Longs) -> Ints:
    """The first record of each node."""
    firsts = [
        found.irec[found.iptr[one] + int(np.argmax(found.groups(one) == group))]
        for one, group in nodes.tolist()
    ]
    return np.array(firsts, dtype=np.int32)


class _Plain:
    """All that is not special, in batches that need bounded memory."""

    def __init__(
        self,
        columns: Columns,
        found: Links,
        parts: Components,
        clean: Sequence[str],
        weighing: Weighing,
    ) -> None:
        self.columns, self.found, self.parts = columns, found, parts
        self.clean, self.weighing = clean, weighing
        self.whole = np.empty(0, dtype=bool)

    def run(self, mine: Pieces) -> Found:
        """Resolve the pieces; `whole` tells which of them need no looking into after all."""
        self.whole = np.zeros(len(mine.sizes), dtype=bool)
        if not len(mine.records):
            return Found.nothing()
        parts, weighing = self.parts, self.weighing
        self.mine = mine
        self.cluster = np.empty(len(mine.records), dtype=np.int32)
        self.local = np.empty(self.columns.n_identifiers, dtype=np.int32)
        self.clean_source = _clean_source(self.columns, self.clean)
        spans = np.stack([mine.starts[:-1], mine.starts[1:]], axis=1)
        matched = mine.vectors > 0
        alone = np.flatnonzero(~matched)
        answer = self._resolved(spans[alone], mine.below[alone], weighing.nothing(len(alone)), 0)
        owner = parts.of[mine.records[mine.starts[:-1]]]
        may_be_whole = ~parts.risky[owner]
        for chunk in weighing.chunks(np.flatnonzero(matched), mine.vectors):
            asked = weighing.ask(spans[chunk], mine.records, mine.least[chunk], mine.vectors[chunk])
            kept = ~may_be_whole[chunk]
            kept[~kept] = asked.speaks_against(~kept)
            self.whole[chunk[~kept]] = True
            rest = chunk[kept]
            evidence = asked.evidence(kept)
            more = self._resolved(spans[rest], mine.below[rest], evidence, answer.n_clusters)
            answer = answer.joined(more)
        return answer

    def _resolved(
        self, spans: Longs, below: NDArray[np.int8], evidence: Matched, n_clusters: int
    ) -> Found:
        answer = self._once(spans, below, evidence, np.empty(0, dtype=np.int32), n_clusters)
        again = answer.waiting
        if not len(again):
            return answer
        ranks = _value_ranks(self.columns, np.unique(answer.tied))
        evidence = evidence._replace(
            matched=evidence.matched[again],
            least=evidence.least[again],
            starts=evidence.starts[again],
        )
        more = self._once(spans[again], below[again], evidence, ranks, answer.n_clusters)
        return answer.joined(more)

    def _once(
        self,
        spans: Longs,
        below: NDArray[np.int8],
        evidence: Matched,
        ranks: Ints,
        n_clusters: int,
    ) -> Found:
        columns, found, parts = self.columns, self.found, self.parts
        if not len(spans):
            return Found.nothing()._replace(cluster=self.cluster, n_clusters=n_clusters)
        guard = found.clashes.guarded(found.rules.guard)
        return Found(
            self.cluster,
            *resolve_plain(
                spans,
                self.mine.records,
                found.ptr,
                found.ids,
                found.iptr,
                found.irec,
                found.seen,
                found.split_index,
                found.sptr,
                found.group,
                columns.type_of,
                found.standing,
                ranks,
                columns.first_seen,
                found.rules.max_per_profile,
                guard,
                found.clashes.code if guard.any() else np.empty(0, dtype=np.int32),
                found.clashes.keys,
                self.clean_source,
                parts.exclusive,
                below,
                evidence,
                self.local,
                self.cluster,
                n_clusters,
            ),
        )


def _clean_source(columns: Columns, clean: Sequence[str]) -> NDArray[np.int8]:
    """n: the place of each record's source among these, -1: none; empty if these are none."""
    if not clean:
        return np.empty(0, dtype=np.int8)
    places = np.full(len(columns.sources), -1, dtype=np.int8)
    for place, source in enumerate(clean):
        places[list(columns.sources).index(source)] = place
    return np.where(columns.kind == OBSERVATION, np.int8(-1), places[columns.source])


def _value_ranks(columns: Columns, numbers: Longs) -> Ints:
    """m: of the identifiers given, those of one type in the order of their values; elsewhere 0."""
    ranks = np.zeros(columns.n_identifiers, dtype=np.int32)
    for place, values in enumerate(columns.values):
        low, high = columns.offsets[place : place + 2]
        mine = numbers[(numbers >= low) & (numbers < high)]
        if len(mine):
            texts = pl.from_arrow(values.take(pa.array(mine - low)))
            assert isinstance(texts, pl.Series)
            ranks[mine[texts.arg_sort().to_numpy()]] = np.arange(len(mine))
    return ranks
