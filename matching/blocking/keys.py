"""Blocking keys as declarations: plain data, and part of the model.

A key says which parts of which fields two vectors must share to be compared. A part that can be
read in several ways (each word of a name) gives several values, and one shared is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Key", "Part"]


@dataclass(frozen=True, slots=True)
class Part:
    """What a key reads of one field, or of several that are asked as one.

    >>> Part(("given_name", "family_name"), "sound", choose=2).name
    'two of given_name or family_name sound'
    """

    fields: tuple[str, ...]
    transform: str
    """One of `transforms.TRANSFORMS`."""
    choose: int = 1
    """2: each pair of the values that the fields give, in no order; so swapped names are one."""

    @property
    def name(self) -> str:
        """For a person to read."""
        fields = " or ".join(self.fields)
        read = fields if self.transform == "whole" else f"{fields} {self.transform}"
        return f"two of {read}" if self.choose == 2 else read


@dataclass(frozen=True, slots=True)
class Key:
    """Vectors that share a value of every part are compared.

    >>> key = Key((Part(("email",), "local"), Part(("birth_date",), "year")))
    >>> key.name
    'email local + birth_date year'
    >>> Key.from_dict(key.to_dict()) == key
    True
    """

    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """For a person to read; no two keys of one model have the same."""
        return " + ".join(part.name for part in self.parts)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it reads."""
        return frozenset(field for part in self.parts for field in part.fields)

    def to_dict(self) -> dict[str, Any]:
        """What JSON holds of it."""
        return {
            "parts": [
                {"fields": list(part.fields), "transform": part.transform, "choose": part.choose}
                for part in self.parts
            ]
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Key:
        """The key that `to_dict` wrote."""
        return cls(
            tuple(
                Part(tuple(one["fields"]), one["transform"], one.get("choose", 1))
                for one in found["parts"]
            )
        )
