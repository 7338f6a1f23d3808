"""From what was sent to what the engine takes in: every fault of an item at once, limits kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sameas.api.http.bodies import Merge, Rudder, Typed
from sameas.api.http.errors import Gathered, Problem, invalid
from sameas.engine.online.events import Event
from sameas.errors import Fault
from sameas.graph.model import Identifier, RecordKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sameas.api.http.keys import Access
    from sameas.api.http.settings import Limits, Settings
    from sameas.graph.model import Ref

__all__ = ["Intake", "micros"]

Parsed = TypeVar("Parsed")

_MOST_NAMED = 1_000
"""Identifiers that a call on a person may name."""
_UNCLEAN = re.compile("[\x00\ud800-\udfff]")
"""What JSON can carry and no store keeps: NUL, and halves of characters."""
_CLEAN = "leave out U+0000 and halves of characters"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999
_FIRST_MS = -62_135_596_800_000
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
_RUDDER_TYPES = {"mobile": "phone", "userId": "user_id", "anonymousId": "anonymous_id"}


class Intake:
    """Makes rows of bodies, for one set of settings."""

    def __init__(self, settings: Settings) -> None:
        self._limits: Limits = settings.limits
        self._default = settings.default_source

    def event(
        self,
        body: Merge | Rudder,
        access: Access,
        *,
        unclean: bool = False,
        known: Sequence[Fault] = (),
    ) -> Event:
        """The row that a body is.

        Args:
            body: what was sent.
            access: who sent it.
            unclean: whether there may be characters in it that no store keeps.
            known: faults that were found before: of fields that `body` is without.

        Raises:
            Problem: 422 with all faults; 403 for a source or record id that the key may not name.
        """
        if isinstance(body, Rudder):
            body = _plain(body)
        faults = list(known)
        check = _Checker(self._limits, faults, unclean=unclean)
        row = Event(
            self._source(body.source, access, check),
            check.identifiers(body.identifiers, "identifiers") if body.identifiers else (),
            check.traits(body.traits) if body.traits else {},
            check.id(body.record_id, "record_id"),
            None if body.time is None else check.time(body.time, "time"),
            None if body.first_seen is None else check.time(body.first_seen, "first_seen"),
            check.name(body.message_id, "message_id"),
        )
        if not (faults or row.record_id or row.identifiers or row.traits):
            faults.append(
                Fault("identifiers", "there are none, and no traits", "send at least one")
            )
        if faults:
            raise invalid(faults)
        if row.record_id is not None and access.collects_only:
            raise Problem(403, "scope_missing", "naming a record id needs the scope `write`")
        return row

    def refs(self, sent: Any, where: str, most: int) -> list[tuple[str, str]]:
        """(type, raw value) of identifiers that are asked about.

        Raises:
            Problem: 422 with all faults.
        """
        faults: list[Fault] = []
        check = _Checker(self._limits, faults, unclean=True)
        found = check.identifiers(sent, where, most=most, required=True)
        if faults:
            raise invalid(faults)
        return found

    def when(self, sent: Any, where: str, code: str = "invalid_body") -> int | None:
        """A time that was sent, in microseconds.

        Raises:
            Problem: 422.
        """
        if sent is None:
            return None
        faults: list[Fault] = []
        found = _Checker(self._limits, faults, unclean=True).time(sent, where)
        if faults:
            raise invalid(faults, code)
        return found

    def clean(self, texts: Mapping[str, str]) -> None:
        """Go on, if all texts can be kept.

        Raises:
            Problem: 422 with all faults.
        """
        faults = [
            Fault(where, "has a character that cannot be kept", _CLEAN)
            for where, text in texts.items()
            if _UNCLEAN.search(text)
        ]
        if faults:
            raise invalid([replace(one, where=_UNCLEAN.sub("\ufffd", one.where)) for one in faults])

    def records(self, sent: Sequence[str]) -> list[str]:
        """References of records, as they should be written.

        Raises:
            Problem: 422 with all faults.
        """
        return [key.ref for key in self._parsed(sent, "records", RecordKey.parse)]

    def sides(
        self, left: Sequence[str], right: Sequence[str]
    ) -> tuple[frozenset[Ref], frozenset[Ref]]:
        """The two sides of a judgement: references of records and of identifiers.

        Raises:
            Problem: 422 with all faults.
        """
        found = Gathered()
        with found:
            ours = self._parsed(left, "left", _ref)
        with found:
            theirs = self._parsed(right, "right", _ref)
        found.end()
        return frozenset(ours), frozenset(theirs)

    def named(
        self, records: Sequence[str], identifiers: Any, found: Gathered
    ) -> tuple[list[str], list[tuple[str, str]]]:
        """The records and identifiers that a call names; their faults are gathered."""
        keys: list[str] = []
        pairs: list[tuple[str, str]] = []
        with found:
            keys = self.records(records)
        with found:
            pairs = self.refs(identifiers, "identifiers", _MOST_NAMED)
        return keys, pairs

    def _parsed(
        self, sent: Sequence[str], where: str, parse: Callable[[str], Parsed]
    ) -> list[Parsed]:
        self.clean({f"{where}[{at}]": one for at, one in enumerate(sent)})
        found, faults = [], []
        for at, text in enumerate(sent):
            try:
                found.append(parse(text))
            except ValueError:
                remedy = "write `source/record_id` or `type:value`"
                faults.append(Fault(f"{where}[{at}]", "is no reference", remedy))
        if faults:
            raise invalid(faults)
        return found

    def _source(self, sent: str | None, access: Access, check: _Checker) -> str:
        named = check.name(sent, "source")
        if access.source is None:
            return named or self._default
        if named is not None and named != access.source:
            raise Problem(
                403,
                "foreign_source",
                "the key is bound to another source",
                faults=[Fault("source", "is not the key's", f"send {access.source!r}, or none")],
            )
        return access.source


class _Checker:
    """Reads the values of one body and gathers what is wrong with them."""

    __slots__ = ("faults", "limits", "unclean")

    def __init__(self, limits: Limits, faults: list[Fault], *, unclean: bool) -> None:
        self.limits = limits
        self.faults = faults
        self.unclean = unclean

    def name(self, value: str | None, where: str) -> str | None:
        """A source, a message id: text of some length; empty is none."""
        if not value:
            return None
        if len(value) > self.limits.name:
            self._fault(where, f"has more than {self.limits.name} characters")
        elif self.unclean and _UNCLEAN.search(value):
            self._fault(where, "has a character that cannot be kept", _CLEAN)
        return value

    def id(self, value: Any, where: str) -> str | None:
        """A record id: text or a whole number."""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            self._fault(where, f"is {_kind(value)}", "send text or a whole number")
            return None
        return self.name(value, where)

    def identifiers(
        self, sent: Any, where: str, *, most: int | None = None, required: bool = False
    ) -> list[tuple[str, str]]:
        """(type, raw value); those without a value are left out, or faults if they are required."""
        found: list[tuple[str, str]] = []
        if type(sent) is list:
            for at, one in enumerate(sent):
                value = one.value
                if type(value) is not str:
                    value = self._value(value, f"{where}[{at}].value")
                if value:
                    found.append((one.type, value))
                elif required:
                    self._fault(f"{where}[{at}].value", "is empty", "send a value")
        else:
            for name, values in sent.items():
                several = isinstance(values, list)
                for at, one in enumerate(values if several else (values,)):
                    value = one
                    if type(one) is not str:
                        place = f"{where}.{name}[{at}]" if several else f"{where}.{name}"
                        value = self._value(one, place)
                    if value:
                        found.append((name, value))
                    elif required:
                        self._fault(f"{where}.{name}", "is empty", "send a value")
        most = self.limits.identifiers if most is None else most
        if len(found) > most:
            self._fault(where, f"there are {len(found)}", f"send {most} at most")
            return []
        longest, longest_name = self.limits.identifier, self.limits.name
        for at, (name, value) in enumerate(found):
            if len(value) > longest:
                self._fault(f"{where}[{at}].value", f"has more than {longest} characters")
            if not name or len(name) > longest_name:
                self._fault(f"{where}[{at}].type", "is no name of a type", "see the policy")
            if self.unclean and (_UNCLEAN.search(value) or _UNCLEAN.search(name)):
                self._fault(f"{where}[{at}]", "has a character that cannot be kept", _CLEAN)
        return found

    def _value(self, value: Any, where: str) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self._fault(where, f"is {_kind(value)}", "send text or a number")
        return ""

    def traits(self, sent: Mapping[str, Any]) -> dict[str, str]:
        """Traits as text, objects flattened."""
        found: dict[str, str] = {}
        self._flatten(sent, "", found, 1)
        if len(found) > self.limits.traits:
            self._fault("traits", f"there are {len(found)}", f"send {self.limits.traits} at most")
        return found

    def _flatten(
        self, sent: Mapping[str, Any], before: str, into: dict[str, str], depth: int
    ) -> None:
        limits = self.limits
        for key, value in sent.items():
            name = before + key
            if isinstance(value, str):
                text = value
            elif value is None:
                continue
            elif isinstance(value, bool):
                text = "true" if value else "false"
            elif isinstance(value, int | float):
                text = str(value)
            elif isinstance(value, dict):
                if depth >= limits.depth:
                    self._fault(f"traits.{name}", "is too deep", f"{limits.depth} levels at most")
                else:
                    self._flatten(value, f"{name}.", into, depth + 1)
                continue
            else:
                self._fault(f"traits.{name}", f"is {_kind(value)}", "send text")
                continue
            if len(text) > limits.trait:
                self._fault(f"traits.{name}", f"has more than {limits.trait} characters")
            if not key or len(name) > limits.trait_name:
                self._fault(
                    f"traits.{name[:50]}",
                    "is no name of a trait",
                    f"1 to {limits.trait_name} characters",
                )
            if self.unclean:
                text, name = _UNCLEAN.sub("\ufffd", text), _UNCLEAN.sub("\ufffd", name)
            into[name] = text

    def time(self, value: Any, where: str) -> int | None:
        """Microseconds since 1970."""
        found = micros(value)
        if found is None:
            self._fault(where, "is no time", "send ISO 8601, or milliseconds since 1970")
        return found

    def _fault(self, where: str, what: str, remedy: str = "") -> None:
        where, what = _UNCLEAN.sub("\ufffd", where), _UNCLEAN.sub("\ufffd", what)
        self.faults.append(Fault(where, what, remedy))


def micros(value: Any) -> int | None:
    """A time as microseconds since 1970; None: it is none.

    >>> micros("1970-01-01T00:00:01Z"), micros("1970-01-01T02:00+02:00"), micros(1500)
    (1000000, 0, 1500000)
    >>> micros(1_700_000_000_000), micros("1700000000000000")
    (1700000000000000, 1700000000000000)
    >>> micros("yesterday"), micros(True), micros(1e300)
    (None, None, None)
    """
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            value = float(value) if "." in value else int(value) if len(value) < 20 else None
        else:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                return None
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            past = moment - _EPOCH
            return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and _LAST_MS < value <= _LAST_MS * 1_000:
        return value  # as answers say it: no time of ours is so many milliseconds
    if not _FIRST_MS <= value <= _LAST_MS:
        return None
    return value * 1_000 if isinstance(value, int) else round(value * 1_000)


def _plain(body: Rudder) -> Merge:
    """RudderStack's call as one of ours."""
    sent = [Typed(_RUDDER_TYPES.get(one.type, one.type), one.value) for one in body.mergeProperties]
    sent += [Typed("user_id", body.userId), Typed("anonymous_id", body.anonymousId)]
    when = body.timestamp if body.timestamp is not None else body.originalTimestamp
    return Merge(sent, time=when, message_id=body.messageId)


def _ref(text: str) -> Ref:
    """A reference, percent-encoded if it is a record's; whichever separator comes first decides."""
    slash, colon = text.find("/"), text.find(":")
    if colon >= 0 and (slash < 0 or colon < slash):
        return Identifier.parse(text)
    return RecordKey.parse(text)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    names: dict[type, str] = {dict: "an object", list: "a list", str: "text"}
    return names.get(type(value), "a number")
