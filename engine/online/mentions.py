"""Who ever said an identifier: live records by their links, all other inputs by mentions.

A mention is written when an input does not, or no longer, show in the links of its record: an older
version, one that came late, a withdrawn record, a message that was known. New records write none. A
digest that a live record carries shows in its further names, whatever it means.

Events that lost identifiers to a suppression are mentioned by the key that they had, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.online.numbering import numbered
from sameas.graph.store import tables as t
from sameas.matching.canonical import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.door import Said
    from sameas.engine.online.fold import Folded
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit

__all__ = ["had_key", "mention", "mention_key", "note_mentions", "sayers"]

_OF = ("record",)
_ON = ("identifier",)
_NAME = ("value", "type")


def note_mentions(unit: Unit, state: State, said: Said, folded: Folded) -> None:
    """Write down what an input that was just folded, or what it replaced, is no longer linked to.

    Call it before the links are written.
    """
    if folded.duplicate:
        return
    for number, live in folded.after.items():
        row = unit.get(t.RECORD, (number,))
        if row is None or not row.live:
            continue
        kept = () if live is None else live.identifiers
        links = {link.identifier for link in unit.find(t.LINK, _OF, (number,))}
        lost = links - {one.number for _, one in numbered(unit, state, kept)}
        if state.digests:
            own = [one for one in unit.find(t.FURTHER, _OF, (number,)) if one.email == 0]
            said_in_digests = [(state.rules.place[one.type], one.value) for one in own]
            gone = [one for one in said_in_digests if one not in kept]
            lost |= {one.number for _, one in numbered(unit, state, gone)}
        _mention(unit, number, lost)
    live = folded.after.get(folded.record)
    if live is None or live.identifiers != said.identifiers:
        known = set() if live is None else set(live.identifiers)
        mention(unit, state, folded.record, [one for one in said.identifiers if one not in known])


def mention(unit: Unit, state: State, record: int, identifiers: Iterable[tuple[int, str]]) -> None:
    """A record's inputs say these identifiers."""
    _mention(unit, record, {row.number for _, row in numbered(unit, state, identifiers)})


def mention_key(unit: Unit, record: int, digest: bytes) -> None:
    """An event of a record had another key before it lost identifiers; `digest`: its keyed hash."""
    unit.put(t.MENTION, t.Mention(record, _turned(digest)))


def had_key(unit: Unit, digests: Iterable[bytes]) -> set[int]:
    """The records to which events came that had one of some keys, told by their keyed hashes."""
    keys = [(_turned(one),) for one in digests]
    unit.look(t.MENTION, _ON, keys)
    return {row.record for key in keys for row in unit.find(t.MENTION, _ON, key)}


def _turned(digest: bytes) -> int:
    """A number below all that identifiers have. Two keys may have one: more is read then."""
    return -1 - (int.from_bytes(digest[:8]) >> 1)


def _mention(unit: Unit, record: int, identifiers: Iterable[int]) -> None:
    for one in sorted(identifiers):
        unit.put(t.MENTION, t.Mention(record, one))


def sayers(unit: Unit, identifiers: Iterable[int]) -> set[int]:
    """The records of which an input may have said one of some identifiers."""
    keys = [(one,) for one in identifiers]
    unit.look(t.LINK, _ON, keys)
    unit.look(t.MENTION, _ON, keys)
    found = {
        row.record
        for key in keys
        for rows in (unit.find(t.LINK, _ON, key), unit.find(t.MENTION, _ON, key))
        for row in rows
    }
    names = [(x.value, x.type) for x in unit.get_all(t.IDENTIFIER, keys) if x.type in METHODS]
    unit.look(t.FURTHER, _NAME, names)
    return found | {
        row.record for name in names for row in unit.find(t.FURTHER, _NAME, name) if row.email == 0
    }
