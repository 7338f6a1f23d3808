"""A request's body, unpacked and never larger than its limit, whatever it was packed from."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sameas.api.http.errors import Problem
from sameas.errors import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive

__all__ = ["Gone", "read_body", "read_lines"]

_CHUNK = 256 * 1024
_WINDOWS = {b"gzip": 31, b"x-gzip": 31, b"deflate": 47}
"""Window bits for zlib; 47: with a zlib header, found out by itself."""


class Gone(Exception):  # noqa: N818 - an event
    """The client went away before its body was whole: nobody is left to answer."""


async def read_body(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    """The whole body.

    Raises:
        Problem: 413, 415, or 400 for what cannot be unpacked.
        Gone: the client hung up.
    """
    encoding = headers.get(b"content-encoding")
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    if encoding is None:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            if len(body) > limit:
                raise _too_large(limit)
            return body
        parts = [body]
        size = len(body)
    else:
        parts, size = [], 0
    async for part in _unpacked(receive, encoding):
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


async def read_lines(
    receive: Receive, headers: dict[bytes, bytes], limit: int
) -> AsyncIterator[bytes]:
    """The lines of a body as they arrive, without those that are blank.

    Raises:
        Problem: 413 for a line above the limit, 415, or 400 for what cannot be unpacked.
        Gone: the client hung up.
    """
    rest = b""
    async for part in _unpacked(receive, headers.get(b"content-encoding")):
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            if len(line) > limit:
                raise _too_large(limit)
            if line.strip():
                yield line
        if len(rest) > limit:
            raise _too_large(limit)
    if rest.strip():
        yield rest


async def _unpacked(receive: Receive, encoding: bytes | None) -> AsyncIterator[bytes]:
    name = (encoding or b"identity").strip().lower()
    if name != b"identity" and name not in _WINDOWS:
        raise Problem(
            415,
            "unknown_encoding",
            "the Content-Encoding is not known",
            faults=[Fault("Content-Encoding", "is not known", "use gzip or deflate, or none")],
        )
    unpack = None if name == b"identity" else zlib.decompressobj(_WINDOWS[name])
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        more = message.get("more_body", False)
        part: bytes = message.get("body", b"")
        if unpack is None:
            yield part
            continue
        try:
            while part:
                # in pieces: what a bomb unpacks to is never in memory at once
                yield unpack.decompress(part, _CHUNK)
                part = unpack.unconsumed_tail
                if unpack.eof and unpack.unused_data:
                    part = unpack.unused_data
                    unpack = zlib.decompressobj(_WINDOWS[name])
        except zlib.error as error:
            raise _not_packed(name) from error
    if unpack is not None:
        yield unpack.flush()
        if not unpack.eof:
            raise _not_packed(name)


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        "body_too_large",
        f"the body has more than {limit} bytes, unpacked",
        faults=[Fault("body", f"more than {limit} bytes", "send it in several requests")],
        headers={"Connection": "close"},
    )


def _not_packed(name: bytes) -> Problem:
    what = name.decode("latin-1")
    return Problem(
        400,
        "invalid_encoding",
        f"the body is not {what}, as its Content-Encoding says",
        faults=[Fault("Content-Encoding", f"is {what}, the body is not", "send it as it is")],
    )
