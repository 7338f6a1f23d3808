"""The HTTP API: translates calls into those of the engine, and lets in who may. Light to import.

Names are fetched from their modules when they are first used, so the command line stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.api.http.app import create_app
    from sameas.api.http.keys import create_key, first_key, list_keys, revoke_key
    from sameas.api.http.server import is_loopback, listen, serve
    from sameas.api.http.settings import Limits, Settings

__all__ = [
    "Limits",
    "Settings",
    "create_app",
    "create_key",
    "first_key",
    "is_loopback",
    "list_keys",
    "listen",
    "revoke_key",
    "serve",
]

_HOMES = {
    "Limits": "settings",
    "Settings": "settings",
    "create_app": "app",
    "create_key": "keys",
    "first_key": "keys",
    "is_loopback": "server",
    "list_keys": "keys",
    "listen": "server",
    "revoke_key": "keys",
    "serve": "server",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
