"""Pieces that judgements speak of, or that have too many names, one by one through `stepwise`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.batch.columns import OBSERVATION, by_key
from sameas.engine.batch.links import LINKED, UNLINKED
from sameas.engine.batch.meet import fill, look, square_for
from sameas.engine.batch.stepwise import (
    Meeting,
    Node,
    Piece,
    Reason,
    Surroundings,
    place_dropped,
    resolve_piece,
)
from sameas.engine.evidence import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.components import Components
    from sameas.engine.batch.edges import Edges
    from sameas.engine.batch.ladder import Pieces
    from sameas.engine.batch.links import Links
    from sameas.engine.batch.meet import Weighed
    from sameas.engine.batch.settled import Settled
    from sameas.engine.batch.stepwise import Outcome, Word, Work
    from sameas.engine.policy import Policy

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Special"]


class Special:
    """What becomes of them."""

    def __init__(
        self,
        columns: Columns,
        policy: Policy,
        settled: Settled,
        found: Links,
        parts: Components,
        edges: Edges | None,
        known: Weighed,
    ) -> None:
        self.columns = columns
        self.found = found
        self.parts = parts
        self.edges = edges
        self.known = known
        self.world = _surroundings(columns, policy, settled, found)
        self.label = parts.of.copy()
        self.next_label = len(parts.sizes)
        self.holders: dict[Node, list[int]] = {}
        self.reasons: dict[tuple[int, int], Reason] = {}
        self.refused_words: list[tuple[Word, Reason]] = []
        self.refused_matches: list[tuple[int, int, Reason]] = []

    def run(self, pieces: Pieces, all_words: Sequence[Word]) -> None:
        """Resolve the pieces of special components."""
        starts = pieces.starts.tolist()
        words: dict[int, list[Word]] = {}
        for word in all_words:
            words.setdefault(int(pieces.of[word.left]), []).append(word)
        work_of: dict[int, Work] = {}
        for place in range(len(pieces.sizes)):
            mine = pieces.records[starts[place] : starts[place + 1]]
            records = mine.tolist()
            below = int(pieces.below[place])
            nodes = self._nodes(records)
            linking = {n: r for n, r in nodes.items() if self.world.type_of(n.identifier) < below}
            meeting = None
            if pieces.vectors[place]:
                meeting = self._meeting(mine, int(pieces.least[place]), int(pieces.vectors[place]))
            piece = Piece(records, linking, words.get(place, ()), meeting)
            outcome = resolve_piece(piece, self.world)
            self._take(outcome)
            work_of |= dict.fromkeys(records, outcome.work)
        dropped = {
            Node(one, group): self.found.irec[self.found.iptr[one] : self.found.iptr[one + 1]][
                self.found.groups(one) == group
            ].tolist()
            for one, group in pieces.dropped.tolist()
        }
        holders, refused = place_dropped(dropped, work_of, self.world)
        self.holders |= holders
        self.reasons |= refused

    def _meeting(self, mine: Ints, least: int, vectors: int) -> Meeting:
        assert self.edges is not None
        square, scores = square_for(vectors), self.edges.scores
        k = look(mine, least, self.known, square)
        weights = square.weights.reshape(k, k)
        left, right = np.nonzero(np.triu(weights == MISSING + 1))
        low, high = (pick(square.vectors[left], square.vectors[right]) for pick in _LOW_HIGH)
        fill(k, scores.weigh(low, high), 0, square)
        local = np.where(scores.vector[mine] < 0, -1, self.known.local[scores.vector[mine]])
        return Meeting(
            dict(zip(mine.tolist(), local.tolist(), strict=True)),
            {record: place for place, record in enumerate(by_key(self.columns, mine).tolist())},
            weights,
            square.kept.reshape(k, k),
            scores.cut,
        )

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


_LOW_HIGH = (np.minimum, np.maximum)


def _surroundings(columns: Columns, policy: Policy, settled: Settled, found: Links) -> Surroundings:
    kinds = policy.identifiers
    type_of, ptr, ids = columns.type_of, found.ptr, found.ids
    names, code = found.clashes.names, found.clashes.code

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
        record_ref=lambda record: columns.key(record).ref,
    )
