"""What an engine went through, as counted names: so that a generator that misses a way is seen."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sameas.engine.online import apply, fast, feed, namesakes, quick, region, slow, unit
from sameas.engine.online.rules import GONE, LINKED, SHARED
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["BACKGROUND", "WAYS", "counted", "only_slow"]

WAYS = (
    *("quick: alone", "quick: joining", "quick: again"),
    *("fast join of 0", "fast join of 1", "fast join of 2", "fast join of 3", "touch", "slow path"),
    *("became shared", "shared no more", "part of a contested identifier", "component limit"),
    *("a digest means an address", "a word on a digest", "suppressed", "erased"),
    *("created", "updated", "merged", "split", "removed"),
    *("passed at sign-up", "passed at withdrawal", "gone", "second incarnation"),
)
BACKGROUND = ("pending", "conflict of the background")


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the ways that engines go in here."""
    found: Counter[str] = Counter()

    def around(owner: Any, name: str, note: Callable[..., None]) -> Any:
        inner = getattr(owner, name)

        def outer(*args: Any, **named: Any) -> Any:
            result = inner(*args, **named)
            note(result, *args, **named)
            return result

        return patch.object(owner, name, outer)

    def joined(_result: Any, _unit: Any, _state: Any, _live: Any, _known: Any, parts: Any,
               *_: Any) -> None:  # fmt: skip
        found[f"fast join of {min(len(parts), 3)}"] += 1

    def quickly(way: str) -> Callable[..., None]:
        def note(result: Any, *_: Any) -> None:
            found[f"quick: {way}"] += result is not None

        return note

    def touched(result: bool, *_: Any) -> None:  # noqa: FBT001 - as it is called
        found["touch"] += result

    def gathered(result: Any, cache: Any, state: Any, *_: Any, **__: Any) -> None:
        found["slow path"] += 1
        found["a word on a digest"] += any(
            ref.partition(":")[0] in state.rules.digests for ref in state.named
        )
        for number, standing in result.standing.items():
            row = cache.get(t.IDENTIFIER, (number,))
            if row is not None and row.standing != GONE:
                found["became shared"] += standing == SHARED != row.standing
                found["shared no more"] += row.standing == SHARED != standing
            if standing == LINKED and number not in result.complete:
                found["part of a contested identifier"] += 1

    def carried(_result: None, self: Any, one: Any, carrier: int | None) -> None:
        if carrier is None:
            found["gone"] += 1
        elif one.carrier is not None:
            row = self._unit.get(t.RECORD, (one.carrier,))
            alive = row is not None and row.live
            found["passed at sign-up" if alive else "passed at withdrawal"] += 1

    def told(_result: None, _self: Any, entry: Any) -> None:
        found[entry.change] += 1

    def written(_result: Any, _cache: Any, _state: Any, parts: Any, *_: Any) -> None:
        for out in parts:
            for _place, _granted, reason in out.links.values():
                found["component limit"] += reason is not None and "component limit" in reason

    def held(_result: Any, *_: Any) -> None:
        found["pending"] += 1

    def clash(result: bool, *_: Any) -> None:  # noqa: FBT001 - as it is called
        found["conflict of the background"] += result

    def meant(result: Any, *_: Any) -> None:
        found["a digest means an address"] += result is not None

    def put(_result: None, _self: Any, table: Any, row: Any) -> None:
        if table is t.RECORD:
            found["second incarnation"] += row.live and row.incarnation > 0
            found["erased"] += row.input < 0
        found["suppressed"] += table is t.SUPPRESSION

    with (
        around(quick, "_alone", quickly("alone")),
        around(quick, "_joining", quickly("joining")),
        around(quick, "_again", quickly("again")),
        around(fast, "_commit", joined),
        around(apply, "_touch", touched),
        around(slow, "gather", gathered),
        around(slow, "write", written),
        around(feed.Feed, "carry", carried),
        around(feed.Feed, "tell", told),
        around(apply, "_held_back", held),
        around(unit.Unit, "conflicts", clash),
        around(namesakes, "meant", meant),
        around(region, "meant", meant),
        around(unit.Unit, "put", put),
    ):
        yield found


@contextmanager
def only_slow() -> Iterator[None]:
    """No record is let in without a look at the region."""
    with (
        patch.object(apply, "quick", lambda *_: None),
        patch.object(fast, "join", lambda *_: False),
        patch.object(apply, "_touch", lambda *_: False),
    ):
        yield
