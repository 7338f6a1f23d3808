"""Why records are one person: a tree in which every record hangs on another by a shared identifier.

The tree spans what the links alone explain; a record that only a match or a judgement holds is left
out of it. Breadth first, so each chain of evidence is as short as it can be.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from hashlib import md5, sha1, sha256
from typing import TYPE_CHECKING

from sameas.graph.model import Identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.api.demo.answer import Answer, Member

__all__ = ["Step", "names_of", "steps"]

_LINKING = frozenset({"linked", "contested"})


@dataclass(frozen=True, slots=True)
class Step:
    """`member` is who `by` is, because both carry `via`."""

    member: Member
    via: Identifier
    by: Member


def names_of(identifier: Identifier) -> tuple[Identifier, ...]:
    """The identifier and, of an email, the hashes that mean the same address.

    >>> [name.type for name in names_of(Identifier("email", "ann@example.com"))]
    ['email', 'email_sha256', 'email_sha1', 'email_md5']
    """
    if identifier.type != "email":
        return (identifier,)
    raw = identifier.value.encode()
    return (
        identifier,
        Identifier("email_sha256", sha256(raw).hexdigest()),
        Identifier("email_sha1", sha1(raw, usedforsecurity=False).hexdigest()),
        Identifier("email_md5", md5(raw, usedforsecurity=False).hexdigest()),
    )


def steps(answer: Answer, members: Sequence[Member], rank: Sequence[str]) -> list[Step]:
    """Explain the records of one profile, from its first one on; strongest evidence first.

    Linear in the links of the profile, apart from sorting them.
    """
    place = {name: n for n, name in enumerate(rank)}
    by_name: dict[Identifier, list[Member]] = defaultdict(list)
    links: dict[Member, list[Identifier]] = {}
    for member in members:
        linking = {
            name
            for carried in member.carries
            if carried in answer.identifiers and answer.identifiers[carried].status in _LINKING
            for name in names_of(carried)
        }
        links[member] = sorted(linking, key=lambda i: (place.get(i.type, len(place)), i))
        for name in linking:
            by_name[name].append(member)
    found: list[Step] = []
    if not members:
        return found
    reached, queue = {members[0]}, deque([members[0]])
    while queue:
        by = queue.popleft()
        for via in links[by]:
            for member in by_name[via]:
                if member not in reached:
                    reached.add(member)
                    queue.append(member)
                    found.append(Step(member, via, by))
    return found
