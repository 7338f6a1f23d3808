"""API keys: random, shown once, stored as SHA-256; without one that is valid nobody gets in.

What a key may do is its scopes; one that is bound to a source speaks for that source only.
"""

from __future__ import annotations

import secrets
import time
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, TypeVar

import msgspec

from sameas.api.http.errors import Problem
from sameas.engine.online.calls import Call
from sameas.engine.online.unit import Unit
from sameas.errors import Fault, InputError
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sameas.api.http.settings import Settings
    from sameas.engine.online.engine import Engine
    from sameas.engine.online.port import EnginePort
    from sameas.graph.store.port import Reader, Store

__all__ = [
    "SCOPES",
    "Access",
    "Bucket",
    "Gatekeeper",
    "create_key",
    "first_key",
    "list_keys",
    "new_key",
    "revoke",
    "revoke_key",
    "secret_of",
]

Result = TypeVar("Result")

SCOPES = ("collect", "write", "read", "review", "admin")

_IMPLIED = {
    "collect": {"collect"},
    "write": {"write", "collect"},
    "read": {"read"},
    "review": {"review", "read"},
    "admin": set(SCOPES),
}

_MOST_CACHED = 10_000


class Bucket:
    """A token bucket: `rate` a second, and up to `burst` saved."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = max(burst, 1.0)
        self._tokens = self._burst
        self._at = time.monotonic()

    def take(self, now: float) -> float:
        """Take one; 0, or the seconds until there is one.

        >>> bucket = Bucket(0.5, 1)
        >>> now = time.monotonic()
        >>> bucket.take(now), round(bucket.take(now), 1)
        (0.0, 2.0)
        """
        if not self._rate:
            return 0.0
        self._tokens = min(self._burst, self._tokens + max(now - self._at, 0.0) * self._rate)
        self._at = now
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self._rate


@dataclass(frozen=True, slots=True)
class Access:
    """A key that is valid."""

    id: str
    scopes: frozenset[str]
    """With those that its own imply."""
    source: str | None
    bucket: Bucket

    @property
    def collects_only(self) -> bool:
        """It is told nothing of anybody's identity."""
        return "write" not in self.scopes

    def need(self, scope: str) -> None:
        """Go on, if the key has the scope.

        Raises:
            Problem: 403.
        """
        if scope not in self.scopes:
            raise Problem(
                403,
                "scope_missing",
                f"the key has no scope `{scope}`",
                faults=[Fault("Authorization", f"no scope `{scope}`", "use a key that has it")],
            )

    def spend(self) -> None:
        """Count a request.

        Raises:
            Problem: 429, with the seconds to wait.
        """
        wait = self.bucket.take(time.monotonic())
        if wait:
            seconds = max(1, int(wait + 0.999))
            raise Problem(
                429,
                "rate_limited",
                f"too many requests with this key; try again in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )


class Gatekeeper:
    """Who a request comes from. Valid keys are remembered for some seconds, by their digest."""

    def __init__(self, engine: EnginePort, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._seen: dict[bytes, tuple[Access, float]] = {}
        self._buckets: dict[str, Bucket] = {}

    def check(self, header: bytes | None) -> Access:
        """The key of an Authorization header.

        Raises:
            Problem: 401; there is none, it is unknown, or it was revoked.
        """
        if header is None:
            raise _unauthorised("key_missing", "send a key: `Authorization: Bearer sk_...`")
        whole = sha256(header).digest()
        seen = self._seen.get(whole)
        if seen is not None and seen[1] > time.monotonic():
            return seen[0]
        secret = secret_of(header)
        if secret is None:
            raise _unauthorised(
                "key_missing", "the Authorization header is neither `Bearer KEY` nor Basic `KEY:`"
            )
        digest = sha256(secret).digest()
        with self._engine.reader() as reader:
            rows = reader.find(t.KEY, ("digest",), [(digest,)])
        if not rows or not compare_digest(rows[0].digest, digest) or rows[0].revoked is not None:
            self._seen.pop(whole, None)
            raise _unauthorised("key_unknown", "the key is unknown, or was revoked")
        access = self._access(rows[0])
        if len(self._seen) >= _MOST_CACHED:
            self._seen.clear()
        self._seen[whole] = (access, time.monotonic() + self._settings.key_seconds)
        return access

    def forget(self, key: str) -> None:
        """Look a key up again at its next use."""
        self._seen = {d: seen for d, seen in self._seen.items() if seen[0].id != key}

    def _access(self, row: t.KeyRow) -> Access:
        scopes = frozenset[str]().union(*(_IMPLIED.get(one, ()) for one in row.scopes.split()))
        bucket = self._buckets.get(row.id)
        if bucket is None:
            settings = self._settings
            limit = (
                (settings.collect_rate, settings.collect_burst)
                if scopes == {"collect"}
                else (settings.rate, settings.burst)
            )
            bucket = self._buckets[row.id] = Bucket(*limit)
        return Access(row.id, scopes, row.source, bucket)


def secret_of(header: bytes) -> bytes | None:
    """The key in an Authorization header; of Basic the user, whatever the password is.

    >>> secret_of(b"Bearer sk_1"), secret_of(b"Basic c2tfMToiIg=="), secret_of(b"sk_1")
    (b'sk_1', b'sk_1', None)
    """
    kind, _, rest = header.strip().partition(b" ")
    rest = rest.strip()
    if kind.lower() == b"bearer":
        return rest or None
    if kind.lower() == b"basic":
        try:
            return b64decode(rest, validate=True).partition(b":")[0] or None
        except ValueError:
            return None
    return None


def new_key(name: str, scopes: Iterable[str], source: str | None, now: int) -> tuple[t.KeyRow, str]:
    """A key's row and its secret, which is nowhere else.

    Raises:
        InputError: a scope that there is not, or none.
    """
    wanted = sorted(set(scopes), key=lambda one: SCOPES.index(one) if one in SCOPES else 99)
    faults = [
        Fault(f"scope {one!r}", "is no scope", f"there are {', '.join(SCOPES)}")
        for one in wanted
        if one not in SCOPES
    ]
    if not wanted:
        faults.append(Fault("scopes", "none is given", f"there are {', '.join(SCOPES)}"))
    if not name.strip():
        faults.append(Fault("name", "is empty", "say what the key is for"))
    if faults:
        raise InputError(faults)
    secret = f"sk_{secrets.token_urlsafe(32)}"
    row = t.KeyRow(
        f"k_{secrets.token_hex(6)}",
        sha256(secret.encode()).digest(),
        name,
        " ".join(wanted),
        source,
        now,
        None,
    )
    return row, secret


def revoke(unit: Unit, key: str, now: int) -> t.KeyRow:
    """End a key in a unit.

    Raises:
        Problem: 404; there is no such key.
    """
    row = unit.get(t.KEY, (key,))
    if row is None:
        raise Problem(404, "unknown_key", f"there is no key {key}")
    if row.revoked is None:
        row = msgspec.structs.replace(row, revoked=now)
        unit.put(t.KEY, row)
    return row


# -- for the command line, whether an engine runs or not ------------------------------------------


def create_key(
    where: Engine | Store, name: str, scopes: Iterable[str], source: str | None = None
) -> str:
    """Make a key that lasts, and give its secret, this once.

    Raises:
        InputError: a scope that there is not, or none.
        SameasError: the store cannot keep it.
    """
    scopes = tuple(scopes)

    def work(unit: Unit, now: int) -> str:
        row, secret = new_key(name, scopes, source, now)
        unit.put(t.KEY, row)
        return secret

    return _do(where, work)


def revoke_key(where: Engine | Store, key: str) -> None:
    """End a key for good. A running server takes at most its `key_seconds` to notice.

    Raises:
        InputError: there is no such key.
    """

    def work(unit: Unit, now: int) -> None:
        revoke(unit, key, now)

    try:
        _do(where, work)
    except Problem as problem:
        raise InputError(Fault(f"key {key}", "is not there", "list the keys")) from problem


def list_keys(reader: Reader) -> list[t.KeyRow]:
    """All keys, the oldest first; their digests say nothing of their secrets."""
    return sorted(reader.scan(t.KEY), key=lambda row: (row.created, row.id))


def first_key(where: Engine | Store, reader: Reader) -> str | None:
    """An admin key, if there is none that is valid; None: there is."""
    for row in reader.scan(t.KEY):
        if row.revoked is None and "admin" in row.scopes.split():
            return None
    return create_key(where, "first", ["admin"])


def _do(where: Engine | Store, work: Callable[[Unit, int], Result]) -> Result:
    from sameas.engine.online.engine import Engine

    if isinstance(where, Engine):
        call: Call[Result] = Call(lambda unit, state: work(unit, state.now))
        return where.run(call).result()
    unit = Unit(where)
    result = work(unit, time.time_ns() // 1_000)
    where.commit(unit.changes())
    return result


def _unauthorised(code: str, message: str) -> Problem:
    return Problem(
        401,
        code,
        message,
        headers={"WWW-Authenticate": 'Bearer realm="sameas", Basic realm="sameas"'},
    )
