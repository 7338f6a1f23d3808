"""Calls that are answered once only, however often they are sent."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from sameas.api.http.errors import Problem
from sameas.engine.online.calls import Call
from sameas.errors import Fault
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["Replied", "once", "purge", "replay_key"]

Result = TypeVar("Result")

_HOUR = 3_600_000_000
_LONGEST_KEY = 255


class Replied(NamedTuple, Generic[Result]):
    """The answer to a call that is done once only."""

    body: bytes
    result: Result | None
    """Of the call; None: it had been done, and this is the answer that was kept."""


def replay_key(access: str, route: str, header: bytes) -> str:
    """The name of a request that may come again: of one key's, on one route.

    Raises:
        Problem: 422; the header is empty or longer than 255 bytes.
    """
    if not 0 < len(header) <= _LONGEST_KEY:
        raise Problem(
            422,
            "invalid_parameter",
            "Idempotency-Key: is empty or too long",
            faults=[Fault("Idempotency-Key", "is empty or too long", "1 to 255 characters")],
        )
    return sha256(b"\0".join((access.encode(), route.encode(), header))).hexdigest()


def once(
    call: Call[Result],
    *,
    key: str,
    body: bytes,
    encode: Callable[[Result], bytes],
    hours: float,
) -> Call[Replied[Result]]:
    """Do a call and keep its answer beside it; or give the one that was kept.

    `encode` is done with the call, wherever that is: as the work of a `Call` it can be pickled.

    Raises, when it is done:
        Problem: 422; the key came before with another body.
    """
    digest = sha256(body).digest()
    return Call(partial(_once, call.work, key, digest, encode, hours), call.wanted)


def purge(keys: Sequence[str], before: int) -> Call[int]:
    """Forget answers that are older than a time, of those that are named."""
    return Call(partial(_forget, keys, before))


def _once(
    work: Callable[[Unit, State], Result],
    key: str,
    digest: bytes,
    encode: Callable[[Result], bytes],
    hours: float,
    unit: Unit,
    state: State,
) -> Replied[Result]:
    known = unit.get(t.REPLY, (key,))
    if known is not None and known.time > state.now - hours * _HOUR:
        if known.digest != digest:
            raise Problem(
                422,
                "idempotency_key_reused",
                "the Idempotency-Key came before, with another body",
                faults=[Fault("Idempotency-Key", "was used with another body", "use a new one")],
            )
        return Replied(known.body, None)
    result = work(unit, state)
    body = encode(result)
    unit.put(t.REPLY, t.Reply(key, digest, 200, body, state.now))
    return Replied(body, result)


def _forget(keys: Sequence[str], before: int, unit: Unit, _state: State) -> int:
    rows = unit.get_all(t.REPLY, [(key,) for key in keys])
    old = [row for row in rows if row.time < before]
    for row in old:
        unit.delete(t.REPLY, (row.key,))
    return len(old)
