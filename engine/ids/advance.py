"""3.6 on columns: the ledger moves from one partition to the next.

The same ids, carriers and changes as `sameas.engine.reference.advance`.

One module: the contract is one function over tables, a method a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from sameas.engine.batch.columns import ordered
from sameas.engine.batch.texts import Texts, appearing
from sameas.engine.ids.kernels import firsts, profile_ids, strings
from sameas.engine.ids.siphash import profile_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["CHANGES", "IDS", "KEYS", "LEDGER", "Issued", "Ledger", "advance"]

LEDGER = pl.Schema(
    {
        "source": pl.String,
        "record_id": pl.String,
        "arrival": pl.Int64,
        "incarnation": pl.Int64,
        "live": pl.Boolean,
        "withdrawn_at": pl.Int64,
    }
)
IDS = pl.Schema({"id": pl.String, "issued": pl.Int64, "source": pl.String, "record_id": pl.String})
KEYS = pa.schema(
    [
        ("source", pa.dictionary(pa.int32(), pa.string())),
        ("record_id", pa.string()),
        ("arrival", pa.int64()),
        ("incarnation", pa.int64()),
        ("live", pa.bool_()),
        ("withdrawn_at", pa.int64()),
    ]
)
"""`LEDGER` in Arrow."""
CHANGES = pl.Schema({"change": pl.String, "old_id": pl.String, "new_id": pl.String})

_ROWS = 1 << 19
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All history that ids depend on, as tables."""

    id_key: bytes
    keys: pl.DataFrame
    """`LEDGER`: every key ever seen. A key that was withdrawn before it arrived has arrival and
    incarnation -1."""
    ids: pl.DataFrame
    """`IDS`: every id ever issued; without a record: gone."""
    profiles: pl.DataFrame
    """source, record_id, profile_id of the live records."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What one arrival did."""

    profile_ids: pa.StringArray
    """P: the id of each profile."""
    arrival: Longs
    """n: the arrival number of each record."""
    key_batches: Callable[[], Iterator[pa.RecordBatch]]
    """`KEYS`, a batch of it at a time: a table of all keys need never be held whole."""
    ids: pl.DataFrame
    """`IDS`."""
    changes: pl.DataFrame
    """`CHANGES`."""

    @property
    def keys(self) -> pl.DataFrame:
        """`LEDGER`, whole."""
        frame = pl.from_arrow(pa.Table.from_batches(self.key_batches(), KEYS))
        assert isinstance(frame, pl.DataFrame)
        return frame.cast(LEDGER)


def advance(
    before: Ledger | bytes,
    columns: Columns,
    profile: Ints,
    *,
    n_profiles: int,
    signed_up: Bools,
    withdrawn_at: dict[tuple[str, str], int] | None = None,
    now: int = 0,
    order: Ints | None = None,
) -> Issued:
    """One arrival: a new partition of the live records.

    Args:
        before: the ledger so far; the id key alone: there is none.
        columns: the n live records; all others of the ledger are withdrawn.
        profile: n: 0..P-1.
        n_profiles: P.
        signed_up: n: the records that hold a value of a type with limit 1.
        withdrawn_at: when keys were withdrawn, where a source said so.
        now: when all others were.
        order: the records by (event time, source, record id), where that is known already.
    """
    if order is None:
        order = ordered(columns, columns.event_time)
    if isinstance(before, bytes):
        return _first(before, columns, profile, n_profiles, signed_up, withdrawn_at or {}, order)
    movement = _Next(before, columns, profile, n_profiles, signed_up, order)
    return movement.run(withdrawn_at or {}, now)


def _source_names(columns: Columns, records: Ints | None = None) -> pl.Series:
    codes = columns.source if records is None else columns.source[records]
    names = pl.Series(list(columns.sources), dtype=pl.String)
    return names.gather(pl.Series(codes))


def _series(texts: pa.Array) -> pl.Series:
    found = pl.from_arrow(texts)
    assert isinstance(found, pl.Series)
    return found.cast(pl.String)


def _first(
    id_key: bytes,
    columns: Columns,
    profile: Ints,
    n_profiles: int,
    signed_up: Bools,
    withdrawn_at: dict[tuple[str, str], int],
    order: Ints,
) -> Issued:
    """Without history all is new: ids are issued in the order of arrival."""
    n = len(columns)
    arrival = np.empty(n, dtype=np.int64)
    arrival[order] = np.arange(n)
    first, signed, turn = firsts(profile, order, signed_up, n_profiles)
    none = np.zeros(n_profiles, dtype=np.int64)
    raw = profile_ids(id_key, columns, first, none)
    names = _distinct(id_key, columns, first, none, raw, arrival, None)
    carrier = np.where(signed < 0, first, signed)[turn]
    ids = pl.DataFrame(
        {
            "id": _series(Texts.of([names]).take(turn)),
            "issued": np.arange(n_profiles, dtype=np.int64),
            "source": _source_names(columns, carrier),
            "record_id": _series(Texts.of([columns.record_ids]).take(carrier)),
        },
        schema=IDS,
    )

    def key_batches() -> Iterator[pa.RecordBatch]:
        if withdrawn_at:
            whole = pa.Table.from_batches(_arrivals(columns, arrival), KEYS)
            frame = pl.from_arrow(whole)
            assert isinstance(frame, pl.DataFrame)
            return _batches(_with_tombstones(frame.cast(LEDGER), withdrawn_at))
        return _arrivals(columns, arrival)

    changes = pl.DataFrame(
        {
            "change": pl.Series(["created"], dtype=pl.String).new_from_index(0, n_profiles),
            "old_id": pl.Series([None], dtype=pl.String).new_from_index(0, n_profiles),
            "new_id": pl.Series(names),
        },
        schema=CHANGES,
    )
    return Issued(names, arrival, key_batches, ids, changes)


def _arrivals(columns: Columns, arrival: Longs) -> Iterator[pa.RecordBatch]:
    """The keys of live records that all came just now."""
    for low in range(0, len(columns), _ROWS):
        span = slice(low, min(len(columns), low + _ROWS))
        size = span.stop - span.start
        arrays = [
            appearing(columns.sources, columns.source[span]),
            columns.record_ids.slice(low, size).cast(pa.string()),
            pa.array(arrival[span]),
            pa.array(np.zeros(size, dtype=np.int64)),
            pa.array(np.ones(size, dtype=bool)),
            pa.nulls(size, pa.int64()),
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=KEYS)


def _batches(keys: pl.DataFrame) -> Iterator[pa.RecordBatch]:
    """`LEDGER` as `KEYS`."""
    for piece in keys.iter_slices(_ROWS):
        source = piece["source"].to_arrow().cast(pa.string()).dictionary_encode()
        others = [piece[name].to_arrow().cast(KEYS.field(name).type) for name in piece.columns[1:]]
        yield pa.RecordBatch.from_arrays([source, *others], schema=KEYS)


def _with_tombstones(keys: pl.DataFrame, withdrawn_at: dict[tuple[str, str], int]) -> pl.DataFrame:
    """Remember when sources withdrew keys, those that never arrived included."""
    if not withdrawn_at:
        return keys
    rows = [(source, name, time) for (source, name), time in sorted(withdrawn_at.items())]
    said = pl.DataFrame(
        rows, {"source": pl.String, "record_id": pl.String, "said": pl.Int64}, orient="row"
    )
    joined = keys.join(said, on=["source", "record_id"], how="full", coalesce=True)
    return joined.select(
        "source",
        "record_id",
        pl.col("arrival").fill_null(-1),
        pl.col("incarnation").fill_null(-1),
        pl.col("live").fill_null(value=False),
        pl.max_horizontal("withdrawn_at", "said").alias("withdrawn_at"),
    )


def _distinct(
    id_key: bytes,
    columns: Columns,
    first: Ints,
    incarnation: Longs,
    raw: NDArray[np.uint8],
    arrival: Longs,
    issued: set[str] | None,
) -> pa.StringArray:
    """New ids as strings; one that was issued before is hashed again with the next number."""
    names = strings(raw)
    clashing = _twins(raw)
    taken = issued or set()
    if taken:
        known = pl.Series(names).is_in(pl.Series(sorted(taken), dtype=pl.String).implode())
        clashing = np.union1d(clashing, np.flatnonzero(known.to_numpy()))
    if not len(clashing):
        return names
    texts = names.to_pylist()
    mine = set(clashing.tolist())
    others = taken | {text for at, text in enumerate(texts) if at not in mine}
    for at in clashing[np.argsort(arrival[first[clashing]])].tolist():
        key = columns.key(int(first[at]))
        again = 0
        while texts[at] in others:
            again += 1
            texts[at] = profile_id(
                id_key, (key.source, key.record_id), incarnation=int(incarnation[at]), again=again
            )
        others.add(texts[at])
    return pa.array(texts, pa.string())


def _twins(raw: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The places of ids that occur more than once."""
    words = np.ascontiguousarray(raw[:, 2:18]).view(np.uint64)
    # equal ids have equal sums: almost always no sum occurs twice, and to see that is cheap
    sums = np.sort(words[:, 0] * _ODD + words[:, 1])
    if not (sums[1:] == sums[:-1]).any():
        return np.empty(0, dtype=np.intp)
    turn = np.lexsort((words[:, 1], words[:, 0]))
    twice = (words[turn[1:]] == words[turn[:-1]]).all(axis=1)
    return np.union1d(turn[1:][twice], turn[:-1][twice])


class _Next:
    """An arrival after others."""

    def __init__(
        self,
        before: Ledger,
        columns: Columns,
        profile: Ints,
        n_profiles: int,
        signed_up: Bools,
        order: Ints,
    ) -> None:
        self.before = before
        self.columns = columns
        self.profile = profile
        self.n_profiles = n_profiles
        self.signed_up = signed_up
        n = len(columns)
        self.now_keys = pl.DataFrame(
            {
                "source": _source_names(columns),
                "record_id": _series(columns.record_ids),
                "record": np.arange(n, dtype=np.int64),
            }
        )
        known = self.now_keys.join(
            before.keys, on=["source", "record_id"], how="left", maintain_order="left"
        )
        live = known["live"].fill_null(value=False).to_numpy()
        arrival = known["arrival"].fill_null(-1).to_numpy().copy()
        incarnation = known["incarnation"].fill_null(-1).to_numpy().copy()
        coming = order[~live[order]]
        last = int(before.keys["arrival"].to_numpy().max(initial=-1))
        arrival[coming] = last + 1 + np.arange(len(coming))
        incarnation[coming] += 1
        self.stayed = live
        self.arrival = arrival
        self.incarnation = incarnation
        self.order = np.argsort(arrival, kind="stable").astype(np.int32)

    def run(self, withdrawn_at: dict[tuple[str, str], int], now: int) -> Issued:
        carried = self._passed_on()
        names, ids = self._named(carried)
        ids = ids.select("id", "issued", "record", "profile")
        keys = self.now_keys
        out = ids.join(keys, on="record", how="left", maintain_order="left").select(list(IDS))
        return Issued(
            names,
            self.arrival,
            lambda: _batches(_with_tombstones(self._keys(now), withdrawn_at)),
            out.sort("issued"),
            self._changes(ids, names),
        )

    def _passed_on(self) -> pl.DataFrame:
        """Every issued id with the record that carries it now; those withdrawn pass theirs on."""
        ids = self.before.ids.join(
            self.now_keys, on=["source", "record_id"], how="left", maintain_order="left"
        )
        carrier = ids["record"].fill_null(-1).to_numpy().copy()
        orphan = (carrier < 0) & ids["source"].is_not_null().to_numpy()
        if orphan.any():
            was = self.before.profiles
            lost = ids.filter(pl.Series(orphan)).join(was, on=["source", "record_id"], how="left")
            heirs = was.join(self.now_keys, on=["source", "record_id"], how="inner")
            record = heirs["record"].to_numpy()
            heirs = heirs.with_columns(
                signed=pl.Series(~self.signed_up[record]), arrived=pl.Series(self.arrival[record])
            ).filter(pl.Series(self.stayed[record]))
            heirs = heirs.sort("signed", "arrived").unique(
                "profile_id", keep="first", maintain_order=True
            )
            found = lost.select("id", "profile_id").join(
                heirs.select("profile_id", "record"), on="profile_id", how="left"
            )
            new = dict(zip(found["id"].to_list(), found["record"].to_list(), strict=True))
            texts = ids["id"].filter(pl.Series(orphan)).to_list()
            carrier[np.flatnonzero(orphan)] = [
                -1 if new[text] is None else new[text] for text in texts
            ]
        return ids.select("id", "issued").with_columns(record=pl.Series(carrier))

    def _named(self, carried: pl.DataFrame) -> tuple[pa.StringArray, pl.DataFrame]:
        columns, profile = self.columns, self.profile
        record = carried["record"].to_numpy()
        owner_of = np.full(len(record), -1, dtype=np.int64)
        owner_of[record >= 0] = profile[record[record >= 0]]
        here = np.flatnonzero(record >= 0)
        best = np.full(self.n_profiles, -1, dtype=np.int64)
        issued = carried["issued"].to_numpy()
        latest_first = here[np.argsort(-issued[here], kind="stable")]
        best[owner_of[latest_first]] = latest_first
        bare = np.flatnonzero(best < 0)
        first, signed, _ = firsts(profile, self.order, self.signed_up, self.n_profiles)
        first = first[bare]
        turn = np.argsort(self.arrival[first], kind="stable")
        bare, first = bare[turn], first[turn]
        raw = profile_ids(self.before.id_key, columns, first, self.incarnation[first])
        new = _distinct(
            self.before.id_key,
            columns,
            first,
            self.incarnation[first],
            raw,
            self.arrival,
            set(carried["id"].to_list()),
        )
        last = int(issued.max(initial=-1))
        fresh = pl.DataFrame(
            {
                "id": pl.Series(new, dtype=pl.String),
                "issued": last + 1 + np.arange(len(bare), dtype=np.int64),
                "record": first.astype(np.int64),
            }
        )
        ids = pl.concat([carried, fresh])
        best[bare] = len(carried) + np.arange(len(bare))
        record = ids["record"].to_numpy().copy()
        alive = record >= 0
        place = np.where(alive, profile[np.where(alive, record, 0)], -1) if len(profile) else record
        anonymous = alive & ~self.signed_up[np.where(alive, record, 0)] if len(profile) else alive
        passes = anonymous.copy()
        passes[anonymous] = signed[place[anonymous]] >= 0
        record[passes] = signed[place[passes]]
        ids = ids.with_columns(
            record=pl.Series(np.where(record >= 0, record, -1)), profile=pl.Series(place)
        )
        names = ids["id"].gather(pl.Series(best)).to_arrow().cast(pa.string())
        return names, ids

    def _keys(self, now: int) -> pl.DataFrame:
        n = len(self.columns)
        here = self.now_keys.select("source", "record_id").with_columns(
            arrival=pl.Series(self.arrival),
            incarnation=pl.Series(self.incarnation),
            live=pl.lit(value=True),
            withdrawn_at=pl.Series([None], dtype=pl.Int64).new_from_index(0, n),
        )
        gone = self.before.keys.join(self.now_keys, on=["source", "record_id"], how="anti")
        gone = gone.with_columns(
            withdrawn_at=pl.when(pl.col("live")).then(pl.lit(now)).otherwise("withdrawn_at"),
            live=pl.lit(value=False),
        )
        return pl.concat([here.cast(LEDGER), gone.select(list(LEDGER)).cast(LEDGER)])

    def _changes(self, ids: pl.DataFrame, names: pa.StringArray) -> pl.DataFrame:
        texts = pl.Series(names, dtype=pl.String)
        moved = self.before.profiles.join(
            self.now_keys, on=["source", "record_id"], how="left", maintain_order="left"
        )
        record = moved["record"].fill_null(-1).to_numpy()
        alive = record >= 0
        pairs = pl.DataFrame(
            {
                "old_id": moved["profile_id"].filter(pl.Series(alive)),
                "new_id": texts.gather(pl.Series(self.profile[record[alive]])),
            },
            schema={"old_id": pl.String, "new_id": pl.String},
        ).unique()
        homes = ids.filter(pl.col("profile") >= 0).select(
            old_id=pl.col("id"),
            home=texts.gather(pl.Series(ids["profile"].to_numpy()[ids["profile"].to_numpy() >= 0])),
        )
        pairs = pairs.join(homes, on="old_id", how="left")
        pairs = pairs.with_columns(
            change=pl.when((pl.col("new_id") == pl.col("home")) & (pl.len().over("new_id") > 1))
            .then(pl.lit("merged"))
            .when((pl.len().over("old_id") > 1) | pl.col("new_id").ne_missing(pl.col("home")))
            .then(pl.lit("split"))
            .otherwise(pl.lit("unchanged"))
        ).select(list(CHANGES))
        olds = self.before.profiles.select(pl.col("profile_id").alias("old_id")).unique()
        removed = olds.join(homes, on="old_id", how="anti").select(
            change=pl.lit("removed"), old_id="old_id", new_id=pl.lit(None, dtype=pl.String)
        )
        created = (
            pl.DataFrame({"new_id": texts})
            .join(pairs, on="new_id", how="anti")
            .select(change=pl.lit("created"), old_id=pl.lit(None, dtype=pl.String), new_id="new_id")
        )
        return pl.concat([pairs, removed, created]).sort("change", "old_id", "new_id")
