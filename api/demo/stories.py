"""What an answer has to tell, found by asking it: no id, name or number is known beforehand.

A story is told only if the output holds a case of it; of several cases the most telling is taken,
by an order of the data, so one output always tells the same stories. No story knows the truth: the
demo checks each one against it afterwards, by `Story.together` and `Story.apart`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import JaroWinkler

from sameas.api.demo.path import names_of, steps
from sameas.api.demo.words import day, noun, plain, record, scripts, short, who
from sameas.matching.names import compatible, person_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sameas.api.demo.answer import Answer, Member, Seen
    from sameas.api.demo.path import Step
    from sameas.graph.model import Identifier

__all__ = ["Story", "stories"]

_YEAR = 365 * 86_400 * 1_000_000
_LIMIT_ONE = "user_id"
_COOKIES = ("anonymous_id", "cookie")


@dataclass(frozen=True, slots=True)
class Story:
    """One case in plain language, with what it claims."""

    title: str
    lines: tuple[str, ...]
    together: tuple[Member, ...] = ()
    """Claimed to be one person."""
    apart: tuple[tuple[Member, ...], ...] = ()
    """Groups claimed to be different people."""


def stories(answer: Answer, rank: Sequence[str]) -> list[Story]:
    """All stories that this answer can tell; `rank` is the policy's order of types."""
    told: list[Story] = []
    used: set[str] = set()
    for teller in _PERSONS:
        story = teller(answer, rank, used)
        if story is not None:
            told.append(story)
            used.update(m.profile for m in story.together)
    others = (teller(answer) for teller in _SHARING)
    return told + [story for story in others if story is not None]


def _evidence(found: Sequence[Step]) -> list[str]:
    """A line a record: what it is, and by which identifier it hangs on which."""
    return [f"{record(s.member)} ← {plain(s.via)} ← {_brief(s.by)}" for s in found]


def _brief(member: Member) -> str:
    return f"{member.key.source}/{short(member.key.record_id, 13)}"


def _explained(
    answer: Answer, rank: Sequence[str], used: set[str], most: int
) -> list[tuple[str, Sequence[Member], list[Step]]]:
    """Profiles of 2 to `most` records that links alone explain in full."""
    result: list[tuple[str, Sequence[Member], list[Step]]] = []
    for profile, members in answer.profiles.items():
        if 2 <= len(members) <= most and profile not in used:
            start = sorted(members, key=lambda m: (m.key.source != "crm", m.first_seen, m.key))
            found = steps(answer, start, rank)
            if len(found) == len(members) - 1:
                result.append((profile, start, found))
    return result


def _one_person(answer: Answer, rank: Sequence[str], used: set[str]) -> Story | None:

    def telling(case: tuple[str, Sequence[Member], list[Step]]) -> tuple[int, int, int, str]:
        profile, members, found = case
        sources = {m.key.source for m in members}
        return -len(sources), -len({s.via.type for s in found}), len(members), profile

    cases = sorted(_explained(answer, rank, used, most=8), key=telling)
    chosen = next((case for case in cases if _of_one_voice(case[1])), None)
    if chosen is None:
        return None
    profile, members, found = chosen
    sources = len({m.key.source for m in members})
    return Story(
        f"One person, {len(members)} records, {sources} sources: {who(members)} is {profile}",
        (f"{record(members[0])} is where it starts", *_evidence(found)),
        together=tuple(members),
    )


def _two_scripts(answer: Answer, rank: Sequence[str], used: set[str]) -> Story | None:
    best: tuple[tuple[int, int, str], Sequence[Member], list[Step]] | None = None
    for profile, members, found in _explained(answer, rank, used, most=8):
        spellings = {m.name.casefold() for m in members if m.name}
        if len(frozenset().union(*(scripts(m.name) for m in members))) < 2:
            continue
        key = (-len(spellings), len(members), profile)
        if (best is None or key < best[0]) and _of_one_voice(members):
            best = key, members, found
    if best is None:
        return None
    (_, _, profile), members, found = best
    names = list(dict.fromkeys(m.name for m in members if m.name))
    shown = [step for step in found if step.member.name][:4]
    return Story(
        f"One person in two scripts: {' = '.join(names[:3])} ({profile})",
        (f"{record(members[0])} is where it starts", *_evidence(shown)),
        together=tuple(members),
    )


def _new_name(answer: Answer, rank: Sequence[str], used: set[str]) -> Story | None:
    for profile, members, found in sorted(
        _explained(answer, rank, used, most=10), key=lambda case: (len(case[1]), case[0])
    ):
        words = {m.key: m.name.casefold().split() for m in members if m.name}
        named = [m for m in members if len(words.get(m.key, ())) == 2]
        for old in named:
            for new in named:
                (given, before), (given_now, after) = words[old.key], words[new.key]
                alike = JaroWinkler.similarity(before, after)
                if given != given_now or alike > 0.5 or old.last_seen >= new.last_seen:
                    continue
                if before.isascii() != after.isascii():
                    continue
                return Story(
                    f"A new family name, the same person: {old.name} became {new.name} ({profile})",
                    (
                        f"{record(old)}, {day(old.last_seen)}; {record(new)}, {day(new.last_seen)}",
                        *_evidence(
                            [s for s in found if s.member in (old, new) or s.by in (old, new)][:3]
                        ),
                    ),
                    together=(old, new),
                )
    return None


def _hashed(answer: Answer, rank: Sequence[str], used: set[str]) -> Story | None:
    for profile, members, _ in sorted(
        _explained(answer, rank, used, most=12), key=lambda case: (len(case[1]), case[0])
    ):
        plainly = {
            name: (identifier, member)
            for member in reversed(members)
            for identifier in member.carries
            if identifier.type == "email" and not answer.sent_hashed(member, identifier)
            for name in names_of(identifier)
        }
        for member in members:
            for identifier in member.carries:
                if identifier not in plainly or not answer.sent_hashed(member, identifier):
                    continue
                address, other = plainly[identifier]
                digest = answer.raw.get((member.key, identifier), identifier.value)
                beside = [plain(i) for i in member.carries if i != identifier]
                return Story(
                    f"An address that nobody sent: {who(members)} clicked an advert ({profile})",
                    (
                        f"an ad platform sent {' and '.join(beside)}, hash {short(digest, 13)}",
                        f"that is the hash of {address.value}, in plain on {record(other)}",
                    ),
                    together=(member, other),
                )
    return None


def _spans(seen: Seen) -> list[tuple[int, int, str, list[Member]]]:
    """(first, last, profile, named records) of each profile that has names on this identifier."""
    spans = []
    for profile, members in seen.profiles.items():
        named = [m for m in members if m.name]
        if named:
            first = min(m.first_seen for m in members)
            spans.append((first, max(m.last_seen for m in members), profile, named))
    return sorted(spans, key=lambda span: (span[0], span[2]))


def _clash(mine: Sequence[Member], theirs: Sequence[Member]) -> bool:
    """Whether no name of the ones could be a name of the others."""
    ours, others = ([person_name({"full_name": m.name}) for m in side] for side in (mine, theirs))
    return not any(compatible(one, other) for one in ours for other in others)


def _kin(mine: Sequence[Member], theirs: Sequence[Member]) -> bool:
    """Whether a last word of the ones could be one of the others: maybe one family."""
    ours, others = (
        [person_name({"last_name": m.name.split()[-1]}) for m in side] for side in (mine, theirs)
    )
    return any(compatible(one, other) for one in ours for other in others)


def _of_one_voice(members: Sequence[Member]) -> bool:
    """Whether all the names could be one person's, so that a story may call them one."""
    names = [person_name({"full_name": m.name}) for m in members if m.name]
    return all(compatible(one, other) for n, one in enumerate(names) for other in names[:n])


def _reason(answer: Answer, seen: Seen) -> str:
    """How the engine worded its refusal, if it stored one for this identifier."""
    reasons = sorted(
        {
            str(row["constraint"])
            for row in answer.refused
            if (row["type"], row["value"]) == (seen.identifier.type, seen.identifier.value)
        }
    )
    return f"; refused by: {', '.join(reasons)}" if reasons else ""


def _household(answer: Answer) -> Story | None:
    return _two_people(answer, "phone", "Two people, one telephone")


def _couple(answer: Answer) -> Story | None:
    return _two_people(answer, "email", "Two people, one mailbox")


def _two_people(answer: Answer, type_: str, title: str) -> Story | None:
    best: tuple[bool, Seen] | None = None
    for seen in answer.with_status("contested", type_):
        spans = _spans(seen)
        if len(spans) < 2 or (best is not None and best[0]):
            continue
        (first, last, _, mine), (start, end, _, theirs) = spans[:2]
        if start > last or first > end:
            continue
        if _clash(mine, theirs) and _kin(mine, theirs):
            # Two customers of the CRM are two people on a word other than the names'.
            vouched = all(any(m.key.source == "crm" for m in side) for side in (mine, theirs))
            if best is None or vouched:
                best = vouched, seen
    if best is not None:
        seen = best[1]
        (_, _, profile, mine), (_, _, other, theirs) = _spans(seen)[:2]
        return Story(
            f"{title}: {who(mine)} and {who(theirs)} are not joined",
            (
                f"{plain(seen.identifier)} is on {len(seen.carriers)} records at the same time",
                f"{profile}: {'; '.join(record(m) for m in mine[:3])}",
                f"{other}: {'; '.join(record(m) for m in theirs[:3])}",
                f"here {noun(type_)}s join only records whose names agree, and these clash"
                + _reason(answer, seen),
            ),
            apart=(tuple(mine), tuple(theirs)),
        )
    return None


def _recycled(answer: Answer) -> Story | None:
    best: tuple[int, int, Identifier] | None = None
    for seen in answer.with_status("contested", "phone"):
        spans = _spans(seen)
        if len(spans) != 2 or spans[1][0] - spans[0][1] <= 2 * _YEAR:
            continue
        # Most used on both sides first: one record a side may be a landline in a household.
        case = (min(len(spans[0][3]), len(spans[1][3])), spans[1][0] - spans[0][1], seen.identifier)
        if best is not None and case < best:
            continue
        # A number that passes from one member of a family to another has not changed hands.
        mine, theirs = spans[0][3], spans[1][3]
        silent = max(m.last_seen for m in answer.profiles[spans[0][2]]) < spans[1][0]
        if silent and _clash(mine, theirs) and not _kin(mine, theirs):
            best = case
    if best is None:
        return None
    _, gap, identifier = best
    seen = answer.identifiers[identifier]
    (_, last, profile, old), (start, _, other, new) = _spans(seen)
    return Story(
        f"A number that changed hands: {plain(identifier)}",
        (
            f"until {day(last)} it was {who(old)}'s ({profile}): {record(old[-1])}",
            f"since {day(start)} it is {who(new)}'s ({other}): {record(new[0])}",
            f"{gap / _YEAR:.1f} years of silence between, and the names clash: two people"
            + _reason(answer, seen),
        ),
        apart=(tuple(old), tuple(new)),
    )


def _tablet(answer: Answer) -> Story | None:
    for seen in answer.with_status("contested", "device_id"):
        accounts = {
            i.value: member
            for member in seen.carriers
            for i in member.carries
            if i.type == _LIMIT_ONE
        }
        groups = list({m.profile: m for m in accounts.values()}.values())
        if len(groups) >= 2:
            names = [f"{who(list(answer.profiles[m.profile]))} ({m.profile})" for m in groups]
            return Story(
                f"The family tablet: {plain(seen.identifier)}, {len(accounts)} accounts",
                (
                    f"it is used by {'; '.join(names)}",
                    "one person has one account, so the tablet is split between them",
                ),
                apart=tuple((member,) for member in groups),
            )
    return None


def _crowd(answer: Answer, title: str, status: Sequence[str], types: Sequence[str]) -> Story | None:
    found = [seen for name in status for seen in answer.with_status(name, *types)]
    found = [seen for seen in found if len(seen.profiles) > 1]
    if not found:
        return None
    seen = max(found, key=lambda s: (s.fanout, len(s.carriers), s.identifier))
    names = list(dict.fromkeys(m.name for m in seen.carriers if m.name))[:4]
    beside: dict[str, set[str]] = defaultdict(set)
    for member in seen.carriers:
        for identifier in member.carries:
            if identifier.type != seen.identifier.type:
                beside[identifier.type].add(identifier.value)
    most = max(sorted(beside), key=lambda kind: len(beside[kind]), default=None)
    if beside.get("email"):
        most = "email"  # what a newcomer takes for a person
    many = f", beside {len(beside[most])} different {noun(most)}s" if most else ""
    rule = {"shared": "too many people use it to mean one", "blocked": "a known word for nobody"}
    return Story(
        title.format(plain(seen.identifier)),
        (
            f"on {len(seen.carriers)} records{many}" + (f": {', '.join(names)} …" if names else ""),
            f"{rule[seen.status]}: it joins nobody, {len(seen.profiles)} profiles share it",
        ),
    )


def _kiosk(answer: Answer) -> Story | None:
    return _crowd(answer, "The kiosk in the store: {}", ["shared"], _COOKIES)


def _switchboard(answer: Answer) -> Story | None:
    return _crowd(answer, "The switchboard of a company: {}", ["shared"], ["phone"])


def _guest(answer: Answer) -> Story | None:
    status = ["shared", "blocked"]
    return _crowd(answer, "An account that is nobody's: {}", status, [_LIMIT_ONE])


def _junk(answer: Answer) -> Story | None:
    blocked = [
        seen
        for seen in answer.identifiers.values()
        if seen.status == "blocked" and seen.identifier.type != _LIMIT_ONE and seen.carriers
    ]
    if not blocked:
        return None
    top = sorted(blocked, key=lambda s: (-len(s.carriers), s.identifier))[:3]
    words = [f"{plain(s.identifier)} ({len(s.carriers)} records)" for s in top]
    return Story(
        "Values that mean nothing are recognised",
        (f"{'; '.join(words)}: kept on their records, never linking",),
    )


_PERSONS: tuple[Callable[[Answer, Sequence[str], set[str]], Story | None], ...] = (
    _one_person,
    _two_scripts,
    _hashed,
    _new_name,
)
_SHARING: tuple[Callable[[Answer], Story | None], ...] = (
    _household,
    _couple,
    _recycled,
    _tablet,
    _kiosk,
    _switchboard,
    _guest,
    _junk,
)
