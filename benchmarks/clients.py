"""Clients of a server, all in one process of little weight: requests by hand over open connections.

    python benchmarks/clients.py URL KEY --what merge --clients 64 --seconds 10 [--rate 2000]

Prints JSON: requests, items, seconds, latencies in milliseconds, and what failed. With a rate,
requests are due at even times, and one that is late counts from when it was due.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["identifiers", "main", "person"]

PATHS = {"merge": "/v1/merge", "batch": "/v1/records", "lookup": "/v1/profiles/lookup"}


def identifiers(r: random.Random, who: int) -> dict[str, str]:
    """The four that one event of a person carries; one in four has a browser of its own."""
    return {
        "email": f"person{who}@shop.example",
        "user_id": f"u{who}",
        "device_id": f"00000000-0000-4000-8000-{who:012}",
        "cookie": f"c{who}.{r.randrange(4) if r.randrange(4) == 0 else 0}",
    }


def person(r: random.Random, people: int) -> dict[str, object]:
    """An event of somebody, as it is sent."""
    return {
        "source": "web",
        "identifiers": identifiers(r, r.randrange(people)),
        "traits": {"first_name": "Ann", "plan": "free"},
    }


def bodies(what: str, r: random.Random, people: int, size: int) -> Callable[[], bytes]:
    """What makes the next body."""

    def merge() -> bytes:
        return json.dumps(person(r, people)).encode()

    def batch() -> bytes:
        return json.dumps([person(r, people) for _ in range(size)]).encode()

    def lookup() -> bytes:
        value = f"person{r.randrange(people)}@shop.example"
        return json.dumps({"type": "email", "value": value}).encode()

    return {"merge": merge, "batch": batch, "lookup": lookup}[what]


class Clients:
    """Some connections that take turns at one kind of request."""

    def __init__(self, url: str, key: str, what: str, make: Callable[[], bytes]) -> None:
        at = urlsplit(url)
        assert at.hostname is not None
        assert at.port is not None
        self.host, self.port = at.hostname, at.port
        self.head = (
            f"POST {PATHS[what]} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self.make = make
        self.took: list[float] = []
        self.failed: list[str] = []

    async def client(self, ends: float, due: Callable[[], float] | None) -> None:
        """One connection, until the time is over."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        while (now := time.perf_counter()) < ends:
            body = self.make()
            began = now
            if due is not None:
                began = due()
                if began > now:
                    await asyncio.sleep(began - now)
            else:
                began = time.perf_counter()
            writer.write(b"%s%d\r\n\r\n%s" % (self.head, len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            answer = await reader.readexactly(length)
            self.took.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 200"):
                self.failed.append(head.split(b"\r\n")[0].decode() + answer[:200].decode())
        writer.close()

    async def run(self, clients: int, seconds: float, rate: float) -> float:
        """All of them; gives the seconds that it took."""
        start = time.perf_counter()
        number = 0

        def due() -> float:
            nonlocal number
            number += 1
            return start + number / rate

        ends = start + seconds
        await asyncio.gather(*(self.client(ends, due if rate else None) for _ in range(clients)))
        return time.perf_counter() - start


def main() -> None:
    """Send, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("--what", choices=sorted(PATHS), default="merge")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=0, help="requests a second; 0: all they can")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=100, help="items of a batch")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    make = bodies(options.what, random.Random(options.seed), options.people, options.size)
    clients = Clients(options.url, options.key, options.what, make)
    seconds = asyncio.run(clients.run(options.clients, options.seconds, options.rate))
    took = sorted(clients.took)
    items = options.size if options.what == "batch" else 1
    print(
        json.dumps(
            {
                "requests": len(took),
                "items": len(took) * items,
                "seconds": seconds,
                "p50": took[len(took) // 2] * 1e3,
                "p99": took[int(len(took) * 0.99)] * 1e3,
                "longest": took[-1] * 1e3,
                "failed": len(clients.failed),
                "first": clients.failed[:1],
            }
        )
    )


if __name__ == "__main__":
    main()
