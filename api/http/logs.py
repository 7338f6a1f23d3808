"""One JSON line a request: route template, status, time, key id; nothing that somebody sent."""

from __future__ import annotations

from traceback import extract_tb
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import structlog

from sameas.engine.remote.frames import Elsewhere

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

__all__ = ["Log"]

_encode = msgspec.json.Encoder().encode


def _rendered(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    return _encode(event)


def _short(file: str) -> str:
    """A file within its package."""
    return file.rpartition("/site-packages/")[2].rpartition("/sameas/")[2]


class Log:
    """Writes to a file, standard output if none is given."""

    def __init__(self, file: BinaryIO | None = None, *, requests: bool = True) -> None:
        self._requests = requests
        self._log: Any = structlog.wrap_logger(
            structlog.BytesLogger(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _rendered,
            ],
            wrapper_class=structlog.BoundLogger,
            cache_logger_on_first_use=True,
        ).bind()

    def request(
        self, method: str, route: str, status: int, milliseconds: float, key: str | None
    ) -> None:
        """One line for a request that was answered."""
        if self._requests:
            self._log.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(milliseconds, 2),
                key=key,
            )

    def failure(self, method: str, route: str, error: BaseException) -> None:
        """Where something failed that should not have.

        The error's words may quote what was sent, so they are left out.
        """
        frames = [(one.filename, one.lineno, one.name) for one in extract_tb(error.__traceback__)]
        if isinstance(error.__cause__, Elsewhere):
            frames += error.__cause__.frames
        self._log.error(
            "failure",
            method=method,
            route=route,
            error=type(error).__name__,
            at=[f"{_short(file)}:{line} {name}" for file, line, name in frames[-12:]],
        )

    def say(self, event: str, **what: object) -> None:
        """One line about the server itself."""
        if self._requests:
            self._log.info(event, **what)
