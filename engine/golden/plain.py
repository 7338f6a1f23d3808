"""The golden record of one profile, equal to `golden`'s, without columns.

`golden` answers for millions of profiles at once, and takes 5 ms before the first; a page that
shows one person has less time than that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sameas.engine.golden.plan import Unit, plan
from sameas.engine.golden.survive import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.engine.policy.model import Survivorship
    from sameas.graph.model import Micros, RecordKey

__all__ = ["Speaker", "Survivor", "plain_golden"]

# What Unicode calls white space, as the columns are trimmed; `str.strip` takes four controls more.
_WHITE = "".join(
    map(chr, (*range(0x9, 0xE), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)))
) + "".join(map(chr, (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)))


@dataclass(frozen=True, slots=True)
class Speaker:
    """What survivorship looks at in a record."""

    key: RecordKey
    event_time: Micros
    traits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Survivor:
    """One golden trait."""

    value: str | None
    """None: the record that its group was taken from lacks it."""
    winners: tuple[tuple[RecordKey, str | None], ...]
    """The record that it came from; of a union one for each of its values."""
    losers: tuple[tuple[RecordKey, str], ...]
    """The records that hold another value, in order of key."""


def plain_golden(
    records: Iterable[Speaker], survivorship: Survivorship, traits: Sequence[str] | None = None
) -> dict[str, Survivor]:
    """Choose the golden value of each trait that some record holds. O(n log n) a trait.

    Args:
        records: those of one profile, in any order.
        survivorship: what the policy says.
        traits: which traits, in the order of the answer; None: all, in order.

    Raises:
        PolicyError: the groups overlap, or a strategy does not exist.

    >>> from sameas.engine.policy.model import Survivorship
    >>> from sameas.graph.model import RecordKey
    >>> crm = Speaker(RecordKey("crm", "7"), 1, {"city": "Oslo"})
    >>> web = Speaker(RecordKey("web", "a"), 2, {"city": " Bergen"})
    >>> plain_golden([crm, web], Survivorship())["city"].value
    'Bergen'
    """
    rows = sorted(records, key=lambda one: one.key)
    said = [
        {name: text for name, value in row.traits.items() if (text := value.strip(_WHITE))}
        for row in rows
    ]
    if traits is None:
        traits = sorted({name for one in said for name in one})
    found: dict[str, Survivor] = {}
    for unit in plan(survivorship, traits):
        names = [traits[place] for place in unit.traits]
        held = [at for at, one in enumerate(said) if any(name in one for name in names)]
        if not held:
            continue
        if unit.strategy == "union":
            found[names[0]] = _union(rows, said, held, names[0])
            continue
        best = _best(unit, rows, said, held, names, survivorship.source_priority)
        for name in names:
            value = said[best].get(name)
            losers = tuple(
                (row.key, one[name])
                for row, one in zip(rows, said, strict=True)
                if name in one and one[name] != value
            )
            if losers or value is not None:
                found[name] = Survivor(value, ((rows[best].key, value),), losers)
    return {name: found[name] for name in traits if name in found}


def _union(
    rows: Sequence[Speaker], said: Sequence[Mapping[str, str]], held: Sequence[int], name: str
) -> Survivor:
    first: dict[str, RecordKey] = {}
    for at in held:
        first.setdefault(said[at][name], rows[at].key)
    return Survivor(
        SEPARATOR.join(sorted(first)), tuple((first[text], text) for text in sorted(first)), ()
    )


def _best(
    unit: Unit,
    rows: Sequence[Speaker],
    said: Sequence[Mapping[str, str]],
    held: Sequence[int],
    names: Sequence[str],
    priority: Sequence[str],
) -> int:
    """The row that a unit is taken from: `min` and `max` keep the first, so the smallest key."""

    def values(at: int) -> tuple[str | None, ...]:
        return tuple(said[at].get(name) for name in names)

    def rank(at: int) -> int:
        source = rows[at].key.source
        return -(priority.index(source) if source in priority else len(priority))

    match unit.strategy:
        case "most_recent":
            return max(held, key=lambda at: rows[at].event_time)
        case "most_frequent":
            counts = Counter(map(values, held))
            return max(held, key=lambda at: counts[values(at)])
        case "most_complete" if unit.grouped:
            return max(held, key=lambda at: sum(value is not None for value in values(at)))
        case "most_complete":
            return max(held, key=lambda at: len(said[at][names[0]]))
        case "source_priority":
            return max(held, key=lambda at: (rank(at), rows[at].event_time))
        case "min":
            return min(held, key=lambda at: [(one is None, one or "") for one in values(at)])
        case _:
            return max(held, key=lambda at: [(one is not None, one or "") for one in values(at)])
