"""What must be known of a component that is one whole profile, to let another record in.

All constraints are monotone: what a whole component satisfies, its parts satisfy. So a record may
join as long as the union of the summaries breaks nothing, and nobody need look at the records.
Counts may come out too high, never too low: that costs a look at the records, never the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.rules import BLOCKED, LINKED, MOST_NAMES, SHARED, UNLINKED
from sameas.matching.names import compatible, person_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import Live

__all__ = [
    "MOST_NAMES", "Summary", "exclusive_values", "may_match", "merged", "summary_of", "union",
]  # fmt: skip


class Summary(msgspec.Struct, array_like=True, gc=False):
    """Of one component that is a whole profile."""

    values: list[int]
    """By place of the type: distinct values that count against `max_per_profile`."""
    seen: list[int]
    """By place: distinct values that are not blocked, shared ones too."""
    loose: list[tuple[int, int, int]]
    """(number, place, standing) of the identifiers among them that do not link: other components
    may have them too."""
    names: list[str]
    exclusive: list[list[str]]
    """By exclusive trait of the policy."""
    sources: list[str]
    """Duplicate-free sources that have a record here."""
    ids: list[int]
    """Numbers of the profile ids that its records carry."""
    owner: int | None = None
    """The first arrived of its records that hold a value of a type with limit 1."""
    owner_arrival: int = 0
    vectors: list[int] = []
    """Numbers of the trait vectors of its records."""
    matched: bool = False
    """A match joins two of its records."""
    bound: bool = True
    """Its identifiers alone make it one profile; always so where nothing is matched."""

    def dumps(self) -> str:
        """As JSON."""
        return _encode(self).decode()

    @classmethod
    def loads(cls, text: str) -> Summary:
        """Read back."""
        return _decode(text)


def exclusive_values(rules: Rules, traits: dict[str, str]) -> list[list[str]]:
    """By exclusive trait: the value that a record has, compared trimmed and case-folded."""
    if not rules.policy.exclusive:
        return []
    texts = (traits.get(trait, "").strip().casefold() for trait in rules.policy.exclusive)
    return [[text] if text else [] for text in texts]


def summary_of(
    rules: Rules, live: Live, known: Sequence[tuple[int, int, int]], arrival: int
) -> Summary:
    """The summary of one record by itself; `known` are (number, place, standing)."""
    width = len(rules.types)
    values, seen = [0] * width, [0] * width
    signed_up = False
    for _, place, standing in known:
        if standing == BLOCKED:
            continue
        seen[place] += 1
        if standing != SHARED:
            values[place] += 1
        signed_up |= standing == LINKED and rules.single[place]
    name = person_name(live.traits)
    clean = live.kind != 1 and live.source in rules.policy.duplicate_free
    return Summary(
        values,
        seen,
        [one for one in known if one[2] in (SHARED, UNLINKED)],
        [] if name is None else [name],
        exclusive_values(rules, live.traits),
        [live.source] if clean else [],
        [],
        live.number if signed_up else None,
        arrival if signed_up else 0,
    )


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Summary).decode


def union(parts: Sequence[Summary], rules: Rules) -> Summary | None:
    """The summary of several together; None: together they may break a constraint."""
    whole = merged(parts)
    return whole if _kept(whole, rules) else None


def merged(parts: Sequence[Summary]) -> Summary:
    """The summary of several together, whatever it breaks."""
    first = parts[0]
    if len(parts) == 1:
        return first
    loose = set(first.loose)
    values, seen = list(first.values), list(first.seen)
    names = list(first.names)
    exclusive = [list(texts) for texts in first.exclusive]
    sources, ids = list(first.sources), list(first.ids)
    owner, arrival = first.owner, first.owner_arrival
    vectors = list(first.vectors)
    for part in parts[1:]:
        vectors += [one for one in part.vectors if one not in vectors]
        for place, count in enumerate(part.values):
            values[place] += count
        for place, count in enumerate(part.seen):
            seen[place] += count
        for one in part.loose:
            if one in loose:
                seen[one[1]] -= 1
                values[one[1]] -= one[2] == UNLINKED
            loose.add(one)
        for name in part.names:
            if name not in names:
                names.append(name)
        for mine, theirs in zip(exclusive, part.exclusive, strict=True):
            mine += [text for text in theirs if text not in mine]
        sources += part.sources
        ids += part.ids
        if part.owner is not None and (owner is None or part.owner_arrival < arrival):
            owner, arrival = part.owner, part.owner_arrival
    return Summary(
        values, seen, sorted(loose), names, exclusive, sources, ids, owner, arrival, vectors,
        any(part.matched for part in parts), all(part.bound for part in parts),
    )  # fmt: skip


def may_match(whole: Summary, rules: Rules) -> bool:
    """Whether matches may join what was clusters before: every constraint but the guard is kept.

    Exact where no judgement speaks and the values of links are each counted once.
    """
    return (
        len(set(whole.sources)) == len(whole.sources)
        and all(len(texts) < 2 for texts in whole.exclusive)
        and all(n <= most for n, most in zip(whole.values, rules.most_values, strict=True))
    )


def _kept(whole: Summary, rules: Rules) -> bool:
    """Whether every constraint is kept."""
    if max(len(whole.names), len(whole.loose), len(whole.vectors)) > MOST_NAMES:
        return False
    if len(set(whole.sources)) < len(whole.sources):
        return False
    if any(len(texts) > 1 for texts in whole.exclusive):
        return False
    if not rules.counts_fit(whole.values, whole.seen):
        return False
    names = whole.names
    if len(names) > 1 and any(
        count and guard for count, guard in zip(whole.values, rules.guards_links, strict=True)
    ):
        for at, name in enumerate(names):
            if not all(compatible(name, other) for other in names[:at]):
                return False
    return True
