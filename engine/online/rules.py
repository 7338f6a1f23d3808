"""A policy as the engine asks it: by place in rank order, what does not change looked up once."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from sameas.engine.online.matches.models import read_model
from sameas.engine.online.matches.weights import Weights
from sameas.engine.policy import dumps
from sameas.matching.canonical import Options, canonicaliser, hash_names, is_junk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sameas.engine.policy import Policy
    from sameas.matching.canonical import Kind, Outcome

__all__ = ["BLOCKED", "GONE", "LINKED", "MOST_NAMES", "SHARED", "UNLINKED", "Rules"]

GONE, BLOCKED, UNLINKED, SHARED, LINKED = range(5)
"""Standings of an identifier; those of `engine.batch.links`, where GONE is `absent`."""

MOST_NAMES = 32
"""Distinct names in a whole component, or identifiers that do not link; with more it is resolved in
full at every write."""
_NO_LIMIT = 1 << 62


class Rules:
    """One policy, and the model that goes with it.

    Types go by their place in rank order, 0 the highest.
    """

    def __init__(self, policy: Policy, model: str | None = None) -> None:
        self.policy = policy
        self.model = model
        """The text of a model.json; None: nothing is matched."""
        self.matcher = read_model(model)
        self.weights = None if self.matcher is None else Weights(self.matcher)
        kinds = policy.identifiers
        self.types = [kind.name for kind in kinds]
        self.place = {kind.name: place for place, kind in enumerate(kinds)}
        self.links = [kind.links for kind in kinds]
        self.guard = [kind.guard for kind in kinds]
        self.guards_links = [kind.guard and kind.links for kind in kinds]
        self.most_values = [_limit(kind.max_per_profile) for kind in kinds]
        self.most_fanout = [_limit(kind.max_fanout) for kind in kinds]
        self.most_records = [_limit(kind.max_records) for kind in kinds]
        self.single = [kind.links and kind.max_per_profile == 1 for kind in kinds]
        self.digests = {name for name in self.types if name.startswith("email_")} & {
            "email_sha256",
            "email_sha1",
            "email_md5",
        }
        self.email = self.place.get("email", -1)
        self._patterns = [
            re.compile("|".join(f"(?:{one})" for one in kind.blocked_patterns))
            if kind.blocked_patterns
            else None
            for kind in kinds
        ]
        options = Options(policy.default_region, policy.email_dots, policy.email_tags)
        self._canonical = [_remembering(kind.canonicaliser, options) for kind in kinds]
        self.alone = lru_cache(maxsize=1 << 12)(self._alone)
        self.hash_names = lru_cache(maxsize=1 << 12)(self._hash_names)

    @cached_property
    def mark(self) -> bytes:
        """The same for equal policies and models only; 16 bytes."""
        text = msgspec.json.encode((dumps(self.policy), self.model))
        return sha256(text).digest()[:16]

    def beside(self, place: int) -> range:
        """The types whose values an identifier's fanout counts."""
        return range(place) if place else range(1, min(2, len(self.types)))

    def canonical(self, place: int, raw: str) -> Outcome:
        """The canonical value of a raw one."""
        return self._canonical[place](raw)

    def _alone(self, shape: tuple[tuple[int, int], ...]) -> str | None:
        """What a record by itself, of (place, standing), counts; None: it breaks a limit.

        The beginning of `Summary.dumps`.
        """
        values, seen = [0] * len(self.types), [0] * len(self.types)
        for place, standing in shape:
            if standing != BLOCKED:
                seen[place] += 1
                values[place] += standing != SHARED
        if not self.counts_fit(values, seen):
            return None
        linked = sum(standing == LINKED for _, standing in shape)
        if linked >= self.policy.max_component or len(shape) - linked > MOST_NAMES:
            return None
        return f"[{values},{seen}".replace(" ", "")

    def _hash_names(self, raw: str, value: str) -> tuple[tuple[str, str], ...]:
        """(type, digest) of what an address is also called, of the types that there are."""
        return tuple(
            (kind, digest)
            for kind, digests in hash_names(raw, value).items()
            if kind in self.digests
            for digest in digests
        )

    def counts_fit(self, values: Sequence[int], seen: Sequence[int]) -> bool:
        """Whether so many values of each type are within `max_per_profile`, and `max_fanout`."""
        for place, count in enumerate(values):
            if not count:
                continue
            if count > self.most_values[place]:
                return False
            beside = self.beside(place)
            if max(seen[beside.start : beside.stop], default=0) > self.most_fanout[place]:
                return False
        return True

    def standing(self, place: int, value: str) -> int:
        """BLOCKED, UNLINKED or LINKED: what holds before anybody carries it."""
        kind = self.policy.identifiers[place]
        pattern = self._patterns[place]
        if (
            is_junk(kind.canonicaliser, value)
            or value in kind.blocked
            or (pattern is not None and pattern.fullmatch(value))
        ):
            return BLOCKED
        return LINKED if kind.links else UNLINKED


def _remembering(kind: Kind, options: Options) -> Callable[[str], Outcome]:
    """Canonical values of a kind; those that take longer than to remember them are remembered."""
    made = canonicaliser(kind, options)
    return lru_cache(maxsize=1 << 15)(made) if kind in ("email", "phone") else made


def _limit(value: int | None) -> int:
    return _NO_LIMIT if value is None else value
