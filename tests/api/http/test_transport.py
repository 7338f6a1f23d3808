"""What is written in one turn of the loop leaves in one piece, and nothing is kept for longer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from sameas.api.http.transport import Together

if TYPE_CHECKING:
    from collections.abc import Callable


class Sent:
    """A transport that remembers."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.pieces.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def sent(write: Callable[[Together], None], *, turns: int = 1) -> Sent:
    """What left after some turns of the loop."""
    under = Sent()

    async def run() -> None:
        write(Together(cast("asyncio.Transport", under)))
        for _ in range(turns):
            await asyncio.sleep(0)

    asyncio.run(run())
    return under


def test_a_head_and_its_body_leave_in_one_piece() -> None:
    def write(to: Together) -> None:
        to.write(b"head")
        to.write(b"body")

    assert sent(write, turns=0).pieces == [b"headbody"]


def test_a_head_without_a_body_leaves_with_the_next_turn() -> None:
    assert sent(lambda to: to.write(b"head")).pieces == [b"head"]


def test_a_stream_keeps_its_order() -> None:
    def write(to: Together) -> None:
        for piece in (b"1", b"2", b"3"):
            to.write(piece)

    assert b"".join(sent(write).pieces) == b"123"


def test_what_is_kept_leaves_before_a_close() -> None:
    def write(to: Together) -> None:
        to.write(b"head")
        to.close()
        assert to.is_closing()

    found = sent(write)
    assert found.pieces == [b"head"]
    assert found.closed


def test_an_empty_body_sends_its_head() -> None:
    def write(to: Together) -> None:
        to.write(b"head")
        to.write(b"")

    assert sent(write, turns=0).pieces == [b"head"]
