"""The rows of records and of their inputs, as columns.

A live record has one input, which stands for all that the batch run knew of it. Its content hash is
left empty, and made from the payload when somebody asks; a withdrawal is an input of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sameas.engine.batch.columns import OBSERVATION
from sameas.engine.online.door import CONTENT, WITHDRAWAL
from sameas.engine.online.rows import text
from sameas.engine.online.whole.texts import joined, objects, quoted, strings
from sameas.graph.store import tables as t
from sameas.graph.versions import TOMBSTONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sameas.engine.online.whole.numbers import Numbers

    Ints = NDArray[np.int32]

__all__ = ["RecordRows"]

_OCCURRENCE = re.compile(r"(c_[a-z2-7]{24})_\d+")


class RecordRows:
    """Makes them; `heads` and `inputs` are known when all were made."""

    def __init__(self, given: Numbers) -> None:
        self.given = given
        self.inputs = 0
        """How many inputs there are."""
        self.heads: dict[tuple[str, str], int] = {}
        """First occurrences of a content, which never came, to the numbers of their records."""
        self._contents: dict[tuple[str, str], int] | None = None

    def run(self) -> Iterator[tuple[t.Table[Any], list[Any]]]:
        derived, order = self.given.derived, self.given.order
        columns = derived.columns
        n = len(order)
        names = pl.Series(list(columns.sources), dtype=pl.String)
        source = names.gather(pl.Series(columns.source[order]))
        record_id = strings(columns.record_ids).gather(pl.Series(order))
        values = {name: quoted(column) for name, column in columns.traits.items()}
        traits = objects(values, n).gather(pl.Series(order))
        event_time, first_seen = columns.event_time[order], columns.first_seen[order]
        kind = columns.kind[order]
        folded = pl.Series(kind == OBSERVATION)
        times, apart = self.trait_times(values)
        trait_times = pl.select(pl.when(folded).then(times.gather(pl.Series(order)))).to_series()
        withdrawn = self.given.known.withdrawn_at.gather(pl.Series(order))
        identifiers = self.raw_identifiers().gather(pl.Series(order))
        payload = pl.select(
            pl.when(folded)
            .then(
                pl.format(
                    '[{},{},"",{},{}]',
                    identifiers,
                    traits,
                    pl.Series(columns.count[order]),
                    apart.gather(pl.Series(order)),
                )
            )
            .otherwise(pl.format("[{},{}]", identifiers, traits))
        ).to_series()
        number = np.arange(1, n + 1)
        speaks_of = number.copy()
        gone = self.given.known.gone.sort("source", "record_id")
        for at in np.flatnonzero(kind == CONTENT).tolist():
            speaks_of[at] = self.head(source[at], record_id[at], at + 1, gone)
        live = [
            number, source, record_id, kind, np.ones(n, dtype=np.int64), self.given.arrival[order],
            self.given.known.incarnation[order], withdrawn, event_time, first_seen,
            columns.last_seen[order], columns.count[order], number, traits, trait_times,
            derived.component[order].astype(np.int64) + 1,
            derived.cluster[order].astype(np.int64) + 1, [1] * n,
        ]  # fmt: skip
        yield t.RECORD, live
        dead = gone.height + len(self.heads)
        if dead:
            yield t.RECORD, self.dead(gone, n)
        first = pl.Series(first_seen)
        said_first = pl.select(pl.when(first != pl.Series(event_time)).then(first)).to_series()
        yield t.INPUT, [
            number, speaks_of, source, [None] * n, event_time, said_first, event_time,
            [b""] * n, kind, np.zeros(n, dtype=np.int64), payload,
        ]  # fmt: skip
        yield from self.withdrawals(gone, source, withdrawn, n)

    def head(self, source: str, record_id: str, number: int, gone: pl.DataFrame) -> int:
        """The record that a content's inputs speak of: of its first occurrence."""
        found = _OCCURRENCE.fullmatch(record_id)
        if found is None:
            return number
        if self._contents is None:
            self._contents = self.contents(gone)
        key = (source, found[1])
        known = self._contents.get(key)
        if known is None:
            known = len(self.given.order) + gone.height + len(self.heads) + 1
            self.heads[key] = self._contents[key] = known
        return known

    def contents(self, gone: pl.DataFrame) -> dict[tuple[str, str], int]:
        """Records known by content, the first occurrences, live or gone."""
        columns = self.given.derived.columns
        found = {}
        for at in np.flatnonzero(columns.kind == CONTENT).tolist():
            key = columns.key(at)
            found[key.source, key.record_id] = int(self.given.number[at])
        for at, row in enumerate(gone.select("source", "record_id").iter_rows()):
            found[row] = len(self.given.order) + 1 + at
        return found

    def dead(self, gone: pl.DataFrame, n: int) -> list[Any]:
        """Records that are not live: withdrawn, or first occurrences that others go by."""
        heads = [key for key, _ in sorted(self.heads.items(), key=lambda one: one[1])]
        size = gone.height + len(heads)
        zero = [0] * size
        times = [*gone["withdrawn_at"].fill_null(0).to_list(), *(0 for _ in heads)]
        arrival = [a + 1 if a >= 0 else -1 for a in gone["arrival"].to_list()]
        return [
            np.arange(n + 1, n + 1 + size),
            [*gone["source"].to_list(), *(source for source, _ in heads)],
            [*gone["record_id"].to_list(), *(name for _, name in heads)],
            zero, zero,
            [*arrival, *(-1 for _ in heads)],
            [*gone["incarnation"].clip(lower_bound=0).to_list(), *(0 for _ in heads)],
            [*gone["withdrawn_at"].to_list(), *(None for _ in heads)],
            times, times, times, zero, zero, ["{}"] * size, [None] * size, [None] * size,
            [None] * size, [None] * size,
        ]  # fmt: skip

    def withdrawals(
        self, gone: pl.DataFrame, source: pl.Series, withdrawn: pl.Series, n: int
    ) -> Iterator[tuple[t.Table[Any], list[Any]]]:
        """Inputs that say when a key was withdrawn."""
        some = withdrawn.is_not_null().arg_true()
        also = gone["withdrawn_at"].is_not_null().arg_true()
        record = [*(some + 1).to_list(), *(also + n + 1).to_list()]
        times = [
            *withdrawn.gather(some).to_list(), *gone["withdrawn_at"].gather(also).to_list()
        ]  # fmt: skip
        sources = [*source.gather(some).to_list(), *gone["source"].gather(also).to_list()]
        size = len(record)
        self.inputs = n + size
        if size:
            none = [None] * size
            yield t.INPUT, [
                np.arange(n + 1, n + 1 + size), record, sources, none, times, none, times,
                [TOMBSTONE] * size, [WITHDRAWAL] * size, [0] * size, ["[[],{}]"] * size,
            ]  # fmt: skip

    def trait_times(self, values: dict[str, pl.Series]) -> tuple[pl.Series, pl.Series]:
        """JSON: when each trait was said; and of these the times that are not the event's."""
        columns = self.given.derived.columns
        event = pl.Series(columns.event_time)
        said, apart = {}, {}
        for name, column in values.items():
            own = self.given.found.trait_times.get(name)
            times = event if own is None else pl.Series(own)
            there = pl.when(column.is_not_null()).then(times.cast(pl.String))
            said[name] = pl.select(there).to_series()
            if own is not None:
                there = pl.when(column.is_not_null() & (times != event)).then(times.cast(pl.String))
                apart[name] = pl.select(there).to_series()
        n = len(columns)
        return objects(said, n), objects(apart, n)

    def raw_identifiers(self) -> pl.Series:
        """n: (type, value as it was sent) of each record as JSON, the rejected ones too."""
        columns = self.given.derived.columns
        record, number, spelled = self.given.found.raw
        sent = np.ones(len(columns.ids), dtype=bool)
        sent[self.given.place_of_link(record, number)] = False
        bad_record, bad_kind, bad_text = self.rejected()
        kind = columns.type_of
        which = np.concatenate([kind[columns.ids[sent]], kind[number]])
        kinds = pl.Series([text(name) for name in columns.types], dtype=pl.String)
        pieces = pl.DataFrame(
            {
                "record": np.concatenate([self.given.record[sent], record, bad_record]),
                "kind": pl.concat([kinds.gather(pl.Series(which.astype(np.int64))), bad_kind]),
                "text": pl.concat(
                    [self.values().gather(pl.Series(columns.ids[sent])), quoted(spelled), bad_text]
                ),
            }
        )
        if len(record) or len(bad_record):
            pieces = pieces.unique(maintain_order=True).sort("record", maintain_order=True)
        offsets = np.searchsorted(pieces["record"].to_numpy(), np.arange(len(columns) + 1))
        each = pieces.select(pl.format("[{},{}]", "kind", "text")).to_series()
        return joined(each, offsets)

    def rejected(self) -> tuple[Ints, pl.Series, pl.Series]:
        """Place of the record, type and value as JSON, of values that could not be used."""
        columns = self.given.derived.columns
        bad = [one for one in self.given.found.rejected if one.type is not None]
        if not bad:
            none = pl.Series([], dtype=pl.String)
            return np.empty(0, dtype=np.int32), none, none
        names = pl.Series(list(columns.sources), dtype=pl.String)
        here = pl.DataFrame(
            {
                "source": names.gather(pl.Series(columns.source)),
                "record_id": strings(columns.record_ids),
                "place": np.arange(len(columns), dtype=np.int32),
            }
        )
        rows = [(b.source, b.record_id, text(b.type or ""), b.value) for b in bad]
        frame = pl.DataFrame(
            rows,
            {"source": pl.String, "record_id": pl.String, "kind": pl.String, "value": pl.String},
            orient="row",
        ).join(here, on=["source", "record_id"], how="inner")
        return (
            frame["place"].to_numpy(),
            frame["kind"],
            quoted(frame["value"].to_arrow()),
        )

    def values(self) -> pl.Series:
        """m: canonical values as JSON."""
        columns = self.given.derived.columns
        parts = [quoted(values) for values in columns.values]
        return pl.concat(parts) if parts else pl.Series([], dtype=pl.String)
