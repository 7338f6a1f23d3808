"""One state of the store for all lookups of one moment: opening one each costs more than a lookup.

It is closed as soon as somebody asks after a commit, and some milliseconds after it was opened:
what is written meanwhile cannot be tidied up before. So nobody reads less than was answered before
the question.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.engine.online.port import EnginePort
    from sameas.engine.online.view import View

__all__ = ["Moment"]

_LASTS = 0.005


class Moment:
    """The event loop's view; nothing else may use it."""

    def __init__(self, engine: EnginePort) -> None:
        self._engine = engine
        self._open = ExitStack()
        self._view: View | None = None
        self._commits = -1

    def view(self) -> View:
        """The last committed state."""
        commits = self._engine.commits  # before it is opened: it may show more, never less
        if self._view is None or self._commits != commits:
            self.end()
            view = self._open.enter_context(self._engine.view())
            self._view, self._commits = view, commits
            asyncio.get_running_loop().call_later(_LASTS, self._end_of, view)
        return self._view

    def _end_of(self, view: View) -> None:
        if self._view is view:
            self.end()

    def end(self) -> None:
        """Let go of it."""
        self._view = None
        self._open.close()
