"""What the store costs, with the floor of the disk beside it in the same run.

    python benchmarks/store.py                     # 200,000 profiles, files in the system's /tmp
    python benchmarks/store.py --profiles 1000000 --folder /big/disk --seconds 10

A change set here is what one merge makes: a new input, a record and two links put, two more records
and an identifier relabelled, the losing cluster gone, rows of history and one of the feed. Groups
are what group commit makes of waiting calls: that many in one commit. Wall seconds depend on the
disk and whoever else uses it; CPU is the sound figure.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

import apsw
import msgspec

from benchmarks.tables import show
from sameas.graph.store import open_store, tables
from sameas.graph.store.port import ChangeSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sameas.graph.store.port import Store
    from sameas.graph.store.tables import Row, Table

NOW = 1_700_000_000_000_000
RECORDS = 4  # a profile
EACH: tuple[Table[Any], ...] = (tables.INPUT, tables.RECORD, tables.IDENTIFIER, tables.LINK)
WHOLE: tuple[Table[Any], ...] = (
    tables.COMPONENT,
    tables.CLUSTER,
    tables.ISSUED,
    tables.CHANGE,
)
TRAITS = '{"full_name":"Ann Smith","city":"Springfield","birth_date":"1985-04-12"}'
PAYLOAD = '{"email":"ann.smith@shop.example","phone":"+12025550123","full_name":"Ann Smith"}'


@cache
def zeros(table: Table[Any]) -> dict[str, object]:
    """The fields of a row with nothing in them."""
    kinds: dict[object, object] = {int: 0, str: "", bytes: b""}
    return {field.name: kinds.get(field.type) for field in msgspec.structs.fields(table.row)}


def filled(table: Table[Any], **values: object) -> Row:
    """A row with nothing in the columns that are not given."""
    empty = zeros(table)
    row: Row = table.row(**{name: values.get(name, empty[name]) for name in empty})
    return row


def rows_of(profile: int) -> Iterator[tuple[Table[Any], Row]]:
    """One profile: its records, and as many identifiers."""
    for number in range(profile * RECORDS, (profile + 1) * RECORDS):
        named = {
            "number": number,
            "record": number,
            "identifier": number,
            "source": ("crm", "web", "mobile", "call")[number % RECORDS],
            "record_id": f"r{number * 7919:012}",
            "message_id": f"m{number * 104729:012}",
            "type": ("email", "cookie", "device_id", "phone")[number % RECORDS],
            "value": f"user{number * 6007:012}@shop.example",
            "content": number.to_bytes(16, "big"),
            "event_time": NOW + number,
            "live": 1,
            "count": 1,
            "traits": TRAITS,
            "payload": PAYLOAD,
            "component": profile,
            "cluster": profile,
            "standing": 4,
            "input": number,
        }
        for table in EACH:
            yield table, filled(table, **named)
        shared = named | {"identifier": profile * RECORDS}
        if number % RECORDS:
            yield tables.LINK, filled(tables.LINK, **shared)
    named = {"number": profile, "nodes": 8, "cluster": profile, "component": profile}
    named |= {"profile": profile, "id": f"p_{profile:016}", "carrier": profile * RECORDS}
    named |= {"position": profile, "change": "created", "time": NOW, "issued": profile}
    for table in WHOLE:
        yield table, filled(table, **named)


def batches(profiles: int, size: int = 2_000) -> Iterator[tuple[Table[Any], list[Row]]]:
    """Profiles as `load` takes them."""
    for start in range(0, profiles, size):
        found: dict[str, tuple[Table[Any], list[Row]]] = {}
        for profile in range(start, min(start + size, profiles)):
            for table, row in rows_of(profile):
                found.setdefault(table.name, (table, []))[1].append(row)
        yield from found.values()


def merge(profiles: int, number: int) -> ChangeSet:
    """The change set of one merge: 12 rows put, one deleted."""
    changes = ChangeSet()

    def put(table: Table[Any], row: Row) -> None:
        changes.puts.setdefault(table.name, {})[tuple(getattr(row, k) for k in table.key)] = row

    winner, loser = random.sample(range(profiles), 2)
    at = profiles + number  # in the feed
    for table, row in list(rows_of(at))[:4]:
        if table is not tables.IDENTIFIER:
            put(table, row)
    losing = [row for _, row in rows_of(loser)]
    for record in [row for row in losing if isinstance(row, tables.RecordRow)][:2]:
        put(tables.RECORD, msgspec.structs.replace(record, component=winner, cluster=winner))
        moved = {"record": record.number, "until": at, "cluster": loser}
        put(tables.MEMBERSHIP, filled(tables.MEMBERSHIP, **moved))
    identifier = next(row for row in losing if isinstance(row, tables.IdentifierRow))
    put(tables.IDENTIFIER, msgspec.structs.replace(identifier, component=winner))
    issued = next(row for row in losing if isinstance(row, tables.Issued))
    put(tables.ISSUED, msgspec.structs.replace(issued, carrier=winner * RECORDS))
    named = {"number": winner, "nodes": 17, "cluster": winner, "position": at, "until": at}
    put(tables.COMPONENT, filled(tables.COMPONENT, **named))
    put(tables.NAMING, filled(tables.NAMING, **named | {"cluster": loser}))
    put(tables.CHANGE, filled(tables.CHANGE, **named | {"change": "merged", "profile": loser}))
    changes.deletes["cluster"] = {(loser,)}
    return changes


def together(parts: list[ChangeSet]) -> ChangeSet:
    """Change sets as one."""
    whole = ChangeSet()
    for part in parts:
        for name, rows in part.puts.items():
            whole.puts.setdefault(name, {}).update(rows)
        for name, keys in part.deletes.items():
            whole.deletes.setdefault(name, set()).update(keys)
    return whole


def floor(folder: Path, seconds: float) -> dict[str, object]:
    """What the disk takes to make one page durable."""
    took: list[float] = []
    path = folder / "floor"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        os.pwrite(handle, bytes(4096), len(took) * 4096)
        began = time.perf_counter()
        os.fdatasync(handle)
        took.append(time.perf_counter() - began)
    os.close(handle)
    path.unlink()
    took.sort()
    return {
        "what": "fdatasync of a page",
        "each a second": round(len(took) / sum(took)),
        "p50 ms": round(took[len(took) // 2] * 1e3, 2),
        "p99 ms": round(took[int(len(took) * 0.99)] * 1e3, 2),
    }


def commits(
    store: Store, profiles: int, group: int, seconds: float, start: int
) -> tuple[dict[str, object], int]:
    """Groups of change sets, one commit each, for some seconds."""
    took: list[float] = []
    cpu = 0.0
    number = start
    ends = time.perf_counter() + seconds
    rows = 0
    while time.perf_counter() < ends:
        changes = together([merge(profiles, number + one) for one in range(group)])
        rows += sum(map(len, changes.puts.values())) + sum(map(len, changes.deletes.values()))
        number += group
        wall, process = time.perf_counter(), time.process_time()
        store.commit(changes)
        took.append(time.perf_counter() - wall)
        cpu += time.process_time() - process
    done = number - start
    took.sort()
    return {
        "what": f"merges in groups of {group}",
        "each a second": round(done / sum(took)),
        "CPU us each": round(cpu / done * 1e6, 1),
        "p50 ms": round(took[len(took) // 2] * 1e3, 2),
        "p99 ms": round(took[int(len(took) * 0.99)] * 1e3, 2),
        "rows each": round(rows / done, 1),
    }, number


def reads(
    what: str, ask: Callable[[list[int]], list[Any]], profiles: int, keys: int
) -> dict[str, object]:
    """Calls with some keys of anything in the store, each twice: what is measured is the second."""
    calls = max(20, 20_000 // keys)
    asked = [random.sample(range(profiles * RECORDS), keys) for _ in range(calls)]
    for one in asked:
        ask(one)
    process, wall = time.process_time(), time.perf_counter()
    for one in asked:
        found = ask(one)
    cpu, took = time.process_time() - process, time.perf_counter() - wall
    assert len(found) >= keys
    return {
        "what": f"{what}, {keys} a call",
        "each a second": round(calls * keys / took),
        "CPU us each": round(cpu / calls / keys * 1e6, 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profiles", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    profiles: int = options.profiles
    random.seed(1)
    versions = f"Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}"
    print(f"{versions}; {profiles:,} profiles of {RECORDS} records")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        found = [floor(folder, min(options.seconds, 2))]
        with open_store(folder / "store.db") as store:
            ready = list(batches(profiles))
            rows = sum(len(batch) for _, batch in ready)
            wall, process = time.perf_counter(), time.process_time()
            store.load(ready)
            took, cpu = time.perf_counter() - wall, time.process_time() - process
            size = (folder / "store.db").stat().st_size
            found.append(
                {
                    "what": f"load of {rows:,} rows, {size / rows:.0f} bytes each",
                    "each a second": round(rows / took),
                    "CPU us each": round(cpu / rows * 1e6, 2),
                }
            )
            del ready

            def get(keys: list[int]) -> list[Any]:
                return store.get(tables.RECORD, [(key,) for key in keys])

            def find(keys: list[int]) -> list[Any]:
                kinds = ("email", "cookie", "device_id", "phone")
                values = [(f"user{n * 6007:012}@shop.example", kinds[n % RECORDS]) for n in keys]
                return store.find(tables.IDENTIFIER, ("value", "type"), values)

            def links(keys: list[int]) -> list[Any]:
                return store.find(tables.LINK, ("record",), [(key,) for key in keys])

            def fresh(keys: list[int]) -> list[Any]:
                with store.snapshot() as reader:
                    return reader.get(tables.RECORD, [(key,) for key in keys])

            for keys in (1, 10, 100):
                found.append(reads("get records", get, profiles, keys))
                found.append(reads("find (value, type)", find, profiles, keys))
                found.append(reads("find links of records", links, profiles, keys))
            found.append(reads("snapshot, get records", fresh, profiles, 1))
            number = 0
            for group in (1, 8, 64):
                line, number = commits(store, profiles, group, options.seconds, number)
                found.append(line)
        show(found)


if __name__ == "__main__":
    main()
