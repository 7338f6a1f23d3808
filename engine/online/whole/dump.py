"""A store becomes the tables of a batch run again, from one snapshot.

Live records come from the inputs, the partition from the batch engine, ids and arrivals from the
store's ledger: a store that `verify` finds nothing wrong with dumps what it holds. `resolve
--previous` and `load` take the result like any other.

What a store does not keep is not there: the file and line of a rejected value, rows of files that
could not be used at all, and what an earlier run said of changes (all profiles are `created`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa

from sameas.engine import policy as policies
from sameas.engine.batch.collect import Rejected
from sameas.engine.batch.live import Live
from sameas.engine.batch.output import check_target, folder
from sameas.engine.batch.partition import partition
from sameas.engine.batch.previous import ID_KEY
from sameas.engine.batch.run import _Run
from sameas.engine.batch.tables import Answer, build
from sameas.engine.ids.advance import CHANGES, IDS, KEYS, LEDGER, Issued
from sameas.engine.online.loading import fact
from sameas.engine.online.matches.everything import everything, vectors_of
from sameas.engine.online.whole.replayed import replay_inputs
from sameas.engine.online.whole.snapshot import columns_of, state_of
from sameas.graph.model import RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sameas.engine.batch.partition import Partition
    from sameas.engine.online.whole.replayed import Replayed
    from sameas.graph.model import Identifier, Record
    from sameas.graph.store.port import Reader

__all__ = ["dump"]


def dump(
    reader: Reader,
    out: Path,
    *,
    force: bool = False,
    progress: Callable[[str, int, int | None], None] | None = None,
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000,
) -> dict[str, Any]:
    """Write a snapshot as an output folder; gives its manifest.

    Raises:
        OutputError: the folder cannot be written, or is there already.
        StoreError: nobody founded the store.
    """
    check_target(out, force=force)
    state = state_of(reader)
    tell = progress or _silent
    run = _Run(state.rules.policy, clock(), None, tell, list(state.judgements.values()))
    with run.stage("inputs"):
        replayed = replay_inputs(reader, state, progress=tell)
    with run.stage("resolve"):
        columns, numbers = columns_of(replayed.records, state.rules)
        evidence = None
        if state.rules.weights is not None:
            vectors = vectors_of(state.rules, replayed.records)
            evidence = everything(state.rules, columns, vectors).scores(state.rules)
        parts = partition(columns, state.rules.policy, judgements=run.judgements, evidence=evidence)
        live = Live(
            columns,
            _raw(replayed, numbers),
            {(key.source, key.record_id): at for key, at in replayed.withdrawn.items()},
            _trait_times(replayed.records, columns.event_time),
            _rejected(replayed),
        )
    with run.stage("ids"):
        issued = _issued(reader, replayed.records, parts)
    answer = Answer(live, parts, issued, state.rules.policy, run.judgements)
    if replayed.pending:
        run.warnings.append(
            f"{len(replayed.pending):,} inputs are pending in the store, and not in these tables"
        )
    return _write(run, answer, reader, out)


def _silent(_stage: str, _done: int, _total: int | None, /) -> None:
    return


def _write(run: _Run, answer: Answer, reader: Reader, out: Path) -> dict[str, Any]:
    from sameas.engine.report import build_report

    id_key = fact(reader, "id_key") or ""
    with folder(out) as target:
        written = {}
        with run.stage("write"):
            for name, (schema, batches) in build(answer).items():
                key = {ID_KEY.decode(): id_key} if name == "ledger" else None
                written[name] = target.table(name, schema, batches, metadata=key)
        target.text("policy.toml", policies.dumps(run.policy))
        if (model := fact(reader, "model")) is not None:
            target.text("model.json", model)
        run.rows = len(answer.live.columns)
        manifest = run.manifest(answer, written)
        with run.stage("report"):
            target.text("report.html", build_report(target.path, manifest))
        manifest["timings"] = dict(run.timings)
        target.manifest(manifest)
    return manifest


def _raw(replayed: Replayed, numbers: Mapping[Identifier, int]) -> Any:
    """Record, identifier and spelling of values that were sent otherwise than canonical."""
    found = [
        (at, numbers[one], raw)
        for at, record in enumerate(replayed.records)
        for one, texts in replayed.spelled.get(record.key, {}).items()
        for raw in sorted(texts)
    ]
    return (
        np.array([at for at, _, _ in found], dtype=np.int32),
        np.array([number for _, number, _ in found], dtype=np.int32),
        pa.array([raw for _, _, raw in found], pa.string()),
    )


def _trait_times(
    records: list[Record], event_time: np.ndarray[Any, np.dtype[np.int64]]
) -> dict[str, np.ndarray[Any, np.dtype[np.int64]]]:
    """By trait when it was said, for all records, if some observation was folded."""
    folded = [at for at, record in enumerate(records) if record.count > 1]
    if not folded:
        return {}
    traits = sorted({trait for record in records for trait in record.traits})
    found = {trait: event_time.copy() for trait in traits}
    for at in folded:
        for trait, said in records[at].trait_times.items():
            found[trait][at] = said
    return found


def _rejected(replayed: Replayed) -> list[Rejected]:
    """What could not be used; where it stood is not kept."""
    return [
        Rejected("", 0, key.source, key.record_id, one.type, one.type, one.value, one.reason)
        for key, rejected in sorted(replayed.rejected.items())
        for one in rejected
    ]


def _issued(reader: Reader, records: list[Record], parts: Partition) -> Issued:
    """The ledger of the store in the terms of a batch run, where numbers begin at 0."""
    place = {record.key: at for at, record in enumerate(records)}
    rows = {row.number: row for row in reader.scan(t.RECORD)}
    arrival = np.full(len(records), -1, dtype=np.int64)
    for row in rows.values():
        at = place.get(RecordKey(row.source, row.record_id))
        if at is not None:
            arrival[at] = row.arrival - 1
    names: list[str | None] = [None] * parts.n_profiles
    ids: list[tuple[str, int, str | None, str | None]] = []
    for one in reader.scan(t.ISSUED):  # in the order of issue: the earliest names the profile
        carrier = None if one.carrier is None else rows[one.carrier]
        if carrier is None:
            ids.append((one.id, one.number - 1, None, None))
            continue
        ids.append((one.id, one.number - 1, carrier.source, carrier.record_id))
        at = place.get(RecordKey(carrier.source, carrier.record_id))
        if at is not None and names[(mine := int(parts.profile[at]))] is None:
            names[mine] = one.id
    changes = pl.DataFrame(
        {"change": ["created"] * len(names), "old_id": [None] * len(names), "new_id": names},
        schema=CHANGES,
    )
    return Issued(
        pa.array(names, pa.string()),
        arrival,
        lambda: _keys(rows),
        pl.DataFrame(ids, IDS, orient="row"),
        changes,
    )


def _keys(rows: Mapping[int, t.RecordRow]) -> Iterator[pa.RecordBatch]:
    """Every key ever seen. First occurrences of a content that never came are none."""
    found = [
        (
            row.source,
            row.record_id,
            row.arrival - 1 if row.arrival >= 0 else -1,
            row.incarnation if row.arrival >= 0 else -1,
            bool(row.live),
            row.withdrawn_at,
        )
        for row in rows.values()
        if row.arrival >= 0 or row.withdrawn_at is not None
    ]
    table = pl.DataFrame(found, LEDGER, orient="row").to_arrow()
    source = table["source"].cast(pa.string()).dictionary_encode()
    yield from table.set_column(0, "source", source).cast(KEYS).to_batches()
