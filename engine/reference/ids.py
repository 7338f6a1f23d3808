"""3.6: profile ids. An id is carried by a record; the ledger remembers who carries what.

`advance` takes the ledger from one partition to the next. It depends on nothing but its
arguments, and looks at sets only: the order in which records are given never matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sameas.engine.ids.siphash import profile_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from sameas.graph.model import Micros, RecordKey

__all__ = ["Carried", "Ledger", "Movement", "advance"]


@dataclass(frozen=True, slots=True)
class Carried:
    """One issued id: when, in the order of all, and which record carries it; None: gone."""

    issued: int
    carrier: RecordKey | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All history that ids depend on."""

    id_key: bytes
    arrivals: Mapping[RecordKey, tuple[int, int, bool]] = field(default_factory=dict)
    """(arrival, incarnation, live) of every key ever seen; a withdrawn one is not live."""
    ids: Mapping[str, Carried] = field(default_factory=dict)
    profiles: Mapping[RecordKey, str] = field(default_factory=dict)
    """The profile id of each live record."""


@dataclass(frozen=True, slots=True, order=True)
class Movement:
    """One line of the change table; see `changes` in docs/output.md."""

    change: str
    old_id: str | None
    new_id: str | None


def advance(
    ledger: Ledger,
    profiles: Iterable[AbstractSet[RecordKey]],
    times: Mapping[RecordKey, Micros],
    signed_up: AbstractSet[RecordKey],
) -> tuple[Ledger, frozenset[Movement]]:
    """One arrival: a new partition of the live records.

    Args:
        ledger: the history so far.
        profiles: the new partition; its records are the live ones, all others are withdrawn.
        times: each live record's event time, which orders records that arrive together.
        signed_up: the records that hold a value of a type with limit 1.
    """
    groups = [frozenset(profile) for profile in profiles]
    live = frozenset().union(*groups)
    arrivals = dict(ledger.arrivals)
    last = max((arrival for arrival, _, _ in arrivals.values()), default=-1)
    coming = [key for key in live if key not in arrivals or not arrivals[key][2]]
    for key in sorted(coming, key=lambda key: (times[key], key)):
        last += 1
        incarnation = arrivals[key][1] + 1 if key in arrivals else 0
        arrivals[key] = (last, incarnation, True)

    def heir(candidates: Iterable[RecordKey]) -> RecordKey | None:
        """Who takes an id over: the first arrived that signed up, else the first arrived."""
        return min(
            candidates, key=lambda key: (key not in signed_up, arrivals[key][0]), default=None
        )

    # the withdrawn pass their ids on inside the profile that was
    was: dict[str, set[RecordKey]] = {}
    for key, old in ledger.profiles.items():
        was.setdefault(old, set()).add(key)
    carriers = {name: carried.carrier for name, carried in ledger.ids.items()}
    for name, carrier in carriers.items():
        if carrier is not None and carrier not in live:
            carriers[name] = heir(was[ledger.profiles[carrier]] & live)
    for key, (arrival, incarnation, alive) in arrivals.items():
        if alive and key not in live:
            arrivals[key] = (arrival, incarnation, False)

    issued = {name: carried.issued for name, carried in ledger.ids.items()}
    turn = max(issued.values(), default=-1)
    names: dict[RecordKey, str] = {}
    for group in sorted(groups, key=lambda group: min(arrivals[key][0] for key in group)):
        carried = [name for name, carrier in carriers.items() if carrier in group]
        if not carried:
            first = min(group, key=lambda key: arrivals[key][0])
            turn += 1
            again = 0
            while (
                name := profile_id(
                    ledger.id_key,
                    (first.source, first.record_id),
                    incarnation=arrivals[first][1],
                    again=again,
                )
            ) in issued:
                again += 1
            issued[name] = turn
            carriers[name] = first
            carried = [name]
        owner = heir(group & signed_up)
        if owner is not None:
            for name in carried:
                if carriers[name] not in signed_up:
                    carriers[name] = owner
        names.update(dict.fromkeys(group, min(carried, key=lambda name: issued[name])))
    ids = {name: Carried(issued[name], carriers[name]) for name in issued}
    return Ledger(ledger.id_key, arrivals, ids, names), _movements(ledger, ids, names)


def _movements(
    ledger: Ledger, ids: Mapping[str, Carried], names: Mapping[RecordKey, str]
) -> frozenset[Movement]:
    found = set()
    new_from: dict[str, set[str]] = {name: set() for name in names.values()}
    old_to: dict[str, set[str]] = {name: set() for name in ledger.profiles.values()}
    for key, old in ledger.profiles.items():
        new = names.get(key)
        if new is not None:
            new_from[new].add(old)
            old_to[old].add(new)
    for new, olds in new_from.items():
        if not olds:
            found.add(Movement("created", None, new))
    for old, news in old_to.items():
        carrier = ids[old].carrier
        home = None if carrier is None else names[carrier]
        if home is None:
            found.add(Movement("removed", old, None))
        for new in news:
            if new == home and len(new_from[new]) > 1:
                change = "merged"
            elif len(news) > 1 or new != home:
                change = "split"
            else:
                change = "unchanged"
            found.add(Movement(change, old, new))
    return frozenset(found)
