"""Profiles, components, identifiers and links beside what the function says."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from sameas.engine.online.matches.circles import known_circles
from sameas.engine.online.matches.vectors import digest_of, values_of
from sameas.engine.online.rules import LINKED
from sameas.engine.online.summary import Summary
from sameas.engine.online.whole.circles import circle_of
from sameas.engine.online.whole.differ import Difference
from sameas.engine.online.whole.summaries import summaries
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.whole.derive import Derived
    from sameas.engine.online.whole.replayed import Replayed
    from sameas.engine.online.whole.snapshot import Held
    from sameas.graph.model import Identifier
    from sameas.graph.store.port import Reader

__all__ = ["differences"]

_spellings = msgspec.json.Decoder(list[str]).decode


def differences(
    reader: Reader,
    replayed: Replayed,
    kept: Held,
    derived: Derived,
    rules: Rules,
    numbers: Mapping[Identifier, int],
) -> Iterator[Difference]:
    """Of all that the partition decides. Records that are not on both sides are left out."""
    return _Comparison(reader, replayed, kept, derived, rules, numbers).run()


class _Comparison:
    def __init__(
        self,
        reader: Reader,
        replayed: Replayed,
        kept: Held,
        derived: Derived,
        rules: Rules,
        numbers: Mapping[Identifier, int],
    ) -> None:
        self.reader = reader
        self.kept = kept
        self.derived = derived
        self.rules = rules
        self.by_number = {number: one for one, number in numbers.items()}
        self.numbers = numbers
        self.records = replayed.records
        self.spelled = replayed.spelled
        rows = {RecordKey(row.source, row.record_id): row for row in kept.rows.values()}
        self.rows = [rows.get(record.key) for record in self.records]
        self.identifier = {one: number for number, one in kept.identifiers.items()}

    def run(self) -> Iterator[Difference]:
        derived = self.derived
        clusters = [None if row is None else row.cluster for row in self.rows]
        components = [None if row is None else row.component for row in self.rows]
        yield from self.grouped("profile", clusters, derived.cluster.tolist())
        yield from self.grouped("component", components, derived.component.tolist())
        yield from self.identifiers()
        yield from self.links()
        yield from self.components()

    def ref(self, at: int) -> str:
        return self.records[at].key.ref

    def grouped(
        self, kind: str, held: Sequence[int | None], should: Sequence[int]
    ) -> Iterator[Difference]:
        """Two groupings of the same records, told by the first record of each group."""
        mine: dict[int, int] = {}
        theirs: dict[int, int] = {}
        for at, (one, other) in enumerate(zip(held, should, strict=True)):
            if one is None:
                if self.rows[at] is not None:
                    yield Difference(kind, self.ref(at), "none", "one")
                continue
            first, expected = mine.setdefault(one, at), theirs.setdefault(other, at)
            if first != expected:
                yield Difference(
                    kind,
                    self.ref(at),
                    f"with {self.ref(first)}" if first != at else "apart",
                    f"with {self.ref(expected)}" if expected != at else "apart",
                )

    def identifiers(self) -> Iterator[Difference]:
        derived, kept = self.derived, self.kept
        standing = derived.standing.tolist()
        first: dict[int, int] = {}
        for at, component in enumerate(derived.component.tolist()):
            row = self.rows[at]
            if row is not None and row.component is not None:
                first.setdefault(component, row.component)
        homes = derived.home.tolist()
        for number, one in sorted(kept.identifiers.items()):
            place = self.numbers.get(one)
            should = 0 if place is None else standing[place]
            if kept.standing[number] != should:
                yield Difference(
                    "identifier", one.ref, _STANDINGS[kept.standing[number]], _STANDINGS[should]
                )
                continue
            home = None
            if place is not None and should == LINKED and homes[place] >= 0:
                home = first.get(homes[place])
            if kept.home[number] != home:
                yield Difference(
                    "identifier", one.ref, f"in component {kept.home[number]}", f"in {home}"
                )
        for one in sorted(self.numbers.keys() - self.identifier.keys()):
            if standing[self.numbers[one]]:
                yield Difference("identifier", one.ref, "not there", "there")

    def links(self) -> Iterator[Difference]:
        derived = self.derived
        mine = {
            (link.record, link.identifier): link
            for links in self.kept.links.values()
            for link in links
        }
        homes = self.homes()
        granted, place = derived.granted.tolist(), derived.place.tolist()
        profile = derived.cluster.tolist()
        for at, (record, one) in enumerate(
            zip(derived.record.tolist(), derived.ids.tolist(), strict=True)
        ):
            row, number = self.rows[record], self.identifier.get(self.by_number[one])
            if row is None or number is None:
                continue
            link = mine.pop((row.number, number), None)
            linked = derived.standing[one] == LINKED
            where = f"{self.ref(record)} {self.by_number[one].ref}"
            if link is None:
                yield Difference("link", where, "not there", "there")
                continue
            if bool(link.granted) != granted[at]:
                yield Difference("link", where, _HOLDS[link.granted], _HOLDS[granted[at]])
            if link.place != place[at]:
                yield Difference("link", where, f"group {link.place}", f"group {place[at]}")
            if linked and profile[record] != homes[one]:
                reason = derived.reasons.get(at)
                if link.reason != reason:
                    yield Difference("reason", where, str(link.reason), str(reason))
            yield from self.spelling(where, link, self.records[record].key, self.by_number[one])
        live = {row.number: at for at, row in enumerate(self.rows) if row is not None}
        for number, one in sorted(mine):
            known = self.kept.identifiers.get(one)
            name = f"identifier {one}" if known is None else known.ref
            who = self.ref(live[number]) if number in live else f"record {number}"
            yield Difference("link", f"{who} {name}", "there", "not there")

    def spelling(
        self, where: str, link: t.Link, key: RecordKey, one: Identifier
    ) -> Iterator[Difference]:
        is_ = sorted(_spellings(link.spelled or "[]"))
        should = sorted(self.spelled.get(key, {}).get(one, ()))
        if is_ != should:
            yield Difference("spelling", where, str(is_), str(should))

    def homes(self) -> list[int]:
        found = self.derived.found.home
        homes: list[int] = found.tolist()
        return homes

    def components(self) -> Iterator[Difference]:
        derived, kept = self.derived, self.kept
        rows = {row.number: row for row in self.reader.scan(t.COMPONENT)}
        used: set[int] = set()
        exact = self.summaries()
        whole = derived.whole | derived.perhaps_whole
        clusters: dict[int, set[int | None]] = defaultdict(set)
        number_of: dict[int, int] = {}
        for at, component in enumerate(derived.component.tolist()):
            row = self.rows[at]
            if row is not None and row.component is not None:
                number_of.setdefault(component, row.component)
                clusters[component].add(row.cluster)
        used.update(row.component for row in kept.rows.values() if row.component is not None)
        for number in sorted(rows.keys() - used):
            yield Difference("component", f"component {number}", "there", "no record lies in it")
        for component, number in sorted(number_of.items(), key=lambda one: one[1]):
            found = rows.get(number)
            where = f"component {number}"
            if found is None:
                yield Difference("component", where, "no row", "a row")
                continue
            nodes = int(derived.nodes[component])
            if found.nodes < nodes:
                yield Difference("component", where, f"{found.nodes} nodes", f"{nodes} nodes")
            if found.cluster is not None and clusters[component] != {found.cluster}:
                yield Difference("component", where, f"is profile {found.cluster}", "others too")
            if found.level != derived.level[component]:
                level = f"step {derived.level[component]} of the ladder"
                yield Difference("component", where, f"step {found.level}", level)
            if found.cluster is not None and not whole[component]:
                yield Difference("component", where, "whole", "resolved step by step")
            if found.circles is not None:
                yield from self.circles(where, found, number)
            if found.summary is not None:
                if found.cluster is None:
                    yield Difference("summary", where, "there", "none: it is not whole")
                elif derived.named[component]:
                    yield Difference("summary", where, "there", "none: a judgement speaks of it")
                else:
                    yield from self.summary(where, found.summary, exact[component])

    def circles(self, where: str, found: t.Component, number: int) -> Iterator[Difference]:
        """Of one component: they hold its vectors, and no circle of the function in parts."""
        kept = {one: at for at, circle in enumerate(known_circles(found) or ()) for one in circle}
        mine = [at for at in self.lying[number] if at in self.votes]
        if kept.keys() != {self.votes[at] for at in mine}:
            yield Difference("circles", where, "of some vectors", "of others")
            return
        should, told = self.should_circle
        assert self.derived.matches is not None
        vector, component = self.derived.matches.vector, self.derived.component
        pairs = {
            (int(should[vector[at]]), kept[self.votes[at]])
            for at in mine
            if told[component[at]] and vector[at] >= 0
        }
        if len(pairs) > len({one for one, _ in pairs}):
            yield Difference("circles", where, "apart", "together")

    @cached_property
    def should_circle(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """See `circle_of`."""
        return circle_of(self.derived)

    @cached_property
    def lying(self) -> dict[int, list[int]]:
        """By component of the store: the places of its records."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, row in enumerate(self.rows):
            if row is not None and row.component is not None:
                found[row.component].append(at)
        return found

    @cached_property
    def votes(self) -> dict[int, int]:
        """By place of a record: its vector."""
        of = {vote.record: vote.vector for vote in self.reader.scan(t.VOTE)}
        return {
            at: of[row.number]
            for at, row in enumerate(self.rows)
            if row is not None and row.number in of
        }

    def summaries(self) -> list[str | None]:
        """Of all components, by the store's numbers."""
        issued = [
            (one.number, one.carrier)
            for one in self.reader.scan(t.ISSUED)
            if one.carrier is not None
        ]
        places = {row.number: at for at, row in enumerate(self.rows) if row is not None}
        carried = [(number, places[carrier]) for number, carrier in issued if carrier in places]
        return summaries(
            self.derived,
            self.rules,
            records=np.array([r.number if r is not None else 0 for r in self.rows], dtype=np.int64),
            identifiers=np.array(
                [self.identifier.get(self.by_number[x], 0) for x in range(len(self.by_number))],
                dtype=np.int64,
            ),
            arrival=np.array(
                [r.arrival if r is not None else 0 for r in self.rows], dtype=np.int64
            ),
            carried=(
                np.array([number for number, _ in carried], dtype=np.int64),
                np.array([place for _, place in carried], dtype=np.int64),
            ),
            vector=self.vectors(),
            limits=False,
        )

    def vectors(self) -> list[int]:
        """The store's numbers of the trait vectors; 0: it does not have one."""
        if self.derived.matches is None:
            return []
        known = {row.digest: row.number for row in self.reader.scan(t.VECTOR)}
        return [known.get(digest_of(values_of(v)), 0) for v in self.derived.matches.values]

    def summary(self, where: str, text: str, exact: str | None) -> Iterator[Difference]:
        """A summary may count too much, never too little."""
        if exact is None:
            return  # the engine may see in other ways that a matched component is whole
        is_, should = Summary.loads(text), Summary.loads(exact)
        for name in ("values", "seen"):
            mine, theirs = getattr(is_, name), getattr(should, name)
            if len(mine) != len(theirs) or any(x < y for x, y in zip(mine, theirs, strict=False)):
                yield Difference("summary", f"{where} {name}", str(mine), f"at least {theirs}")
        for name in ("names", "loose", "sources", "vectors"):
            missing = {*map(str, getattr(should, name))} - {*map(str, getattr(is_, name))}
            if missing:
                yield Difference(
                    "summary", f"{where} {name}", str(getattr(is_, name)), f"also {sorted(missing)}"
                )
        for mine, theirs in zip(is_.exclusive, should.exclusive, strict=False):
            if not set(mine) >= set(theirs):
                yield Difference("summary", f"{where} exclusive", str(mine), str(theirs))
        for name in ("ids", "owner", "owner_arrival"):
            mine, theirs = getattr(is_, name), getattr(should, name)
            if (sorted(mine), sorted(theirs)) if name == "ids" else mine != theirs:
                if name == "ids" and sorted(mine) == sorted(theirs):
                    continue
                yield Difference("summary", f"{where} {name}", str(mine), str(theirs))


_STANDINGS = ("carried by nobody", "blocked", "does not link", "shared", "links")
_HOLDS = ("refused", "granted")
