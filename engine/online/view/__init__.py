"""Reading: every question is answered from one state of the store, and changes nothing.

Light to import: who only speaks of answers loads nothing that makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.engine.online.view.past import Past
    from sameas.engine.online.view.view import View

__all__ = ["Past", "View"]

_HOMES = {"Past": "past", "View": "view"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
