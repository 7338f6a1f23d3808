"""What goes over the socket: pickled objects, each behind the number of its bytes.

From a `Host` first a `Hello`, then `News` after each commit, and lists of (ticket, result, error).
From a `RemoteEngine` lists of (ticket, `Call` or `Do`), and `READY` once.
"""

from __future__ import annotations

import pickle
import struct
import traceback
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

__all__ = ["READY", "Do", "Elsewhere", "Frames", "Hello", "News", "frame", "receive_one"]

_HEAD = struct.Struct("!Q")


READY = "ready"
"""Whoever asks at the other end has begun."""


class Do(NamedTuple):
    """Something to be done that is no call on the writer: a method of the engine."""

    method: str
    arguments: tuple[Any, ...] = ()


class News(NamedTuple):
    """Something was committed."""

    commits: int
    position: int
    mark: bytes
    """`Rules.mark` of the rules in force."""


class Hello(NamedTuple):
    """What a `RemoteEngine` must know to begin."""

    news: News
    budget: int


class Elsewhere(Exception):  # noqa: N818 - it says where, not what
    """The cause of an error that was raised in another process, and where in it."""

    def __init__(self, frames: tuple[tuple[str, int, str], ...]) -> None:
        super().__init__("in another process")
        self.frames = frames
        """(file, line, function), the outermost first."""


class _Pickler(pickle.Pickler):
    def reducer_override(self, what: object) -> Any:
        """Errors with their places, whatever they are made of."""
        if not isinstance(what, BaseException):
            return NotImplemented
        frames = tuple(
            (one.filename, one.lineno or 0, one.name)
            for one in traceback.extract_tb(what.__traceback__)
        )
        try:
            made = pickle.dumps((type(what), what.args, vars(what)))
            pickle.loads(made)  # noqa: S301 - made here
        except Exception:  # noqa: BLE001 - an error of a library may hold anything
            made = pickle.dumps((RuntimeError, (type(what).__name__,), {}))
        return _raised, (made, frames)


def _raised(made: bytes, frames: tuple[tuple[str, int, str], ...]) -> BaseException:
    kind, arguments, state = pickle.loads(made)  # noqa: S301 - of a process of the same server
    error: BaseException = kind.__new__(kind, *arguments)
    error.args = arguments
    vars(error).update(state)
    error.__cause__ = Elsewhere(frames)
    return error


def frame(what: object) -> bytes:
    """One object as it is sent; errors in it arrive with an `Elsewhere` as their cause."""
    body = BytesIO()
    _Pickler(body, pickle.HIGHEST_PROTOCOL).dump(what)
    return _HEAD.pack(body.tell()) + body.getvalue()


def receive_one(link: socket.socket) -> Any:
    """The next object, and no byte more; waits for it.

    Raises:
        EOFError: the other end is closed.
    """
    body = _exactly(link, _HEAD.unpack(_exactly(link, _HEAD.size))[0])
    return pickle.loads(body)  # noqa: S301 - of a process of the same server


def _exactly(link: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        try:
            got = link.recv_into(rest)
        except OSError as error:  # it was closed here, or broke
            raise EOFError from error
        if not got:
            raise EOFError
        rest = rest[got:]
    return data


class Frames:
    """Objects out of the bytes that were received, in pieces of any length.

    >>> first, other = frame("a"), frame([1, 2])
    >>> frames = Frames()
    >>> [list(frames.feed(part)) for part in (first + other[:3], other[3:])]
    [['a'], [[1, 2]]]
    """

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """What is whole now."""
        kept = self._kept
        kept += data
        while len(kept) >= _HEAD.size:
            end = _HEAD.size + _HEAD.unpack_from(kept)[0]
            if len(kept) < end:
                return
            body = bytes(memoryview(kept)[_HEAD.size : end])
            del kept[:end]
            yield pickle.loads(body)  # noqa: S301 - of a process of the same server
