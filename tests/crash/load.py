"""What clients send at once until nobody answers, and what they were answered."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import httpx

from tests.crash.serving import PATIENCE

if TYPE_CHECKING:
    from tests.crash.serving import Server

__all__ = ["Answered", "Load"]

PEOPLE = 60
NAMES = ("Ann", "Bob", "Carla", "Dmitri", "Ewa")


@dataclass(frozen=True)
class Answered:
    """One request that was answered, so that it is durable."""

    what: str
    """merge, record, batch, withdraw, judge, retract."""
    sent: Any
    answer: Any
    key: str | None = None
    """Its idempotency key."""


@dataclass
class Load:
    """Some clients that write to one server."""

    server: Server
    seed: int
    number: int
    """Of the server; makes what is sent different from what went to others."""
    clients: int = 4
    answered: list[Answered] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Answers that are no success."""

    def __post_init__(self) -> None:
        self._threads = [
            threading.Thread(target=self._run, args=(client,), daemon=True)
            for client in range(self.clients)
        ]
        self._stop = threading.Event()
        headers = {"Authorization": f"Bearer {self.server.key}"}
        # made before they are needed: each reads the certificates, 20 ms
        self._http = [
            httpx.Client(base_url=self.server.url, headers=headers, timeout=PATIENCE)
            for _ in range(self.clients)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each client end its request, and wait for all."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def _run(self, client: int) -> None:
        r = Random(f"{self.seed}/{self.number}/{client}")
        said: list[str] = []
        records: list[str] = []
        turn = 0
        with self._http[client] as http:
            while not self._stop.is_set():
                turn += 1
                name = f"{self.number}.{client}.{turn}"
                try:
                    self._one(http, r, name, said, records)
                except httpx.TransportError:
                    return  # it was killed: what was asked may be there, or not

    def _one(
        self, http: httpx.Client, r: Random, name: str, said: list[str], records: list[str]
    ) -> None:
        turn = r.randrange(12)
        if turn == 0 and records:
            sent: Any = r.choice(records)
            source, _, record_id = sent.partition("/")
            answer = http.delete(f"/v1/records/{source}/{record_id}")
            self._note("withdraw", sent, answer)
        elif turn == 1 and len(records) > 1:
            sides = r.sample(records, 2)
            kind = r.choice(("same", "different"))
            sent = {"key": name, "kind": kind, "left": sides[:1], "right": sides[1:]}
            if self._note("judge", sent, http.post("/v1/judgements", json=sent)):
                said.append(name)
        elif turn == 2 and said:
            sent = said.pop(r.randrange(len(said)))
            self._note("retract", sent, http.delete(f"/v1/judgements/{sent}"))
        elif turn in (3, 4):
            sent = [self._record(r, f"{name}.{at}") for at in range(r.randrange(1, 12))]
            headers = {"Idempotency-Key": name}
            answer = http.post("/v1/merge", json=sent, headers=headers)
            if self._note("batch", sent, answer, name):
                records += [one["record"] for one in answer.json()["results"]]
        elif turn in (5, 6):
            sent = self._record(r, name) | {"record_id": f"r{name}"}
            if self._note("record", sent, http.post("/v1/records", json=sent)):
                records.append(f"{sent['source']}/{sent['record_id']}")
        else:
            sent = self._record(r, name)
            answer = http.post("/v1/merge", json=sent)
            if self._note("merge", sent, answer):
                records.append(answer.json()["record"])

    @staticmethod
    def _record(r: Random, name: str) -> dict[str, Any]:
        """Some of what a person carries; now and then of two."""
        who = [r.randrange(PEOPLE) for _ in range(r.choice((1, 1, 1, 1, 2)))]
        found: dict[str, list[str]] = {}
        for one in who:
            for kind in r.sample(("email", "phone", "cookie", "user_id", "device_id"), 2):
                value = {
                    "email": f"person{one}@shop.example",
                    "phone": f"+1202555{one // 2:04}",
                    "cookie": f"c-{one}-{r.randrange(3)}",
                    "user_id": f"u{one}",
                    "device_id": f"00000000-0000-4000-8000-{one:012}",
                }[kind]
                found.setdefault(kind, []).append(value)
        return {
            "source": r.choice(("web", "crm", "pos")),
            "identifiers": found,
            "traits": {"first_name": NAMES[who[0] % 5]} if r.randrange(2) else {},
            "message_id": f"m{name}",
        }

    def _note(self, what: str, sent: Any, answer: httpx.Response, key: str | None = None) -> bool:
        if answer.status_code >= 300:
            self.failed.append(f"{what}: {answer.status_code} {answer.text[:300]}")
            return False
        self.answered.append(Answered(what, sent, answer.json(), key))
        return True
