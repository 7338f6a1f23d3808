"""Every route of the API as a function that says what to ask; clients ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sameas.api.client import answers as a
from sameas.api.client.ask import Again, Ask, parts, reading, sent, without_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sameas.api.client.ask import Identifiers, Row, Time

_KEYED = Again.KEYED


# -- saying ----------------------------------------------------------------------------------


def merge(
    identifiers: Identifiers | None = None,
    *,
    traits: Mapping[str, Any] | None = None,
    source: str | None = None,
    record_id: str | int | None = None,
    time: Time | None = None,
    first_seen: Time | None = None,
    message_id: str | None = None,
) -> Ask[a.Answer]:
    """Say that identifiers belong to one person.

    Args:
        identifiers: by type, or as pairs; in any spelling.
        traits: what else is known; may be nested.
        source: who says so; None: the key's source, or `api`.
        record_id: what the source calls it; None: it is an event.
        time: when it was so; None: now.
        first_seen: when the source saw it first.
        message_id: the same of one source counts once.
    """
    body = _row(
        {
            "identifiers": identifiers,
            "traits": traits,
            "source": source,
            "record_id": record_id,
            "time": time,
            "first_seen": first_seen,
            "message_id": message_id,
        }
    )
    return Ask("POST", parts("merge"), reading(a.Answer), body, again=_KEYED)


def collect(row: Row) -> Ask[None]:
    """Say the same with a key that may only collect: nothing is told."""
    return Ask("POST", parts("merge"), _nothing, _row(row), again=_KEYED)


def take(rows: Iterable[Row]) -> Ask[a.Batch]:
    """Take up to 1,000 rows in, in one commit; one bad row never fails the rest."""
    body = [_row(row) for row in rows]
    return Ask("POST", parts("records"), reading(a.Batch), body, again=_KEYED)


def withdraw(source: str, record_id: str, *, time: Time | None = None) -> Ask[a.Answer]:
    """Take a record back: all its versions up to a time, None: now."""
    return Ask(
        "DELETE",
        parts("records", source, record_id),
        reading(a.Answer),
        params=_when(time=time),
        again=_KEYED,
    )


# -- asking ----------------------------------------------------------------------------------


def lookup(type: str, value: str) -> Ask[a.Found]:  # noqa: A002 - the word for it
    """Whose an identifier is, in any spelling."""
    return Ask("POST", _LOOKUP, reading(a.Found), {"type": type, "value": value})


def lookup_many(identifiers: Identifiers) -> Ask[tuple[a.Found, ...]]:
    """Whose up to 1,000 identifiers are; answers in their order."""
    read = reading(a.Looked)
    body = {"identifiers": sent(identifiers)}
    return Ask("POST", _LOOKUP, lambda raw: read(raw).results, body)


def profile(profile_id: str, *, as_of: Time | None = None) -> Ask[a.Profile]:
    """One person, by any id that was ever issued; as of a commit time."""
    return Ask("GET", parts("profiles", profile_id), reading(a.Profile), params=_when(as_of=as_of))


def identifiers(
    profile_id: str, *, after: str | None = None, limit: int = 100
) -> Ask[a.IdentifiersPage]:
    """Identifiers of a profile, and what was refused of them and why."""
    where = parts("profiles", profile_id, "identifiers")
    return Ask("GET", where, reading(a.IdentifiersPage), params=_page(after, limit))


def records(profile_id: str, *, after: str | None = None, limit: int = 100) -> Ask[a.RecordsPage]:
    """Records of a profile, with what was rejected of them."""
    where = parts("profiles", profile_id, "records")
    return Ask("GET", where, reading(a.RecordsPage), params=_page(after, limit))


def history(profile_id: str, *, after: int = 0, limit: int = 100) -> Ask[a.History]:
    """What became of a profile and of the ids that lead to it."""
    where = parts("profiles", profile_id, "history")
    return Ask("GET", where, reading(a.History), params=_page(after, limit))


def graph(profile_id: str, *, limit: int = 1000) -> Ask[a.Graph]:
    """Its evidence: why its records are one person."""
    where = parts("profiles", profile_id, "graph")
    return Ask("GET", where, reading(a.Graph), params={"limit": limit})


def export(profile_id: str) -> Ask[a.Export]:
    """All that is held on a person."""
    return Ask("GET", parts("profiles", profile_id, "export"), reading(a.Export), patience=60)


def search(
    text: str = "", *, traits: Mapping[str, str] | None = None, limit: int = 20
) -> Ask[a.Search]:
    """Profiles by the beginning of an identifier, by text in a trait, by traits."""
    body = {"text": text, "traits": dict(traits or {}), "limit": limit}
    return Ask("POST", parts("search"), reading(a.Search), body)


def changes(*, after: int = 0, limit: int = 100, wait: float = 0) -> Ask[a.Changes]:
    """Entries of the change feed; waits so many seconds if there is nothing new."""
    return Ask(
        "GET",
        parts("changes"),
        reading(a.Changes),
        params={"after": after, "limit": limit, "wait": wait},
        patience=wait,
    )


# -- judging ---------------------------------------------------------------------------------


def judge(
    kind: Literal["same", "different"],
    left: Sequence[str],
    right: Sequence[str],
    *,
    key: str | None = None,
    time: Time | None = None,
    author: str = "",
    reason: str = "",
) -> Ask[a.Judged]:
    """Say that two sides are one person, or never; `source/record_id` and `type:value`."""
    body = without_none(
        kind=kind,
        left=list(left),
        right=list(right),
        key=key,
        time=time,
        author=author,
        reason=reason,
    )
    return Ask("POST", parts("judgements"), reading(a.Judged), body, again=_KEYED)


def retract(key: str) -> Ask[a.Judged]:
    """Take a judgement back: the graph is what it would be without it."""
    return Ask("DELETE", parts("judgements", key), reading(a.Judged), again=_KEYED)


def unmerge(
    profile_id: str,
    *,
    records: Sequence[str] = (),
    identifiers: Identifiers | None = None,
    earlier_id: str | None = None,
    author: str = "",
    reason: str = "",
) -> Ask[a.Unmerged]:
    """Part records, identifiers, or what an earlier id carried, from the rest, for good."""
    body = {
        "records": list(records),
        "identifiers": sent(identifiers),
        "earlier_id": earlier_id,
        "author": author,
        "reason": reason,
    }
    where = parts("profiles", profile_id, "unmerge")
    return Ask("POST", where, reading(a.Unmerged), body, again=_KEYED, patience=60)


def review(*, after: str = "", limit: int = 20) -> Ask[a.ReviewPage]:
    """Pairs of profiles that are alike and lie apart, the likeliest first."""
    return Ask(
        "GET", parts("review"), reading(a.ReviewPage), params={"after": after, "limit": limit}
    )


def decide(
    item: str, decision: Literal["same", "different"], *, author: str = "", reason: str = ""
) -> Ask[a.Judged]:
    """Settle an item of the review queue for good, by its id."""
    body = {"decision": decision, "author": author, "reason": reason}
    return Ask("POST", parts("review", item), reading(a.Judged), body, again=_KEYED)


# -- the policy ------------------------------------------------------------------------------


def policy() -> Ask[a.PolicyState]:
    """The policy in force, and how far a change to another one is."""
    return Ask("GET", parts("policy"), reading(a.PolicyState))


def set_policy(policy: str) -> Ask[a.PolicyState]:
    """Begin to change to a policy, the text of policy.toml; `policy` tells how far it is."""
    where, body = parts("policy"), {"policy": policy}
    return Ask("PUT", where, reading(a.PolicyState), body, again=Again.REFUSED)


def preview_policy(policy: str) -> Ask[a.Preview]:
    """What a policy would do to the graph as it is; nothing changes."""
    where, body = parts("policy", "preview"), {"policy": policy}
    return Ask("POST", where, reading(a.Preview), body, patience=3600)


def set_model(model: str | None) -> Ask[a.PolicyState]:
    """Begin to change to a model, the text of model.json; None: match nothing."""
    where, body = parts("model"), {"model": model}
    return Ask("PUT", where, reading(a.PolicyState), body, again=Again.REFUSED, patience=60)


def preview_model(model: str | None) -> Ask[a.Preview]:
    """What a model would do to the graph as it is; nothing changes."""
    where, body = parts("model", "preview"), {"model": model}
    return Ask("POST", where, reading(a.Preview), body, patience=3600)


# -- privacy ---------------------------------------------------------------------------------


def erase(
    profile_id: str | None = None,
    *,
    records: Sequence[str] = (),
    identifiers: Identifiers | None = None,
    until: Time | None = None,
    author: str = "",
    reason: str = "",
) -> Ask[a.Erased]:
    """Withdraw and redact all that is held on a person, and hide what comes from before."""
    body = without_none(
        profile_id=profile_id,
        records=list(records),
        identifiers=sent(identifiers),
        until=until,
        author=author,
        reason=reason,
    )
    return Ask("POST", parts("erase"), reading(a.Erased), body, again=_KEYED, patience=60)


def suppress(
    *,
    records: Sequence[str] = (),
    identifiers: Identifiers | None = None,
    until: Time | None = None,
) -> Ask[a.Suppressed]:
    """Hide records and identifiers wherever the event time is not after a time, None: now."""
    body = without_none(records=list(records), identifiers=sent(identifiers), until=until)
    return Ask("POST", parts("suppress"), reading(a.Suppressed), body, again=_KEYED, patience=60)


def unsuppress(
    *, records: Sequence[str] = (), identifiers: Identifiers | None = None
) -> Ask[a.Suppressed]:
    """Let what comes from now on be seen again."""
    body = {"records": list(records), "identifiers": sent(identifiers)}
    return Ask("POST", parts("unsuppress"), reading(a.Suppressed), body, again=_KEYED)


# -- keys and the server ---------------------------------------------------------------------


def list_keys() -> Ask[tuple[a.KeyAnswer, ...]]:
    """All keys, without their secrets."""
    read = reading(a.Keys)
    return Ask("GET", parts("keys"), lambda raw: read(raw).keys)


def create_key(name: str, scopes: Sequence[str], *, source: str | None = None) -> Ask[a.MadeKey]:
    """Make a key; its secret is in this answer and nowhere else."""
    body = {"name": name, "scopes": list(scopes), "source": source}
    return Ask("POST", parts("keys"), reading(a.MadeKey), body, again=Again.REFUSED)


def revoke_key(key: str) -> Ask[a.KeyAnswer]:
    """End a key for good, by its id."""
    return Ask("DELETE", parts("keys", key), reading(a.KeyAnswer), again=Again.SAFE)


def ready() -> Ask[a.Ready]:
    """Whether the server takes calls."""
    return Ask("GET", "/readyz", reading(a.Ready), answers=(200, 503))


def alive() -> Ask[a.Ready]:
    """The process answers."""
    return Ask("GET", "/healthz", reading(a.Ready))


def metrics() -> Ask[str]:
    """Numbers for Prometheus."""
    return Ask("GET", "/metrics", bytes.decode)


_LOOKUP = parts("profiles", "lookup")


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    named = without_none(**row)
    if "identifiers" in named:
        named["identifiers"] = sent(named["identifiers"])
    return named


def _page(after: str | int | None, limit: int) -> dict[str, str | int | float]:
    return without_none(after=after, limit=limit)


def _when(**named: Time | None) -> dict[str, str | int | float]:
    return {
        name: time if isinstance(time, str | int) else time.isoformat()
        for name, time in named.items()
        if time is not None
    }


def _nothing(_raw: bytes) -> None:
    return
