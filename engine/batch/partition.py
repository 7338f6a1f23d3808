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
from sameas.engine.batch.links import LINKED, UNLINKED, Links, link
from sameas.engine.batch.pieces import Bounds, bounded
from sameas.engine.batch.settled import alias_of, matched, settle
from sameas.engine.batch.stepwise import Node, Outcome, Reason, Surroundings, Word, resolve_piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.components import Components
    from sameas.engine.batch.settled import Edges, Settled
    from sameas.engine.evidence import Evidence
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Partition", "RefusedLinks", "partition"]


@dataclass(eq=False)
class RefusedLinks:
    """Links that a constraint kept from joining, an array entry each."""

    record: Ints
    identifier: Ints
    why: Sequence[Reason]


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
    refused_matches: Sequence[tuple[int, int, Reason]]
    component_sizes: Ints
    edges: Edges | None
    stepwise: int
    """Components that were resolved step by step."""


CONTESTED = 5
"""A status beside the standings of `links`."""


def partition(
    columns: Columns,
    policy: Policy,
    *,
    judgements: Sequence[Judgement] = (),
    evidence: Evidence | None = None,
) -> Partition:
    """Resolve live records."""
    alias = alias_of(columns)
    settled = settle(columns, judgements, alias)
    found = link(
        columns,
        policy,
        same_values=settled.value_sets(),
        cuts=settled.cuts,
        alias=alias,
    )
    words = _words(settled, found)
    edges = matched(columns, evidence)
    joined = [np.array([word[:2] for word in words], dtype=np.int64).reshape(-1, 2)]
    suspects = [settled.named(found, len(columns))]
    if edges is not None:
        joined.append(np.stack([edges.left, edges.right], axis=1))
        suspects.append(edges.left)
    parts = connect(
        columns,
        found,
        policy,
        joined=np.concatenate(joined),
        suspects=np.concatenate(suspects).astype(np.int32),
    )
    return _Assembly(columns, policy, settled, found, words, edges, parts).run(alias)


def _words(settled: Settled, found: Links) -> list[Word]:
    """`same` judgements as pairs of records; those whose identifier does not link sleep."""

    def stands_for(member: int) -> int | None:
        if member >= 0:
            return member
        one = ~member
        if found.standing[one] != LINKED:
            return None
        groups = found.groups(one)
        first = np.flatnonzero(groups == 0)
        return int(found.irec[found.iptr[one] + first[0]]) if len(first) else None

    words = []
    for left, right, left_ref, right_ref in settled.same:
        a, b = stands_for(left), stands_for(right)
        if a is not None and b is not None:
            words.append(Word(a, b, left_ref, right_ref))
    return words


class _Assembly:
    """Resolves the risky components and puts all answers together."""

    def __init__(
        self,
        columns: Columns,
        policy: Policy,
        settled: Settled,
        found: Links,
        words: list[Word],
        edges: Edges | None,
        parts: Components,
    ) -> None:
        self.columns = columns
        self.policy = policy
        self.settled = settled
        self.found = found
        self.words = words
        self.edges = edges
        self.parts = parts
        self.world = _surroundings(columns, policy, settled, found, edges)
        self.label = parts.of.astype(np.int64)
        self.next_label = len(parts.sizes)
        self.holders: dict[Node, list[int]] = {}
        self.reasons: dict[tuple[int, int], Reason] = {}
        self.refused_words: list[tuple[Word, Reason]] = []
        self.refused_matches: list[tuple[int, int, Reason]] = []
        self.sizes: list[int] = []

    def run(self, alias: Ints | None) -> Partition:
        found, parts = self.found, self.parts
        risky = np.flatnonzero(parts.risky)
        if len(risky):
            self._resolve_risky()
        order = np.empty(len(self.label), dtype=np.int32)
        order[found.seen] = np.arange(len(order), dtype=np.int32)
        profile, n_profiles = _dense(self.label, order, self.next_label)
        home, status = _settle_whole(profile, found.iptr, found.irec, found.standing)
        granted = np.ones(len(found.ids), dtype=bool)
        refused = self._finish_split(profile, home, status, granted)
        _grant(found.ids, status, granted)
        sizes = [parts.sizes[~parts.risky], np.array(self.sizes, dtype=np.int32)]
        return Partition(
            found,
            alias,
            profile,
            n_profiles,
            home,
            status,
            granted,
            refused,
            self.refused_words,
            self.refused_matches,
            np.concatenate(sizes),
            self.edges,
            len(risky),
        )

    # -- risky components -------------------------------------------------------------------

    def _resolve_risky(self) -> None:
        found, parts = self.found, self.parts
        inside = np.flatnonzero(parts.risky[parts.of])
        inside = inside[np.lexsort((found.seen[inside], parts.of[inside]))]
        owner = parts.of[inside]
        bounds = Bounds(
            max_component=self.policy.max_component,
            edge_threshold=0 if self.edges is None else self.edges.evidence.edge_threshold,
            rank=self.world.type_of,
            vector=self.world.vector,
        )
        words: dict[int, list[Word]] = {}
        for word in self.words:
            words.setdefault(int(parts.of[word[0]]), []).append(word)
        edges: dict[int, list[tuple[int, int, int]]] = {}
        if self.edges is not None:
            rows = zip(
                self.edges.left.tolist(),
                self.edges.right.tolist(),
                self.edges.weight.tolist(),
                strict=True,
            )
            for edge in rows:
                edges.setdefault(int(parts.of[edge[0]]), []).append(edge)
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        for first, last in zip(starts, [*starts[1:], len(inside)], strict=True):
            records = inside[first:last].tolist()
            at = int(owner[first])
            nodes = self._nodes(records)
            for piece, dropped in bounded(
                records, nodes, words.get(at, ()), edges.get(at, ()), bounds
            ):
                self.sizes.append(len(piece.records) + len(piece.nodes) + len(dropped))
                self._take(resolve_piece(piece, self.world))
                for node in dropped:
                    self.holders[node] = [nodes[node][0]]
                    for record in nodes[node]:
                        self.reasons[record, node.identifier] = Reason("component limit")

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

    # -- identifiers that do not simply lie in one whole profile ----------------------------

    def _finish_split(
        self, profile: Ints, home: Ints, status: NDArray[np.int8], granted: Bools
    ) -> RefusedLinks:
        """Settle split identifiers and those in risky components, one by one."""
        found = self.found
        touched = set(found.split.tolist())
        touched |= {node.identifier for node in self.holders}
        whole = _WholeGroups(found)
        why_not = {int(row[0]): place for place, row in enumerate(found.why.tolist())}
        records: list[int] = []
        identifiers: list[int] = []
        reasons: list[Reason] = []
        for one in sorted(touched):
            first, last = int(found.iptr[one]), int(found.iptr[one + 1])
            mine = found.irec[first:last].tolist()
            held_by: list[int] = []
            for group, lead in whole.leads(one):
                node = Node(one, group)
                if self.parts.risky[self.parts.of[lead]]:
                    held_by += self.holders[node]
                else:
                    held_by.append(lead)
            holding = {int(profile[record]) for record in held_by}
            at_home = int(profile[held_by[0]]) if held_by else -1
            home[one] = at_home
            if not held_by:
                status[one] = UNLINKED
            elif len({int(profile[record]) for record in mine}) > 1:
                status[one] = CONTESTED
            else:
                status[one] = LINKED
            for place, record in enumerate(mine, first):
                if int(profile[record]) == at_home:
                    continue
                if int(profile[record]) not in holding:
                    granted[self._link(record, one)] = False
                records.append(record)
                identifiers.append(one)
                judgement = self.settled.cuts.get((record, one))
                if judgement is not None:
                    reasons.append(Reason("different", (judgement,)))
                elif place in why_not:
                    reasons.append(self._split_reason(record, one, why_not[place]))
                else:
                    reasons.append(self.reasons[record, one])
        return RefusedLinks(
            np.array(records, dtype=np.int32), np.array(identifiers, dtype=np.int32), reasons
        )

    def _link(self, record: int, one: int) -> int:
        first, last = self.found.ptr[record], self.found.ptr[record + 1]
        return int(first + np.searchsorted(self.found.ids[first:last], one))

    def _split_reason(self, record: int, one: int, place: int) -> Reason:
        found, world = self.found, self.world
        _, kind, a, b = found.why[place].tolist()
        if kind == -1:
            names = (found.clashes.names[a], found.clashes.names[b])
            return Reason(
                "guard", tuple(sorted(" ".join(n.replace("\x1f", " ").split()) for n in names))
            )
        if a >= 0 and b >= 0:
            return Reason("max_per_profile", tuple(sorted((world.ref(a), world.ref(b)))))
        # somebody carries several values: look at the whole first group
        first = found.iptr[one]
        members = [record]
        for at, group in enumerate(found.groups(one).tolist()):
            other = int(found.irec[first + at])
            if other == record:
                break
            if group == 0:
                members.append(other)
        values = {
            world.counts_as(value)
            for member in members
            for value in world.carried(member)
            if world.type_of(value) == kind
            and found.standing[value] in (LINKED, UNLINKED)
            and (member, value) not in self.settled.cuts
        }
        return Reason("max_per_profile", tuple(sorted(map(world.ref, values))))


class _WholeGroups:
    """The first record of each group of an identifier."""

    def __init__(self, found: Links) -> None:
        self._found = found

    def leads(self, one: int) -> list[tuple[int, int]]:
        found = self._found
        first = found.iptr[one]
        if found.split_index[one] < 0:
            return [(0, int(found.irec[first]))]
        leads: dict[int, int] = {}
        for at, group in enumerate(found.groups(one).tolist()):
            if group >= 0:
                leads.setdefault(group, int(found.irec[first + at]))
        return sorted(leads.items())


def _surroundings(
    columns: Columns, policy: Policy, settled: Settled, found: Links, edges: Edges | None
) -> Surroundings:
    kinds = policy.identifiers
    type_of, ptr, ids = columns.type_of, found.ptr, found.ids
    names, code = found.clashes.names, found.clashes.code
    observation = 1
    evidence = None if edges is None else edges.evidence
    texts: dict[str, dict[int, str | None]] = {}

    def trait(record: int, name: str) -> str | None:
        if name not in columns.traits:
            return None
        known = texts.setdefault(name, {})
        if record not in known:
            text = columns.traits[name][record].as_py()
            known[record] = None if text is None else (text.strip().casefold() or None)
        return known[record]

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
        evidence=evidence,
        type_of=lambda one: int(type_of[one]),
        counts_as=lambda one: int(found.counts_as[one]),
        carried=lambda record: ids[ptr[record] : ptr[record + 1]].tolist(),
        unlinked=lambda one: bool(found.standing[one] == UNLINKED),
        first_seen=lambda record: int(columns.first_seen[record]),
        name=lambda record: names[code[record]] if code[record] >= 0 else None,
        source=lambda record: (
            None if columns.kind[record] == observation else columns.sources[columns.source[record]]
        ),
        trait=trait,
        value=lambda one: columns.identifier(one).value,
        ref=lambda one: columns.identifier(one).ref,
        key=lambda record: (
            columns.sources[columns.source[record]],
            columns.record_ids[record].as_py(),
        ),
        record_ref=lambda record: columns.key(record).ref,
        vector=lambda record: None if evidence is None else evidence.vector(columns.key(record)),
    )


@njit(cache=True, nogil=True)
def _dense(label: Longs, order: Ints, labels: int) -> tuple[Ints, int]:
    number = np.full(labels, -1, dtype=np.int32)
    out = np.empty(len(label), dtype=np.int32)
    count = 0
    for record in order:
        if number[label[record]] < 0:
            number[label[record]] = count
            count += 1
        out[record] = number[label[record]]
    return out, count


@njit(cache=True, nogil=True)
def _settle_whole(
    profile: Ints,
    iptr: Longs,
    irec: Ints,
    standing: NDArray[np.int8],
) -> tuple[Ints, NDArray[np.int8]]:
    """Home and status of every identifier that lies in one component whole."""
    m = len(iptr) - 1
    home = np.full(m, -1, dtype=np.int32)
    status = standing.copy()
    for one in range(m):
        if standing[one] == 4:
            home[one] = profile[irec[iptr[one]]]
    return home, status


@njit(cache=True, nogil=True)
def _grant(ids: Ints, status: NDArray[np.int8], granted: Bools) -> None:
    """Links to identifiers that do not take part do not hold."""
    for at in range(len(ids)):
        if status[ids[at]] < 4:
            granted[at] = False
