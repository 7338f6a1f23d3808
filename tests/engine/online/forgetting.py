"""What a history is once something is suppressed, said again in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from tests.laws.online import History

from sameas.engine.online.hidden import digest_of
from sameas.engine.online.loading import judgement_of
from sameas.engine.online.rules import Rules
from sameas.graph.model import Identifier
from sameas.graph.store import tables as t
from sameas.graph.versions import Version, content_record_id, observation_id
from sameas.matching.canonical import hash_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sameas.engine.policy import Policy

ERASE_KEY = bytes(range(32))


@dataclass(frozen=True)
class Reduced(Version):
    """An event that lost identifiers, with the key that it was sent with."""

    had: str = ""


def left_of(history: History, store: Any) -> History:
    """The history without what the store's suppressions hide, and with its judgements."""
    suppressed = {one.digest: one.time for one in store.scan(t.SUPPRESSION)}
    versions = [
        seen
        for version in history.versions
        if (seen := left_of_version(version, suppressed, history.policy)) is not None
    ]
    words = {row.key: judgement_of(row) for row in store.scan(t.JUDGEMENT) if row.retracted is None}
    return History(history.policy, versions, words)


def left_of_version(
    version: Version, suppressed: Mapping[bytes, int], policy: Policy
) -> Version | None:
    def hidden(kind: str, *parts: str) -> bool:
        time = suppressed.get(digest_of(ERASE_KEY, kind, *parts))
        return time is not None and version.event_time <= time

    if version.message_id is not None and hidden("message", version.source, version.message_id):
        return None
    if hidden("record", version.source, key_of(version)):
        return None
    if version.withdrawn:
        return version
    gone = {one for one in version.identifiers if hidden("identifier", one.type, one.value)}
    if gone:
        rules = Rules(policy)
        types = {kind.name for kind in policy.identifiers if kind.links and not kind.guard}
        left = tuple(one for one in version.identifiers if one not in gone)
        if version.record_id is None and not any(one.type in types for one in left):
            return None
        had = key_of(version)
        version = replace(
            version,
            identifiers=left,
            raw=tuple(
                (kind, raw)
                for kind, raw in version.raw
                if Identifier(kind, rules.canonical(rules.place[kind], raw).value or "") not in gone
            ),
            also=frozenset(pair for pair in version.also if pair[1] not in gone),
            traits={} if version.record_id is None else version.traits,
        )
        if version.record_id is None:
            mine = {one.name: getattr(version, one.name) for one in fields(Version)}
            version = Reduced(**mine, had=had)
    return version


def key_of(version: Version) -> str:
    """The record id of what was sent."""
    if isinstance(version, Reduced):
        return version.had
    if version.record_id is not None:
        return version.record_id
    if version.identifiers:
        return observation_id(version.identifiers)
    return content_record_id(version.traits, 0)


def every_text(store: Any) -> str:
    """All that a store holds, as one text."""
    found = []
    for table in t.TABLES:
        for row in store.scan(table):
            for name in table.columns:
                value = getattr(row, name)
                if isinstance(value, bytes):
                    found.append(value.decode("latin-1"))
                elif value is not None:
                    found.append(str(value))
    return "\n".join(found)


def email_names(email: str) -> set[str]:
    """Digests by which an address could be found."""
    return {digest for digests in hash_names(email, email).values() for digest in digests}
