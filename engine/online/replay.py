"""The change feed, replayed: from position zero it gives the partition as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.view.answers import ChangeEntry

__all__ = ["number_of", "replay"]


def replay(
    entries: Iterable[ChangeEntry], start: dict[str, set[int]] | None = None
) -> dict[str, set[int]]:
    """The numbers of each profile's live records, by profile id. O(records named).

    Args:
        entries: in the order of the feed, none left out.
        start: what holds before the first entry; None: nothing. It is not changed.

    >>> from sameas.engine.online.view.answers import ChangeEntry
    >>> feed = [
    ...     ChangeEntry(1, 0, "created", "p_a", records=("r1",)),
    ...     ChangeEntry(2, 0, "created", "p_b", records=("r2",)),
    ...     ChangeEntry(3, 0, "merged", "p_a", other_id="p_b"),
    ... ]
    >>> replay(feed)
    {'p_a': {1, 2}}
    """
    held = {profile: set(records) for profile, records in (start or {}).items()}
    for entry in entries:
        mine = held.setdefault(entry.profile_id, set())
        gone = set(map(number_of, entry.gone))
        records = set(map(number_of, entry.records))
        other = held.get(entry.other_id, set()) if entry.other_id is not None else set()
        if entry.change == "merged":
            mine |= other - gone
            other.clear()
        elif entry.change == "split":
            other -= records
            mine |= records
        else:
            mine |= records
        mine -= gone
        if entry.change == "removed":
            mine.clear()
    return {profile: records for profile, records in held.items() if records}


def number_of(record: str) -> int:
    """The number of a record that the feed speaks of."""
    return int(record.removeprefix("r"))
