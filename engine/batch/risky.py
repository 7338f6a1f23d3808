"""3.5 for the components that break something: who goes which way, and all answers in one form.

Components without judgements and matches, within all bounds, go through `plain` (compiled); the
others piece by piece through `stepwise`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from sameas.engine.batch.columns import OBSERVATION
from sameas.engine.batch.links import LINKED, UNLINKED
from sameas.engine.batch.pieces import Bounds, bounded
from sameas.engine.batch.plain import Found, resolve_plain
from sameas.engine.batch.refusals import Reasons
from sameas.engine.batch.stepwise import (
    Node,
    Reason,
    Surroundings,
    least_of_each,
    place_dropped,
    resolve_piece,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.components import Components
    from sameas.engine.batch.edges import Edges
    from sameas.engine.batch.links import Links
    from sameas.engine.batch.settled import Settled
    from sameas.engine.batch.stepwise import Outcome, Word, Work
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
    refused_matches: list[tuple[int, int, Reason]]
    sizes: Ints
    """Nodes of the special components' pieces."""


def resolve_risky(
    columns: Columns,
    policy: Policy,
    settled: Settled,
    found: Links,
    words: Sequence[Word],
    edges: Edges | None,
    parts: Components,
) -> Risky:
    """Resolve every risky component."""
    special = _Special(columns, policy, settled, found, edges, parts)
    clean = sorted(set(policy.duplicate_free) & set(columns.sources))
    if len(clean) > _MOST_SOURCES:
        parts.special |= parts.risky
    special.run(words)
    plain, records = _plain(columns, found, parts, clean)
    # clusters are numbered from 0
    special.label[records] = plain.cluster + np.int32(special.next_label)
    nodes = np.array(
        [
            (node.identifier, node.group, record)
            for node, held_by in special.holders.items()
            for record in held_by
        ],
        dtype=np.int64,
    ).reshape(-1, 3)
    in_words = list(special.reasons.items())
    pairs = np.array([link for link, _ in in_words], dtype=np.int64).reshape(-1, 2)
    refused = plain.refused
    reasons = Reasons.joined(
        [
            Reasons(
                refused[:, 2].astype(np.int8),
                refused[:, 3].copy(),
                refused[:, 4].copy(),
                plain.payload,
            ),
            Reasons.of([reason for _, reason in in_words]),
        ]
    )
    return Risky(
        special.label,
        special.next_label + plain.n_clusters,
        np.concatenate([plain.holders, nodes]),
        (
            np.concatenate([refused[:, 1], pairs[:, 0]]),
            np.concatenate([refused[:, 0], pairs[:, 1]]),
            reasons,
        ),
        special.refused_words,
        special.refused_matches,
        np.array(special.sizes, dtype=np.int32),
    )


def _inside(found: Links, parts: Components, chosen: Bools) -> tuple[Ints, Longs]:
    """The records of chosen components, one after the other, and where each component begins.

    Within a component they stand in the order of 3.3.
    """
    inside = np.flatnonzero(chosen[parts.of]) if chosen.any() else np.empty(0, dtype=np.int64)
    keys = (parts.of[inside].astype(np.int64) << 32) | found.seen[inside]
    keys.sort()
    owner = keys >> 32
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    return found.order[keys & 0xFFFFFFFF], np.append(starts, len(keys))


def _plain(
    columns: Columns, found: Links, parts: Components, clean: Sequence[str]
) -> tuple[Found, Ints]:
    """Resolve all that is not special, and whose records these are."""
    records, starts = _inside(found, parts, parts.risky & ~parts.special)
    if not len(records):
        return Found.nothing(), records
    guard = found.clashes.guarded(found.rules.guard)
    cluster = np.empty(len(records), dtype=np.int32)
    local = np.empty(columns.n_identifiers, dtype=np.int32)
    clean_source = _clean_source(columns, clean)

    def resolved(spans: Longs, ranks: Ints, n_clusters: int) -> Found:
        return Found(
            cluster,
            *resolve_plain(
                spans,
                records,
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
                clean_source,
                parts.exclusive,
                local,
                cluster,
                n_clusters,
            ),
        )

    spans = np.stack([starts[:-1], starts[1:]], axis=1)
    answer = resolved(spans, np.empty(0, dtype=np.int32), 0)
    if len(answer.waiting):
        ranks = _value_ranks(columns, np.unique(answer.tied))
        answer = answer.joined(resolved(spans[answer.waiting], ranks, answer.n_clusters))
    return answer, records


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


class _Special:
    """Components that judgements, matches or bounds speak of, one by one."""

    def __init__(
        self,
        columns: Columns,
        policy: Policy,
        settled: Settled,
        found: Links,
        edges: Edges | None,
        parts: Components,
    ) -> None:
        self.policy = policy
        self.found = found
        self.edges = edges
        self.parts = parts
        self.world = _surroundings(columns, policy, settled, found, edges)
        self.label = parts.of.copy()
        self.next_label = len(parts.sizes)
        self.holders: dict[Node, list[int]] = {}
        self.reasons: dict[tuple[int, int], Reason] = {}
        self.refused_words: list[tuple[Word, Reason]] = []
        self.refused_matches: list[tuple[int, int, Reason]] = []
        self.sizes: list[int] = []

    def run(self, all_words: Sequence[Word]) -> None:
        parts = self.parts
        inside, starts = _inside(self.found, parts, parts.special)
        bounds = Bounds(
            max_component=self.policy.max_component,
            edge_threshold=0 if self.edges is None else self.edges.scores.edge_threshold,
            rank=self.world.type_of,
            vector=self.world.vector,
        )
        words: dict[int, list[Word]] = {}
        for word in all_words:
            words.setdefault(int(parts.of[word.left]), []).append(word)
        edges: dict[int, list[tuple[int, int, int]]] = {}
        if self.edges is not None:
            spelled = (array.tolist() for array in self.edges.spelled())
            for edge in zip(*spelled, strict=True):
                edges.setdefault(int(parts.of[edge[0]]), []).append(edge)
        for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            records = inside[first:last].tolist()
            at = int(parts.of[records[0]])
            nodes = self._nodes(records)
            looked_at: set[tuple[int, int]] = set()
            away: dict[Node, Sequence[int]] = {}
            work_of: dict[int, Work] = {}
            for piece, dropped in bounded(
                records, nodes, words.get(at, ()), edges.get(at, ()), bounds
            ):
                self.sizes.append(len(piece.records) + len(piece.nodes) + len(dropped))
                outcome = resolve_piece(piece, self.world)
                self._take(outcome)
                looked_at.update(piece.matches)
                away |= {node: nodes[node] for node in dropped}
                work_of |= dict.fromkeys(piece.records, outcome.work)
            holders, refused = place_dropped(away, work_of, self.world)
            self.holders |= holders
            self.reasons |= refused
            passed_over = [
                (a, b)
                for a, b, _ in edges.get(at, ())
                if (a, b) not in looked_at and self.label[a] != self.label[b]
            ]
            for left, right in least_of_each(
                passed_over, self.world, lambda record: int(self.label[record])
            ):
                self.refused_matches.append((left, right, Reason("component limit")))

    def _nodes(self, records: Sequence[int]) -> dict[Node, list[int]]:
        found = self.found
        nodes: dict[Node, list[int]] = {}
        for record in records:
            for one in self.world.carried(record):
                if found.standing[one] != LINKED:
                    continue
                group = 0
                if found.split_index[one] >= 0:
                    group = self._group_of(record, one)
                    if group < 0:
                        continue
                nodes.setdefault(Node(one, group), []).append(record)
        return nodes

    def _group_of(self, record: int, one: int) -> int:
        found = self.found
        first, last = found.iptr[one], found.iptr[one + 1]
        # records of an identifier stand in the order of `seen`
        at = np.searchsorted(found.seen[found.irec[first:last]], found.seen[record])
        return int(found.group[found.sptr[found.split_index[one]] + at])

    def _take(self, outcome: Outcome) -> None:
        for records in outcome.clusters:
            self.label[records] = self.next_label
            self.next_label += 1
        self.holders |= outcome.holders
        self.reasons |= outcome.links
        self.refused_words += outcome.words
        self.refused_matches += [(a, b, why) for (a, b), why in outcome.matches.items()]


def _surroundings(
    columns: Columns, policy: Policy, settled: Settled, found: Links, edges: Edges | None
) -> Surroundings:
    kinds = policy.identifiers
    type_of, ptr, ids = columns.type_of, found.ptr, found.ids
    names, code = found.clashes.names, found.clashes.code
    scores = None if edges is None else edges.scores

    def source(record: int) -> str | None:
        if columns.kind[record] == OBSERVATION:
            return None
        name: str = columns.sources[columns.source[record]]
        return name

    def trait(record: int, name: str) -> str | None:
        if name not in columns.traits:
            return None
        text = columns.traits[name][record].as_py()
        return None if text is None else (text.strip().casefold() or None)

    return Surroundings(
        limits={
            place: kind.max_per_profile
            for place, kind in enumerate(kinds)
            if kind.max_per_profile is not None
        },
        carried_types=frozenset(
            place
            for place, kind in enumerate(kinds)
            if not kind.links and kind.max_per_profile is not None
        ),
        guarded=frozenset(place for place, kind in enumerate(kinds) if kind.guard),
        exclusive=policy.exclusive,
        duplicate_free=sorted(policy.duplicate_free),
        settled=settled,
        scores=scores,
        type_of=lambda one: int(type_of[one]),
        counts_as=lambda one: int(found.counts_as[one]),
        carried=lambda record: ids[ptr[record] : ptr[record + 1]].tolist(),
        unlinked=lambda one: bool(found.standing[one] == UNLINKED),
        first_seen=lambda record: int(columns.first_seen[record]),
        name=lambda record: names[code[record]] if names and code[record] >= 0 else None,
        source=source,
        trait=trait,
        value=lambda one: columns.identifier(one).value,
        ref=lambda one: columns.identifier(one).ref,
        key=lambda record: (
            columns.sources[columns.source[record]],
            columns.record_ids[record].as_py(),
        ),
        record_ref=lambda record: columns.key(record).ref,
        vector=lambda record: -1 if scores is None else int(scores.vector[record]),
    )
