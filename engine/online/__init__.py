"""The function kept incrementally: one writer over a store, answers that are durable.

Light to import: names are fetched from their modules when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.engine.online.calls import Call
    from sameas.engine.online.engine import Engine
    from sameas.engine.online.events import Answer, Event, Refusal, RejectedValue, Withdrawal
    from sameas.engine.online.outcomes import Health

__all__ = [
    "Answer",
    "Call",
    "Engine",
    "Event",
    "Health",
    "Refusal",
    "RejectedValue",
    "Withdrawal",
]

_HOMES = {"Call": "calls", "Engine": "engine", "Health": "outcomes"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'events')}"), name)
    globals()[name] = value
    return value
