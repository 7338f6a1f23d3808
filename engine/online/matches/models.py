"""The model of a store, from the text that it is kept as."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.engine.evidence import Matcher

__all__ = ["read_model"]


def read_model(text: str | None) -> Matcher | None:
    """A model that can be asked; None: nothing is matched.

    Raises:
        SameasError: the text is no model.
    """
    return None if text is None else _read(text)


@lru_cache(maxsize=2)
def _read(text: str) -> Matcher:
    found: Matcher = import_module("sameas.matching.model").from_json(text)
    return found
