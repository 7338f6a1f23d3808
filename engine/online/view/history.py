"""What became of profiles: the feed, and the part of it that one profile is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.view.answers import ChangeEntry, History, IdEvent
from sameas.engine.online.view.names import carried_by, home, issued, names, opaque
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.graph.store.port import Reader

__all__ = ["Detail", "changes", "detail_of", "entries_about", "history"]


class Detail(msgspec.Struct):
    """`Change.detail`."""

    records: list[int] = []
    gone: list[int] = []


_decode = msgspec.json.Decoder(Detail).decode


def detail_of(row: t.Change) -> Detail:
    """The record numbers that an entry names."""
    return Detail() if row.detail is None else _decode(row.detail)


def changes(reader: Reader, *, after: int = 0, limit: int = 100) -> list[ChangeEntry]:
    """Entries of the feed behind a position, in order. Positions ascend; some may be missing."""
    return shown(reader, list(reader.scan(t.CHANGE, after=(after,), limit=limit)))


def shown(reader: Reader, rows: Sequence[t.Change]) -> list[ChangeEntry]:
    """Entries with ids for numbers."""
    numbers = {row.profile for row in rows} | {row.other for row in rows if row.other is not None}
    known = names(reader, numbers)
    out = []
    for row in rows:
        detail = detail_of(row)
        out.append(
            ChangeEntry(
                row.position,
                row.time,
                row.change,
                known[row.profile],
                None if row.other is None else known[row.other],
                tuple(map(opaque, detail.records)),
                tuple(map(opaque, detail.gone)),
            )
        )
    return out


def entries_about(reader: Reader, numbers: Iterable[int]) -> list[t.Change]:
    """The feed's rows that name any of some ids, in order. O(rows)."""
    keys = [(one,) for one in numbers]
    rows = reader.find(t.CHANGE, ("profile",), keys) + reader.find(t.CHANGE, ("other",), keys)
    return [row for _, row in sorted({row.position: row for row in rows}.items())]


def history(reader: Reader, id_: str, *, after: int = 0, limit: int | None = None) -> History:
    """What became of a profile and of its ids; of one that is gone too.

    Raises:
        UnknownProfileError: the id was never issued.
    """
    row = issued(reader, id_)
    mine, now, asked = [row], None, None
    if row.carrier is not None:
        at = home(reader, id_)
        mine, now, asked = carried_by(reader, at.records), at.id, at.asked_id
    rows = entries_about(reader, (one.number for one in mine))
    behind = [one for one in rows if one.position > after]
    page = behind[:limit]
    more = page[-1].position if page and len(behind) > len(page) else None
    ids = tuple(one.id for one in mine)
    events = shown(reader, [one for one in rows if one.change != "updated"])
    return History(
        now, asked, ids, tuple(_life(events, set(ids))), tuple(shown(reader, page)), more
    )


def _life(entries: Iterable[ChangeEntry], ids: set[str]) -> Iterable[IdEvent]:
    """The entries told from the side of each id."""
    names_of_other = {"merged": "merged_into", "split": "split"}
    names_of_own = {"split": "split_from"}
    for one in entries:
        if one.profile_id in ids:
            event = names_of_own.get(one.change, one.change)
            yield IdEvent(one.profile_id, event, one.position, one.time, one.other_id)
        if one.other_id is not None and one.other_id in ids:
            event = names_of_other[one.change]
            yield IdEvent(one.other_id, event, one.position, one.time, one.profile_id)
