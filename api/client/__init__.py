"""A client of the HTTP API, for threads and for asyncio. Light to import: no engine is loaded.

`answers` has the types of what is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.api.client.ask import Row
    from sameas.api.client.clients import AsyncClient, Client

__all__ = ["AsyncClient", "Client", "Row"]

_HOMES = {"AsyncClient": "clients", "Client": "clients", "Row": "ask"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
