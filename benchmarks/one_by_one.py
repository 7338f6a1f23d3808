"""What one record costs against a store that holds many: candidates, scores, joins and commit.

Each record of the file is sent by itself and answered when it is durable, before the next is sent.
CPU is that of this process, all threads, which holds the engine, until what was put off is done,
too. Compiled code is loaded before, as in `sameas serve`; the first records warm it up and are not
counted, and what is there by then is not looked through for garbage. Prints one JSON object.

    python benchmarks/one_by_one.py people.db more.parquet
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.engine.online.warm import warm
from sameas.engine.read import inspect
from sameas.errors import SameasError
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sameas.engine.policy import Policy

__all__ = ["events", "measure"]

WARM_UP = 100


def events(path: Path, policy: Policy) -> Iterator[Event]:
    """The rows of a file, as a source would send them one by one."""
    (file,) = inspect([path], policy, now=time.time_ns() // 1_000)
    for batch in file.batches():
        identifiers: list[list[tuple[str, str]]] = [[] for _ in range(len(batch))]
        for column in batch.identifiers:
            rows = range(len(batch)) if column.rows is None else column.rows.tolist()
            for row, value in zip(rows, column.values.to_pylist(), strict=True):
                if value is not None:
                    identifiers[row].append((column.type, value))
        traits = {name: column.to_pylist() for name, column in batch.traits.items()}
        sources = batch.source.to_pylist()
        ids = [None] * len(batch) if batch.record_id is None else batch.record_id.to_pylist()
        times = [None] * len(batch) if batch.event_time is None else batch.event_time.to_pylist()
        for row in range(len(batch)):
            said = {name: values[row] for name, values in traits.items() if values[row] is not None}
            yield Event(sources[row], identifiers[row], said, ids[row], times[row])


def measure(store: Path, records: Path) -> dict[str, float]:
    """Milliseconds of CPU and of waiting, a record; how many found somebody, or were put off."""
    waits: list[float] = []
    joined, pending, used = 0, 0, 0.0
    with open_store(store) as held, Engine(held) as engine:
        warm(engine.rules)
        for number, event in enumerate(events(records, engine.rules.policy)):
            if number == WARM_UP:
                gc.collect()
                gc.freeze()
            before, start = time.process_time(), time.perf_counter()
            answer = engine.submit(event).result()
            if number >= WARM_UP:
                used += time.process_time() - before
                waits.append(time.perf_counter() - start)
                joined += not answer.created and not answer.pending
                pending += answer.pending
        before = time.process_time()
        engine.settled()
        used += time.process_time() - before
    waits.sort()
    count = len(waits)
    return {
        "records": count,
        "cpu_ms": used / count * 1e3,
        "p50_ms": waits[count // 2] * 1e3,
        "p99_ms": waits[count * 99 // 100] * 1e3,
        "joined": joined / count,
        "pending": pending / count,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="One record at a time against a store.")
    parser.add_argument("store", type=Path, help="what `sameas load` made")
    parser.add_argument("records", type=Path, help=f"records to send, more than {WARM_UP}")
    told = parser.parse_args(arguments)
    try:
        print(json.dumps(measure(told.store, told.records)))
    except SameasError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
