"""The batch engine: files or tables in, profiles out, by columns.

Names are fetched when they are first used: a run needs `engine.match`, which needs the columns that
are defined here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.engine.batch.result import Result
    from sameas.engine.batch.run import resolve, resolve_files

__all__ = ["Result", "resolve", "resolve_files"]

_HOMES = {"Result": "result", "resolve": "run", "resolve_files": "run"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
