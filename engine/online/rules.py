"""A policy as the engine asks it: by place in rank order, what does not change looked up once."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sameas.engine.online.matches.models import read_model
from sameas.engine.online.matches.weights import Weights
from sameas.matching.canonical import Options, canonicalise, is_junk

if TYPE_CHECKING:
    from sameas.engine.policy import Policy
    from sameas.matching.canonical import Outcome

__all__ = ["BLOCKED", "GONE", "LINKED", "SHARED", "UNLINKED", "Rules"]

GONE, BLOCKED, UNLINKED, SHARED, LINKED = range(5)
"""Standings of an identifier; those of `engine.batch.links`, where GONE is `absent`."""

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
        self._options = Options(policy.default_region, policy.email_dots, policy.email_tags)
        self._patterns = [
            re.compile("|".join(f"(?:{one})" for one in kind.blocked_patterns))
            if kind.blocked_patterns
            else None
            for kind in kinds
        ]
        self.standing = lru_cache(maxsize=1 << 14)(self._standing)
        self.canonical = lru_cache(maxsize=1 << 14)(self._canonical)

    def beside(self, place: int) -> range:
        """The types whose values an identifier's fanout counts."""
        return range(place) if place else range(1, min(2, len(self.types)))

    def _canonical(self, place: int, raw: str) -> Outcome:
        return canonicalise(self.policy.identifiers[place].canonicaliser, raw, self._options)

    def _standing(self, place: int, value: str) -> int:
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


def _limit(value: int | None) -> int:
    return _NO_LIMIT if value is None else value
