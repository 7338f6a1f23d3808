"""The blocking keys of one vector: the definition, which the column form is equal to by test."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING

from sameas.matching.blocking.hashes import combine, hash_text
from sameas.matching.blocking.transforms import apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.matching.blocking.keys import Key, Part

__all__ = ["MAX_PER_KEY", "keys_of"]

MAX_PER_KEY = 32
"""Values that one key takes from one vector; a vector with more says too little by this key."""


@lru_cache(maxsize=65_536)
def _hashes(transform: str, value: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(hash_text(text) for text in apply(transform, value)))


def _part(part: Part, values: Sequence[str]) -> Sequence[int]:
    found: Sequence[int] = _hashes(part.transform, values[0])
    if len(values) > 1:
        found = list(
            dict.fromkeys(one for value in values for one in _hashes(part.transform, value))
        )
    if part.choose == 2:
        return [combine(min(pair), max(pair)) for pair in combinations(found, 2)]
    return found


@lru_cache(maxsize=256)
def _start(number: int) -> int:
    return hash_text(str(number))


def keys_of(keys: Sequence[Key], fields: Sequence[str], vector: tuple[str, ...]) -> tuple[int, ...]:
    """The hashes of a vector's keys: distinct, ascending, 0..2**63-1; the key's number is in them.

    `fields` names the places of the vector.

    Raises:
        KeyError: a key reads a field that the vector does not have.

    >>> from sameas.matching.blocking.keys import Key, Part
    >>> email = Key((Part(("email",), "local"),))
    >>> one = keys_of([email], ["email"], ("ann@example.com",))
    >>> one == keys_of([email], ["email"], ("ann@example.org",)), keys_of([email], ["email"], ("",))
    (True, ())
    """
    values = dict(zip(fields, vector, strict=True))
    found = set()
    for number, key in enumerate(keys):
        parts = [_part(part, [values[name] for name in part.fields]) for part in key.parts]
        size = 1
        for part in parts:
            size *= len(part)
        if not 0 < size <= MAX_PER_KEY:
            continue
        for chosen in product(*parts):
            mix = _start(number)
            for one in chosen:
                mix = combine(mix, one)
            found.add(mix >> 1)
    return tuple(sorted(found))
