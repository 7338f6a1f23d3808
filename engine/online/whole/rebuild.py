"""All rows of a store at once, from live records, the function's answer and the ledger."""

from __future__ import annotations

import itertools
import operator
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sameas.engine import policy as policies
from sameas.engine.online.counters import Counters
from sameas.engine.online.loading import row_of
from sameas.engine.online.matches.queue import to_review
from sameas.engine.online.matches.rewrite import index_rows
from sameas.engine.online.rows import text
from sameas.engine.online.whole.circles import circles
from sameas.engine.online.whole.records import RecordRows
from sameas.engine.online.whole.summaries import summaries
from sameas.engine.online.whole.texts import strings
from sameas.graph.store import tables as t
from sameas.matching.canonical import hash_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.run import Progress
    from sameas.engine.online.matches.everything import Everything
    from sameas.engine.online.whole.numbers import Numbers
    from sameas.graph.model import Judgement
    from sameas.graph.store.port import Batch

    Longs = NDArray[np.int64]
    Rows = tuple[t.Table[Any], Batch]

__all__ = ["rows_of"]

_BATCH = 1 << 17


def rows_of(
    numbers: Numbers, judgements: Sequence[Judgement], *, now: int, progress: Progress
) -> Iterator[Rows]:
    """Every row, table by table, in the order of the tables' keys."""
    return _Rebuilding(numbers, judgements, now, progress).run()


class _Rebuilding:
    def __init__(
        self, given: Numbers, judgements: Sequence[Judgement], now: int, progress: Progress
    ) -> None:
        self.given = given
        self.judgements = judgements
        self.now = now
        self.progress = progress
        self.done = 0
        self.records = RecordRows(given)

    def run(self) -> Iterator[Rows]:
        gone = self.given.known.gone
        n, dead = len(self.given.order), gone.height
        total = len(self.given.derived.columns.ids) + 2 * n + 4 * len(self.given.profile)
        for table, columns in self.tables():
            width = len(columns[0])
            for start in range(0, width, _BATCH):
                part = [_plain(column[start : start + _BATCH]) for column in columns]
                yield table, zip(*part, strict=True)
                self.done += len(part[0])
                self.progress("store", min(self.done, total), total)
        counters = Counters(
            record=n + dead + len(self.records.heads),
            identifier=int(self.given.identifier.max(initial=0)),
            component=len(self.given.derived.nodes),
            cluster=len(self.given.profile),
            issued=int(self.given.issued.max(initial=0)),
            input=self.records.inputs,
            arrival=int(self.given.arrival.max(initial=0)),
            position=max(len(self.given.profile), 1),
        )
        every = self.given.derived.matches
        if every is not None:
            counters.vector = len(every.values)
            yield from self.matches(every)
        self.progress("store", total, total)
        if dead:
            arrivals = gone["arrival"].max()
            assert isinstance(arrivals, int)
            counters.arrival = max(counters.arrival, arrivals + 1)
        said = sorted(self.judgements, key=lambda one: one.key)
        yield t.JUDGEMENT, [row_of(one, 0) for one in said]
        found = self.given.derived.columns
        digests = any(
            name in self.given.rules.digests and len(values)
            for name, values in zip(found.types, found.values, strict=True)
        )
        if digests:
            yield t.FURTHER, self.further()
        facts = {
            "counters": counters.dumps(),
            "digests": "yes" if digests else "",
            "id_key": self.given.known.id_key.hex(),
            "policy": policies.dumps(self.given.rules.policy),
        }
        if self.given.rules.model is not None:
            facts["model"] = self.given.rules.model
        yield t.META, [t.Meta(name, value) for name, value in facts.items()]

    def tables(self) -> Iterator[tuple[t.Table[Any], list[Any]]]:
        """Tables as columns, each sorted by its key."""
        yield from self.records.run()
        yield from self.identifiers()
        yield from self.links()
        yield from self.profiles()

    def matches(self, every: Everything) -> Iterator[Rows]:
        """The index of matches, and the review queue."""
        matcher = self.given.rules.matcher
        assert matcher is not None
        numbers = itertools.count(1)
        queue = to_review(self.given.derived, matcher.review_threshold, self.judgements)
        most = matcher.max_key_records
        records = self.given.number.tolist()
        made: Iterator[tuple[t.Table[Any], list[Any]]]
        made = index_rows(every, records, lambda _: next(numbers), most)
        for table, rows in made:
            if table is t.VECTOR_PAIR:
                found = [
                    t.Review(pair.weight, pair.low, pair.high)
                    for pair, wanted in zip(rows, queue.tolist(), strict=True)
                    if wanted
                ]
                yield t.REVIEW, sorted(found, key=operator.attrgetter("weight", "low", "high"))
            key = operator.attrgetter(*table.key)
            yield table, sorted(rows, key=key)

    # -- identifiers, links -----------------------------------------------------------------

    def identifiers(self) -> Iterator[tuple[t.Table[Any], list[Any]]]:
        derived = self.given.derived
        columns = derived.columns
        some = np.flatnonzero(self.given.identifier)
        some = some[np.argsort(self.given.identifier[some])]
        values = pl.concat([strings(one) for one in columns.values])
        home = pl.Series(derived.home[some].astype(np.int64) + 1)
        yield (
            t.IDENTIFIER,
            [
                self.given.identifier[some],
                pl.Series(list(columns.types), dtype=pl.String).gather(
                    pl.Series(columns.type_of[some])
                ),
                values.gather(pl.Series(some)),
                derived.standing[some],
                pl.select(pl.when(home > 0).then(home)).to_series(),
            ],
        )

    def links(self) -> Iterator[tuple[t.Table[Any], list[Any]]]:
        derived = self.given.derived
        record, identifier = self.given.number[derived.record], self.given.identifier[derived.ids]
        order = np.lexsort((identifier, record))
        turn = np.empty(len(order), dtype=np.int64)
        turn[order] = np.arange(len(order))
        texts: list[list[str | None]] = [[None] * len(order) for _ in range(2)]
        for column, known in zip(texts, (derived.reasons, self.spellings()), strict=True):
            for at, said in known.items():
                column[turn[at]] = said
        granted = derived.granted[order].astype(np.int64)
        yield t.LINK, [record[order], identifier[order], derived.place[order], granted, *texts]

    def spellings(self) -> dict[int, str]:
        """By place of a link: the raw spellings, JSON. Further names have no link of their own."""
        derived = self.given.derived
        record, number, texts = self.given.found.raw
        wide = np.int64(max(derived.columns.n_identifiers, 1))
        key = derived.record * wide + derived.ids
        wanted = record * wide + number
        places = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
        found: dict[int, dict[str, None]] = defaultdict(dict)
        here = (key[places] == wanted).tolist() if len(key) else []
        for at, there, raw in zip(places.tolist(), here, texts.to_pylist(), strict=True):
            if there:
                found[at][raw] = None
        return {at: text(list(raw)) for at, raw in found.items()}

    # -- profiles and history ---------------------------------------------------------------

    def profiles(self) -> Iterator[tuple[t.Table[Any], list[Any]]]:
        derived, known = self.given.derived, self.given.known
        n, parts = len(self.given.order), len(self.given.profile)
        cluster = derived.cluster[self.given.order].astype(np.int64) + 1
        component = derived.component[self.given.order].astype(np.int64) + 1
        starts = np.searchsorted(cluster, np.arange(1, parts + 2))
        carried = np.flatnonzero(known.carrier >= 0)
        made = summaries(
            derived,
            self.given.rules,
            records=self.given.number,
            identifiers=self.given.identifier,
            arrival=self.given.arrival,
            carried=(self.given.issued[carried], known.carrier[carried]),
            vector=range(1, 1 + len(derived.matches.values) if derived.matches else 1),
        )
        home = np.zeros(len(derived.nodes), dtype=np.int64)
        home[component - 1] = cluster
        whole = pl.Series(derived.whole)
        yield (
            t.COMPONENT,
            [
                np.arange(1, len(derived.nodes) + 1),
                derived.nodes,
                pl.select(pl.when(whole).then(pl.Series(home))).to_series(),
                made,
                derived.level,
                circles(derived, made),
            ],
        )
        numbers = np.arange(1, parts + 1)
        yield t.CLUSTER, [
            numbers, component[starts[:-1]] if n else numbers, self.given.profile, [1] * parts,
        ]  # fmt: skip
        carrier = pl.Series(
            np.where(known.carrier >= 0, self.given.number[known.carrier], 0)
            if n
            else known.carrier
        )
        carrier = pl.select(pl.when(carrier > 0).then(carrier)).to_series()
        turn = np.argsort(self.given.issued, kind="stable")
        carrier = carrier.gather(pl.Series(turn))
        since = pl.select(pl.when(carrier.is_not_null()).then(1)).to_series()
        names = known.ids.gather(pl.Series(turn))
        yield t.ISSUED, [self.given.issued[turn], names, carrier, since]
        yield t.CHANGE, [
            numbers, np.full(parts, self.now), ["created"] * parts, self.given.profile,
            [None] * parts, _told(starts.tolist()),
        ]  # fmt: skip

    def further(self) -> list[t.Further]:
        """The digests that records carry, and those of the emails that they carry in plain."""
        columns, digests = self.given.derived.columns, self.given.rules.digests
        own = np.array([name in digests for name in columns.types], dtype=bool)[columns.type_of]
        record = self.given.record
        found = {}
        for at in np.flatnonzero(own[columns.ids]).tolist():
            one = columns.identifier(int(columns.ids[at]))
            key = (int(self.given.number[record[at]]), one.type, one.value, 0)
            found[key] = t.Further(*key)
        plain = columns.type_of[columns.ids] == self.given.rules.email
        spelled = self.raw_texts()
        for at in np.flatnonzero(plain).tolist():
            number = int(columns.ids[at])
            value = columns.identifier(number).value
            for raw in (value, *spelled.get(at, ())):
                for kind, names in hash_names(raw, value).items():
                    for digest in names if kind in digests else ():
                        email = int(self.given.identifier[number])
                        key = (int(self.given.number[record[at]]), kind, digest, email)
                        found[key] = t.Further(*key)
        return [found[key] for key in sorted(found)]

    def raw_texts(self) -> dict[int, list[str]]:
        """By place of a link in `Columns.ids`: the raw spellings."""
        record, number, texts = self.given.found.raw
        found: dict[int, list[str]] = defaultdict(list)
        places = self.given.place_of_link(record, number).tolist()
        for at, raw in zip(places, texts.to_pylist(), strict=True):
            found[at].append(raw)
        return found


def _told(starts: list[int]) -> list[str]:
    """The records of each profile, as the feed tells them: their numbers are consecutive."""
    return [
        f'{{"records":[{",".join(map(str, range(low + 1, high + 1)))}]}}'
        for low, high in itertools.pairwise(starts)
    ]


def _plain(column: Any) -> list[Any]:
    """A column as Python values."""
    if isinstance(column, list):
        return column
    values: list[Any] = column.to_list() if isinstance(column, pl.Series) else column.tolist()
    return values
