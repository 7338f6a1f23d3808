"""Random histories of partitions, as the id contract meets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from random import Random

__all__ = ["Arrival", "history"]


@dataclass(frozen=True)
class Arrival:
    """A new partition of the live records."""

    profiles: list[frozenset[RecordKey]]
    times: Mapping[RecordKey, int]
    """Of each live record, in the order in which the records are given."""
    signed_up: AbstractSet[RecordKey]


def history(r: Random, *, steps: int = 5, keys: int = 7) -> list[Arrival]:
    """Up to `steps` arrivals over a few keys that come, go and come back."""
    names = [RecordKey(r.choice(("crm", "web")), str(at)) for at in range(keys)]
    live: set[RecordKey] = set()
    signed: set[RecordKey] = set()
    home: dict[RecordKey, int] = {}
    found = []
    for _ in range(r.randrange(1, steps + 1)):
        for key in names:
            if key in live:
                if r.randrange(4) == 0:
                    live.discard(key)
                    signed.discard(key)
                elif r.randrange(2) == 0:
                    home[key] = r.randrange(4)
            elif r.randrange(2):
                live.add(key)
                home[key] = r.randrange(4)
            if key in live and r.randrange(3) == 0:
                signed ^= {key}
        order = sorted(live)
        r.shuffle(order)
        groups: dict[int, set[RecordKey]] = {}
        for key in order:
            groups.setdefault(home[key], set()).add(key)
        found.append(
            Arrival(
                [frozenset(group) for group in groups.values()],
                {key: r.randrange(3) for key in order},
                frozenset(signed),
            )
        )
    return found
