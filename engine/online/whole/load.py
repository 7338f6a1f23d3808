"""A batch result becomes a store, from which the online engine goes on with the same ids.

The store is there whole or not at all. Each live record has one input, which says what the batch
run knew of it; of an observation it stands for all events that were folded into it.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from sameas.engine import policy as policies
from sameas.engine.batch.collect import Collector
from sameas.engine.batch.live import live
from sameas.engine.batch.previous import Previous
from sameas.engine.online.rules import Rules
from sameas.engine.online.whole.derive import derive
from sameas.engine.online.whole.numbers import Known, Numbers
from sameas.engine.online.whole.rebuild import rows_of
from sameas.errors import Fault, OutputError, StoreError
from sameas.graph.model import Identifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.live import Live
    from sameas.graph.store.port import Store

__all__ = ["Loaded", "load", "load_file"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded."""

    records: int
    identifiers: int
    profiles: int
    withdrawn: int
    judgements: int


def load(
    out: Path,
    store: Store,
    *,
    progress: Callable[[str, int, int | None], None] | None = None,
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000,
) -> Loaded:
    """Fill an empty store with what a batch run wrote.

    Raises:
        OutputError: the folder is no output, or one that an online engine cannot go on from.
        PolicyError: its policy is damaged.
        StoreError: the store is not empty.
    """
    tell = progress or _silent
    previous = Previous.open(out)
    if not (out / "policy.toml").is_file():
        raise OutputError(Fault(str(out / "policy.toml"), "is missing", "resolve the input anew"))
    policy = policies.load(out / "policy.toml")
    model = out / "model.json"
    text = model.read_text(encoding="utf-8") if model.is_file() else None
    if text is None:
        _without_matches(out)
    now = clock()
    tell("read", 0, None)
    rows = Collector(policy, now=now)
    for batch, earlier in previous.batches():
        rows.add(batch, file=out.name, earlier=earlier)
    judgements = previous.judgements()
    for word in judgements:
        rows.know(ref for ref in word.left | word.right if isinstance(ref, Identifier))
    found = live(rows)
    tell("read", rows.rows, rows.rows)
    tell("resolve", 0, None)
    rules = Rules(policy, text)
    derived = derive(found.columns, rules, judgements)
    known = _known(previous, found)
    tell("resolve", len(found.columns), len(found.columns))
    numbers = Numbers(found, derived, known, rules)
    store.load(rows_of(numbers, judgements, now=now, progress=tell))
    return Loaded(
        len(found.columns),
        int(np.count_nonzero(derived.standing)),
        derived.found.n_profiles,
        known.gone.height,
        len(judgements),
    )


def load_file(
    out: Path,
    target: Path,
    *,
    force: bool = False,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Loaded:
    """Make a store's file of what a batch run wrote: written aside, then renamed.

    Args:
        out: the folder.
        target: the file.
        force: replace it if it is there and nobody writes to it.
        progress: told how far each stage is.

    Raises:
        OutputError: the folder is no output, or one that an online engine cannot go on from.
        StoreError: the file is there already, or cannot be made.
    """
    from sameas.graph.store import open_store
    from sameas.graph.store.sqlite.files import WriterLock, beside, sync_folder

    if target.exists() and not (force and target.is_file()):
        raise StoreError(
            Fault(str(target), "exists", "--force replaces it, or choose another name")
        )
    if not target.parent.is_dir():
        raise StoreError(Fault(str(target), "its folder is not there", "make it first"))
    lock = WriterLock(target.absolute())
    aside = target.absolute().with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with open_store(aside) as store:
            loaded = load(out, store, progress=progress)
        for side in beside(target.absolute()):  # what the store of that name had beside it
            side.unlink()
        aside.replace(target)
        sync_folder(target.absolute().parent)
    finally:
        for left in (aside, aside.with_name(f"{aside.name}-lock"), *beside(aside)):
            left.unlink(missing_ok=True)
        lock.release()
    return loaded


def _without_matches(out: Path) -> None:
    """Raise OutputError for matches that no model says again of the records that come."""
    kinds = pq.read_table(out / "edges.parquet", columns=["kind"])["kind"]
    if "match" not in {one for chunk in kinds.chunks for one in chunk.dictionary.to_pylist()}:
        return
    matches = int(pl.Series(kinds).cast(pl.String).eq("match").sum())
    if matches:
        raise OutputError(
            Fault(
                str(out),
                f"rests on {matches:,} matches and has no model",
                "resolve without --matches, then load",
            )
        )


def _silent(_stage: str, _done: int, _total: int | None, /) -> None:
    return


def _known(previous: Previous, found: Live) -> Known:
    """The ledger, by place of the record."""
    ledger = previous.ledger()
    here = _keys(found.columns)
    mine = here.join(ledger.keys, on=["source", "record_id"], how="left", maintain_order="left")
    if mine["arrival"].null_count():
        raise OutputError(
            Fault(
                str(previous.path),
                "records have no arrival in the ledger",
                "was the folder changed? resolve the input anew",
            )
        )
    ids = ledger.ids.join(here, on=["source", "record_id"], how="left", maintain_order="left")
    # a key that is live may have been withdrawn before; all others are gone
    gone = ledger.keys.join(here, on=["source", "record_id"], how="anti")
    return Known(
        ledger.id_key,
        mine["arrival"].to_numpy(),
        mine["incarnation"].to_numpy(),
        mine["withdrawn_at"],
        ids["id"],
        ids["issued"].to_numpy(),
        ids["place"].fill_null(-1).to_numpy(),
        gone,
    )


def _keys(columns: Columns) -> pl.DataFrame:
    names = pl.Series(list(columns.sources), dtype=pl.String)
    ids = pl.from_arrow(columns.record_ids)
    assert isinstance(ids, pl.Series)
    return pl.DataFrame(
        {
            "source": names.gather(pl.Series(columns.source)),
            "record_id": ids.cast(pl.String),
            "place": np.arange(len(columns), dtype=np.int64),
        }
    )
