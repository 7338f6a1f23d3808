"""Further names: a hashed email that is a further name of an address that somebody sent in plain.

The table `further` says of every digest which records carry it themselves (their `email` is 0) and
which carry an address in plain that it is the digest of. Nothing is kept there before the first
hashed email arrives.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.door import further_names
from sameas.engine.online.fold import again
from sameas.engine.online.numbering import numbered
from sameas.graph.model import Identifier
from sameas.graph.store import tables as t
from sameas.matching.canonical import hash_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sameas.engine.online.door import Said
    from sameas.engine.online.state import Live, State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Judgement, Ref

__all__ = [
    "all_known",
    "begin",
    "called",
    "has_namesakes",
    "in_plain",
    "meant",
    "note",
    "only_plain",
    "resolved",
    "widen",
]

FurtherName = tuple[str, str, str]
"""(digest type, digest, email)."""
_OF = ("record",)
_ON = ("identifier",)
_NAME = ("value", "type")
_texts = msgspec.json.Decoder(list[str]).decode


def begin(unit: Unit, state: State, kinds: Iterable[str]) -> None:
    """Keep the digests of all addresses, from the first hashed email in a row or a judgement on.

    `kinds` are the types of the identifiers in it. The first time is O(all).
    """
    if state.digests or state.rules.digests.isdisjoint(kinds):
        return
    state.digests = True
    unit.put(t.META, t.Meta("digests", "yes"))
    email = state.rules.types[state.rules.email] if state.rules.email >= 0 else None
    for row in unit.everything(t.IDENTIFIER):
        if row.type == email:
            for link in unit.find(t.LINK, ("identifier",), (row.number,)):
                spelled = [row.value] if link.spelled is None else _texts(link.spelled)
                for raw in (row.value, *spelled):
                    _note(unit, state, link.record, raw, row)


def _note(unit: Unit, state: State, record: int, raw: str, email: t.IdentifierRow) -> None:
    for kind, digests in hash_names(raw, email.value).items():
        if kind in state.rules.digests:
            for digest in digests:
                unit.put(t.FURTHER, t.Further(record, kind, digest, email.number))


def has_namesakes(unit: Unit, state: State, live: Live) -> bool:
    """Whether a hashed email has to do with this record."""
    if not state.digests:
        return False
    types = state.rules.types
    if any(types[place] in state.rules.digests for place, _ in live.identifiers):
        return True
    names = [(digest, kind) for kind, digest, _ in live.further]
    unit.look(t.FURTHER, _NAME, names)
    return any(row.email == 0 for name in names for row in unit.find(t.FURTHER, _NAME, name))


def only_plain(unit: Unit, state: State, said: Said) -> set[FurtherName] | None:
    """A row's further names, if nobody carries one; None: a hashed email has to do with the row."""
    if not state.digests:
        return set()
    rules = state.rules
    for place, _ in said.identifiers:
        if rules.types[place] in rules.digests:
            return None
    further = further_names(said, rules)
    for kind, digest, _ in further:
        if any(row.email == 0 for row in unit.find(t.FURTHER, _NAME, (digest, kind))):
            return None
    return further


def all_known(unit: Unit, record: int, further: set[FurtherName]) -> bool:
    """Whether these are the further names that a record has."""
    names = unit.find(t.FURTHER, _OF, (record,))
    return {(one.type, one.value) for one in names} == {name[:2] for name in further}


def note(unit: Unit, state: State, record: int, further: Iterable[FurtherName]) -> None:
    """Write down the further names of a record that is new."""
    names = list(further)
    if not names:
        return
    place = state.rules.email
    unit.look(t.FURTHER, _OF, [(record,)])
    emails = [(place, email) for email in sorted({email for *_, email in names})]
    rows = {row.value: row.number for _, row in numbered(unit, state, emails)}
    for kind, digest, email in names:
        row = t.Further(record, kind, digest, rows[email])
        unit.absent(t.FURTHER, (record, kind, digest, row.email))  # all that are there were read
        unit.put(t.FURTHER, row)


def meant(unit: Unit, state: State, kind: str, digest: str) -> t.IdentifierRow | None:
    """The address that a digest is a further name of: the least, should there be two."""
    if not state.digests:
        return None
    found = [row.email for row in unit.find(t.FURTHER, _NAME, (digest, kind)) if row.email]
    rows = unit.get_all(t.IDENTIFIER, [(number,) for number in set(found)])
    return min(rows, key=lambda row: row.value, default=None)


def called(unit: Unit, state: State, identifiers: Iterable[t.IdentifierRow]) -> set[str]:
    """The references that speak of some identifiers: of an address also its digests.

    These are those of all spellings that its records sent. O(its records), if judgements name
    digests.
    """
    rows = list(identifiers)
    refs = {f"{row.type}:{row.value}" for row in rows}
    if not (state.digests and state.digests_named) or state.rules.email < 0:
        return refs
    email = state.rules.types[state.rules.email]
    mine = {row.number for row in rows if row.type == email}
    unit.look(t.LINK, _ON, [(number,) for number in mine])
    carriers = {link.record for one in mine for link in unit.find(t.LINK, _ON, (one,))}
    unit.look(t.FURTHER, _OF, [(number,) for number in carriers])
    refs.update(
        f"{name.type}:{name.value}"
        for record in carriers
        for name in unit.find(t.FURTHER, _OF, (record,))
        if name.email in mine
    )
    return refs


def in_plain(unit: Unit, state: State, judgement: Judgement) -> Judgement:
    """The judgement on addresses where it names their digests."""
    if not state.digests:
        return judgement

    def plain(ref: Ref) -> Ref:
        if isinstance(ref, Identifier) and ref.type in state.rules.digests:
            value = meant(unit, state, ref.type, ref.value)
            if value is not None:
                return Identifier(value.type, value.value)
        return ref

    return replace(
        judgement,
        left=frozenset(map(plain, judgement.left)),
        right=frozenset(map(plain, judgement.right)),
    )


def widen(unit: Unit, state: State, after: dict[int, Live | None]) -> dict[int, Live | None]:
    """Changed records, and those that carry a digest which they give another meaning."""
    if not state.digests:
        return after
    types = state.rules.types
    own: dict[int, set[tuple[str, str]]] = {}
    touched: set[tuple[str, str]] = set()
    unit.look(t.FURTHER, _OF, [(number,) for number in after])
    for number, live in after.items():
        touched |= {(row.type, row.value) for row in unit.find(t.FURTHER, _OF, (number,))}
        own[number] = set()
        if live is not None:
            own[number] = {
                (types[place], value)
                for place, value in live.identifiers
                if types[place] in state.rules.digests
            }
            touched |= own[number] | {(kind, digest) for kind, digest, _ in live.further}
    before = {name: _number(meant(unit, state, *name)) for name in touched}
    for number, live in after.items():
        for row in unit.find(t.FURTHER, _OF, (number,)):
            unit.delete(t.FURTHER, (row.record, row.type, row.value, row.email))
        for kind, digest in own[number]:
            unit.put(t.FURTHER, t.Further(number, kind, digest, 0))
        if live is not None:
            note(unit, state, number, live.further)
    return after | _elsewhere(unit, state, after, before)


def _elsewhere(
    unit: Unit,
    state: State,
    after: dict[int, Live | None],
    before: dict[tuple[str, str], int],
) -> dict[int, Live | None]:
    found: dict[int, Live | None] = {}
    for (kind, digest), was in before.items():
        if _number(meant(unit, state, kind, digest)) == was:
            continue
        for row in unit.find(t.FURTHER, _NAME, (digest, kind)):
            if row.email == 0 and row.record not in after and row.record not in found:
                found |= again(unit, state, row.record)
    return found


def _number(row: t.IdentifierRow | None) -> int:
    return 0 if row is None else row.number


def resolved(unit: Unit, state: State, identifiers: Iterable[tuple[int, str]]) -> set[int]:
    """The numbers of a record's identifiers, further names replaced by the value."""
    out = set()
    for place, row in numbered(unit, state, identifiers):
        value = None
        if state.rules.types[place] in state.rules.digests:
            value = meant(unit, state, row.type, row.value)
        out.add(row.number if value is None else value.number)
    return out
