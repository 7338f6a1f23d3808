"""How fast the online engine is: over HTTP, by itself, and beside what its store alone can do.

Every figure stands beside the disk's sync and the bare store's rate with the very rows that the
engine wrote, measured in the same run. The clients are a process of their own (clients.py) on the
same processors as the server. CPU is that of the server, or of this process for the engine. One
module, since all parts go on from one store that is loaded once.

    python benchmarks/online.py                              # a million profiles
    python benchmarks/online.py --profiles 100k --seconds 5 --only engine http
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

import apsw
import psutil

from benchmarks.batch import parse_size
from benchmarks.clients import identifiers
from benchmarks.processes import run, sameas
from benchmarks.store import floor
from benchmarks.tables import show
from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.graph.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sameas.graph.store.port import ChangeSet

__all__: list[str] = []

HERE = Path(__file__).resolve().parent
PARTS = ("engine", "http", "batch", "lookup", "half", "long", "limit", "flip", "preview", "change")
CLIENTS = 64
POLICIES = {
    "of a limit": "[identifiers.email]\nmax_per_profile = 2\n",
    "of a type that links no more": "[identifiers.cookie]\nlinks = false\n",
    "that reads all inputs anew": "[email]\ndots = false\n",
}
"""Policies that are tried on the store, and changed to."""


def preload(folder: Path, profiles: int) -> tuple[Path, dict[str, object]]:
    """A store that was loaded in bulk, and how fast."""
    city, out, store = folder / "city", folder / "out", folder / "loaded.db"
    run([sys.executable, str(HERE / "city.py"), "--people", str(profiles), "-o", str(city)])
    run(sameas("resolve", str(city / "records.parquet"), "-o", str(out), "-q", "--no-match"))
    used = run(sameas("load", str(out), "--store", str(store)))
    with open_store(store) as held:
        from sameas.graph.store import tables as t

        last = held.last(t.RECORD)
        records = 0 if last is None else last.number
    shutil.rmtree(city)
    shutil.rmtree(out)
    size = store.stat().st_size / 1e6
    return store, {
        "what": f"load of {records:,} records, {size:,.0f} MB",
        "each a second": round(records / used.wall),
        "CPU us each": round(used.cpu / records * 1e6, 1),
    }


def copied(store: Path, place: Path) -> None:
    """A store of its own, and on the disk: else the first checkpoint syncs the copy, too."""
    shutil.copy(store, place)
    with place.open("rb+") as file:
        os.fsync(file.fileno())


def rows(count: int, people: int, seed: int) -> list[Event]:
    """Events with four identifiers."""
    r = random.Random(seed)
    traits = {"first_name": "Ann", "plan": "free"}
    return [
        Event("web", list(identifiers(r, r.randrange(people)).items()), traits)
        for _ in range(count)
    ]


def engine(store: Path, people: int, seconds: float) -> list[dict[str, object]]:
    """Merges without HTTP, 64 at a time; then the rows that they wrote, into the store alone."""
    place = store.with_name("engine.db")
    copied(store, place)
    written: list[ChangeSet] = []
    took: list[float] = []
    with Engine(open_store(place)) as made:
        commit = made.store.commit

        def kept(changes: ChangeSet) -> None:
            written.append(changes)
            commit(changes)

        made.store.commit = kept  # type: ignore[method-assign]  # a benchmark's peephole
        made.ingest(rows(2_000, people, 0))
        written.clear()
        ready = rows(int(seconds * 12_000), people, 1)
        commits, fast = made.commits, made.health().fast
        process, wall = time.process_time(), time.perf_counter()
        done = 0
        while done < len(ready) and time.perf_counter() - wall < seconds:
            began = time.perf_counter()
            made.ingest(ready[done : done + CLIENTS])
            took.append(time.perf_counter() - began)
            done += CLIENTS
        cpu, wall = time.process_time() - process, time.perf_counter() - wall
        groups, fast = made.commits - commits, made.health().fast - fast
    took.sort()
    size = sum(sum(map(len, one.puts.values())) for one in written) / done
    found: list[dict[str, object]] = [
        {
            "what": f"engine: merges, {done / groups:.0f} a commit, {fast / done:.0%} fast",
            "each a second": round(done / wall),
            "CPU us each": round(cpu / done * 1e6, 1),
            "p50 ms": round(took[len(took) // 2] * 1e3, 2),
            "p99 ms": round(took[int(len(took) * 0.99)] * 1e3, 2),
        }
    ]
    place.unlink()
    copied(store, place)
    with Engine(open_store(place)) as made:
        made.ingest(rows(2_000, people, 0))
    with open_store(place) as bare:
        process, wall = time.process_time(), time.perf_counter()
        for changes in written:
            bare.commit(changes)
        cpu, wall = time.process_time() - process, time.perf_counter() - wall
    found.append(
        {
            "what": f"the bare store: the same commits, {size:.1f} rows each",
            "each a second": round(done / wall),
            "CPU us each": round(cpu / done * 1e6, 1),
        }
    )
    place.unlink()
    return found


@contextmanager
def served(store: Path) -> Iterator[tuple[str, str, psutil.Process]]:
    """A server of its own over a copy: its URL, a key, its process."""
    place = store.with_name("served.db")
    copied(store, place)
    made = sameas("key", "create", "--store", str(place), "--name", "b", "--scope", "admin")
    key = run(made).output.strip()
    port = str(free())
    options = ("--store", str(place), "--port", port, "--rate", "0", "--quiet")
    process = subprocess.Popen(
        sameas("serve", *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until_answering(url)
        yield url, key, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)
        for left in store.parent.glob("served.db*"):
            left.unlink()


def free() -> int:
    """A port that nobody has."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def until_answering(url: str) -> None:
    """Wait for a server."""
    from urllib.error import URLError
    from urllib.request import urlopen

    ends = time.perf_counter() + 60
    while True:
        try:
            urlopen(f"{url}/healthz", timeout=60).close()
        except URLError:
            if time.perf_counter() > ends:
                raise
            time.sleep(0.05)
        else:
            return


def spent(server: psutil.Process) -> tuple[float, float]:
    """CPU seconds of the process that has the engine, and of the one that speaks HTTP."""
    (front,) = server.children()
    engine, http = (one.cpu_times() for one in (server, front))
    return engine.user + engine.system, http.user + http.system


def asked(url: str, key: str, server: psutil.Process, what: str, **more: Any) -> dict[str, object]:
    """One kind of request by the clients, and what it cost the server."""
    options = [f"--{name}={value}" for name, value in more.items()]
    before = spent(server)
    used = run([sys.executable, str(HERE / "clients.py"), url, key, "--what", what, *options])
    after = spent(server)
    said = json.loads(used.output)
    assert not said["failed"], said["first"]
    engine, http = (then - now for now, then in zip(before, after, strict=True))
    return {
        "what": f"HTTP: {what}" + (f" at {more['rate']:,.0f}/s" if more.get("rate") else ""),
        "each a second": round(said["items"] / said["seconds"]),
        "CPU us each": round((engine + http) / said["items"] * 1e6, 1),
        "of it the engine": round(engine / said["items"] * 1e6, 1),
        "p50 ms": round(said["p50"], 2),
        "p99 ms": round(said["p99"], 2),
        "longest ms": round(said["longest"], 1),
    }


def over_http(
    store: Path, people: int, seconds: float, chosen: list[str], minutes: float
) -> list[dict[str, object]]:
    """All that goes over HTTP, on one server."""
    found = []
    with served(store) as (url, key, server):
        asked(url, key, server, "merge", seconds=2, people=people, seed=9)
        best = 2_000.0
        if "http" in chosen:
            line = asked(url, key, server, "merge", seconds=seconds, people=people)
            best = float(str(line["each a second"]))
            found.append(line)
        if "half" in chosen:
            rate = best / 2
            more = {"seconds": seconds, "people": people, "rate": rate, "seed": 2}
            found.append(asked(url, key, server, "merge", **more))
        if "batch" in chosen:
            more = {"seconds": seconds, "people": people, "clients": 8, "seed": 3}
            found.append(asked(url, key, server, "batch", **more))
        if "lookup" in chosen:
            more = {"seconds": seconds, "people": people, "rate": 2_000, "seed": 4}
            found.append(asked(url, key, server, "lookup", **more))
        if "long" in chosen:
            found += long_run(url, key, server, people, minutes)
    return found


def long_run(
    url: str, key: str, server: psutil.Process, people: int, minutes: float
) -> list[dict[str, object]]:
    """The server's memory over a run in four parts."""
    found = []
    for part in range(4):
        line = asked(
            url, key, server, "merge", seconds=minutes * 15, people=people, seed=100 + part
        )
        line["what"] = f"HTTP: merge, part {part + 1} of a long run"
        held = sum(one.memory_info().rss for one in (server, *server.children()))
        line["memory MB"] = round(held / 1e6)
        found.append(line)
    return found


def at_limit(folder: Path) -> list[dict[str, object]]:
    """A component of 10,000 nodes, and what one more write to it takes."""
    from dataclasses import replace

    from sameas.engine import policy as policies

    first = policies.default()
    kinds = (
        replace(one, max_per_profile=None, max_fanout=None, max_records=None)
        for one in first.identifiers
    )
    policy = replace(first, identifiers=tuple(kinds))
    found: list[dict[str, object]] = []
    with Engine(open_store(folder / "limit.db"), policy=policy) as made:

        def one(number: int) -> float:
            pairs = [("email", "all@x.example"), ("cookie", f"cookie{number}")]
            began = time.perf_counter()
            made.submit(Event("web", pairs, event_time=number)).result()
            return time.perf_counter() - began

        nodes = policy.max_component
        full = (nodes - 1) // 2
        pairs = ([("email", "all@x.example"), ("cookie", f"cookie{n}")] for n in range(full - 20))
        made.ingest(Event("web", pair, event_time=n) for n, pair in enumerate(pairs))
        before = [one(number) for number in range(full - 20, full)]
        found.append(_times(f"a write to a component of {nodes - 40:,} nodes", before))
        behind = [one(number) for number in range(full, full + 20)]
        waits = time.perf_counter()
        made.settled()
        found.append(_times(f"a write to it beyond its limit of {nodes:,}", behind))
        found[-1]["settled ms"] = round((time.perf_counter() - waits) * 1e3)
    return found


def _times(what: str, took: list[float]) -> dict[str, object]:
    took = sorted(took)
    return {
        "what": what,
        "p50 ms": round(took[len(took) // 2] * 1e3, 2),
        "longest ms": round(took[-1] * 1e3, 1),
    }


@contextmanager
def _beside(
    engine: Engine, carried: Callable[[int], list[tuple[str, str]]], *, pause: float = 0.0
) -> Iterator[list[float]]:
    """Somebody who writes one event after another; gives how long each took, in seconds."""
    took: list[float] = []
    ends = Flag()

    def write() -> None:
        number = 0
        while not ends.wait(pause):
            number += 1
            began = time.perf_counter()
            engine.submit(Event("crm", carried(number))).result()
            took.append(time.perf_counter() - began)

    thread = Thread(target=write)
    thread.start()
    try:
        yield took
    finally:
        ends.set()
        thread.join()


def flip(folder: Path) -> list[dict[str, object]]:
    """A value with many records becomes shared: how long others wait meanwhile."""
    found: list[dict[str, object]] = []
    with Engine(open_store(folder / "flip.db")) as made:
        most = next(one.max_records for one in made.rules.policy.identifiers if one.name == "phone")
        count = min(most or 2_000, 20_000)
        phone = ("phone", "+12025550123")
        made.ingest(
            Event("web", [phone, ("cookie", f"cookie{n}")], event_time=n) for n in range(count)
        )
        made.settled()
        with _beside(made, lambda n: [("email", f"o{n}@x.example")]) as took:
            began = time.perf_counter()
            answers = made.ingest(
                Event("web", [phone, ("cookie", f"more{n}")], event_time=n) for n in range(3)
            )
            answered = time.perf_counter() - began
            made.settled()
            settled = time.perf_counter() - began
        line = _times(f"others while a value of {count:,} records becomes shared", took)
        line["answered ms"] = round(answered * 1e3)
        line["settled ms"] = round(settled * 1e3)
        line["pending"] = sum(one.pending for one in answers)
        found.append(line)
    return found


def previews(store: Path) -> list[dict[str, object]]:
    """What it costs to be told what another policy would change, a command each."""
    found: list[dict[str, object]] = []
    for name, text in POLICIES.items():
        policy = store.with_name("tried.toml")
        policy.write_text(text)
        used = run(sameas("policy", "preview", str(policy), "--store", str(store), "--json", "-q"))
        told = json.loads(used.output)
        moved = told["moved_records"] / told["records"]
        found.append(
            {
                "what": f"preview {name}, {moved:.1%} of the records move",
                "seconds": round(used.wall, 1),
                "CPU us a record": round(used.cpu / told["records"] * 1e6, 1),
                "peak MB": round(used.peak / 1e6),
            }
        )
    return found


def changes(store: Path, people: int) -> list[dict[str, object]]:
    """Policies that are changed to, one after the other, while somebody writes all the time."""
    from sameas.engine import policy as policies

    place = store.with_name("changed.db")
    copied(store, place)
    r = random.Random(5)
    found: list[dict[str, object]] = []
    with Engine(open_store(place)) as made:
        for name, text in POLICIES.items():
            policy = policies.loads(text)
            with _beside(
                made, lambda _: list(identifiers(r, r.randrange(people)).items()), pause=0.025
            ) as took:
                began = time.perf_counter()
                made.set_policy(policy)
                while (state := made.policy_state()).changing:
                    time.sleep(0.01)
                seconds = time.perf_counter() - began
            assert state.failed is None, state.failed
            line = _times(f"writes during a change {name}", took)
            line |= {"change s": round(seconds, 1), "tries": state.attempt, "written": len(took)}
            found.append(line)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--profiles", default="1M", help="preloaded, such as 100k or 1M")
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement")
    parser.add_argument("--minutes", type=float, default=4, help="of the long run")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--folder", type=Path, default=None, help="where stores are kept meanwhile")
    options = parser.parse_args()
    profiles = parse_size(options.profiles)
    versions = f"Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}"
    print(f"{versions}; {os.cpu_count()} processors; {profiles:,} profiles; {CLIENTS} clients")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        show([floor(folder, 2)])
        store, line = preload(folder, profiles)
        show([line])
        if "engine" in options.only:
            show(engine(store, profiles, options.seconds))
        if {"http", "half", "batch", "lookup", "long"} & set(options.only):
            more = (options.seconds, options.only, options.minutes)
            show(over_http(store, profiles, *more))
        if "limit" in options.only:
            show(at_limit(folder))
        if "flip" in options.only:
            show(flip(folder))
        if "preview" in options.only:
            show(previews(store))
        if "change" in options.only:
            show(changes(store, profiles))


if __name__ == "__main__":
    main()
