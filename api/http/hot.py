"""The busy routes: one decode of the raw body, no model built, many items in few commits."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from anyio import to_thread

from sameas.api.http.answers import Batch, Counts, Looked, item_of, item_of_problem
from sameas.api.http.bodies import Lookup, Merge, Rudder, Typed
from sameas.api.http.errors import Problem, invalid, problem_of
from sameas.api.http.faults import convert, sound
from sameas.api.http.gate import send_json
from sameas.api.http.lenient import loads
from sameas.api.http.receive import read_body, read_lines
from sameas.api.http.service import encode
from sameas.api.http.writes import once, replay_key
from sameas.engine.online.calls import together
from sameas.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send

    from sameas.api.http.answers import Item
    from sameas.api.http.keys import Access
    from sameas.api.http.service import Seen, Service
    from sameas.engine.online.calls import Call
    from sameas.engine.online.events import Answer
    from sameas.engine.online.view.answers import Found

__all__ = ["LookupRoute", "MergeRoute", "RecordsRoute"]

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_merges = msgspec.json.Decoder(Merge | list[Merge], float_hook=str).decode
_lookup = msgspec.json.Decoder(Lookup, float_hook=str).decode
_SUCCESS = b'{"success":true}'
_REPLAYED = [(b"idempotency-replayed", b"true")]
_PIECE = 100
"""Items of a batch that share a commit: others' calls come between."""
_PIECES = 8
"""Pieces of a stream that wait for the writer before more is read."""
_INLINE = 25
"""Lookups up to so many are done at once; a thread costs more than they do."""


class _Writes:
    """What the two routes that take items in have in common."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._limits = service.settings.limits

    def _calls(self, raw: bytes, access: Access) -> Call[Answer] | list[Call[Answer] | Problem]:
        """What is to be done: of one item it, of an array each item's or why not."""
        unclean = b"\\u0000" in raw
        try:
            parsed: Any = _merges(raw)
        except _UNREADABLE:
            parsed, unclean = loads(raw), True
        if type(parsed) is not list:
            return self._call(parsed, access, unclean=unclean)
        if len(parsed) > self._limits.items:
            raise _too_many(len(parsed), self._limits.items)
        return [self._try(one, access, unclean=unclean) for one in parsed]

    def _try(self, item: Any, access: Access, *, unclean: bool) -> Call[Answer] | Problem:
        try:
            return self._call(item, access, unclean=unclean)
        except Exception as failure:  # noqa: BLE001 - it is this item's, whatever it is
            return problem_of(failure)

    def _call(self, item: Any, access: Access, *, unclean: bool) -> Call[Answer]:
        faults: Sequence[Fault] = ()
        if type(item) is not Merge:
            item, faults = _converted(item)
        row = self._service.intake.event(item, access, unclean=unclean, known=faults)
        return self._service.engine.calls.take(row)

    async def _do(self, calls: Sequence[Call[Answer] | Problem]) -> list[Item]:
        """Do what can be done, and say what became of each."""
        good = _good(calls)
        pieces = [good[at : at + _PIECE] for at in range(0, len(good), _PIECE)]
        waiting = [self._service.engine.run_async(together(piece)) for piece in pieces]
        done: list[Answer | BaseException] = []
        results = await asyncio.gather(*waiting, return_exceptions=True)
        for piece, result in zip(pieces, results, strict=True):
            done += [result] * len(piece) if isinstance(result, BaseException) else result
        self._note(len(calls), done)
        return _items(_refused(calls), done)

    def _note(self, items: int, done: Sequence[Answer | BaseException]) -> None:
        """Count the items of a batch, and log what failed that should not have."""
        failed = [one for one in done if isinstance(one, BaseException)]
        accepted = len(done) - len(failed)
        self._service.metrics.items(accepted, items - accepted)
        for one in failed:
            if problem_of(one).code == "internal":
                self._service.log.failure("POST", "item", one)

    async def _answer(self, seen: Seen, access: Access, raw: bytes, send: Send) -> None:
        calls = self._calls(raw, access)
        key = seen.headers.get(b"idempotency-key")
        if key is not None:
            await self._answer_once(seen, access, raw, calls, key, send)
        elif isinstance(calls, list):
            await send_json(send, _batch(await self._do(calls), counts_only=access.collects_only))
        else:
            answer = await self._service.engine.run_async(calls)
            await send_json(send, _one(answer, counts_only=access.collects_only))

    async def _answer_once(
        self,
        seen: Seen,
        access: Access,
        raw: bytes,
        calls: Call[Answer] | list[Call[Answer] | Problem],
        header: bytes,
        send: Send,
    ) -> None:
        """All in one commit, the answer too."""
        key = replay_key(access.id, seen.route, header)
        hours = self._service.settings.reply_hours
        run = self._service.engine.run_async
        if isinstance(calls, list):
            many = partial(_many, _refused(calls), counts_only=access.collects_only)
            call = once(together(_good(calls)), key=key, body=raw, encode=many, hours=hours)
            done = await run(call)
            if done.result is not None:
                self._note(len(calls), done.result)
            body, replayed = done.body, done.result is None
        else:
            one = partial(_one, counts_only=access.collects_only)
            made = await run(once(calls, key=key, body=raw, encode=one, hours=hours))
            body, replayed = made.body, made.result is None
        await send_json(send, body, headers=_REPLAYED if replayed else None)


def _good(calls: Sequence[Call[Answer] | Problem]) -> list[Call[Answer]]:
    return [one for one in calls if not isinstance(one, Problem)]


def _refused(calls: Sequence[Call[Answer] | Problem]) -> list[Problem | None]:
    """Of each item why it cannot be done; None: it can."""
    return [one if isinstance(one, Problem) else None for one in calls]


def _items(refused: Sequence[Problem | None], done: Sequence[Answer | BaseException]) -> list[Item]:
    answers = iter(done)
    return [_item(next(answers)) if one is None else item_of_problem(one) for one in refused]


def _item(answer: Answer | BaseException) -> Item:
    if isinstance(answer, BaseException):
        return item_of_problem(problem_of(answer))
    return item_of(answer)


def _one(answer: Answer, *, counts_only: bool) -> bytes:
    return _SUCCESS if counts_only else encode(answer)


def _many(
    refused: Sequence[Problem | None], done: Sequence[Answer | BaseException], *, counts_only: bool
) -> bytes:
    return _batch(_items(refused, done), counts_only=counts_only)


def _batch(items: list[Item], *, counts_only: bool) -> bytes:
    accepted = sum(item.status == 200 for item in items)
    rejected = len(items) - accepted
    if counts_only:
        return encode(Counts(accepted, rejected))
    return encode(Batch(items, accepted, rejected))


class MergeRoute(_Writes):
    """`POST /v1/merge`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        seen: Seen = scope["sameas"]
        access = seen.enter("collect")
        raw = await read_body(receive, seen.headers, self._limits.body)
        await self._answer(seen, access, raw, send)


class RecordsRoute(_Writes):
    """`POST /v1/records`: one, an array, or a stream of lines."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        seen: Seen = scope["sameas"]
        access = seen.enter("write")
        kind = seen.headers.get(b"content-type", b"").lower()
        if b"ndjson" in kind or b"jsonl" in kind or b"json-lines" in kind:
            await self._stream(seen, access, receive, send)
            return
        raw = await read_body(receive, seen.headers, self._limits.body)
        await self._answer(seen, access, raw, send)

    async def _stream(self, seen: Seen, access: Access, receive: Receive, send: Send) -> None:
        """Take lines in as they arrive; the answer comes behind the last one.

        Answering earlier would block clients that read when all is sent.
        """
        if b"idempotency-key" in seen.headers:
            raise Problem(
                422,
                "invalid_parameter",
                "Idempotency-Key: a stream has none",
                faults=[
                    Fault("Idempotency-Key", "a stream has none", "send a message_id in each line")
                ],
            )
        items: list[Item] = []
        waiting: list[asyncio.Task[list[Item]]] = []
        piece: list[Call[Answer] | Problem] = []
        lines = 0
        stopped: Problem | None = None
        try:
            async for line in read_lines(receive, seen.headers, self._limits.body):
                lines += 1
                if lines > self._limits.lines:
                    stopped = _too_many(lines, self._limits.lines)
                    break
                piece.append(self._line(line, access))
                if len(piece) == _PIECE:
                    waiting.append(asyncio.ensure_future(self._do(piece)))
                    piece = []
                    if len(waiting) == _PIECES:
                        items += await waiting.pop(0)
        except Problem as problem:
            stopped = problem
        finally:
            # what was read is taken in, whatever became of the rest
            for one in waiting:
                items += await one
            items += await self._do(piece)
        if stopped is not None:
            items.append(item_of_problem(stopped))
            self._note(1, [])
        await send_json(send, _batch(items, counts_only=access.collects_only))

    def _line(self, line: bytes, access: Access) -> Call[Answer] | Problem:
        unclean = b"\\u0000" in line
        try:
            try:
                parsed: Any = _merges(line)
            except _UNREADABLE:
                parsed, unclean = loads(line), True
        except Problem as problem:
            return problem
        return self._try(parsed, access, unclean=unclean)


class LookupRoute:
    """`POST /v1/profiles/lookup`: nothing personal is in the URL."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        seen: Seen = scope["sameas"]
        seen.enter("read")
        service = self._service
        limits = service.settings.limits
        raw = await read_body(receive, seen.headers, limits.body)
        try:
            asked = _lookup(raw)
        except _UNREADABLE:
            made, faults = convert(loads(raw), Lookup)
            if made is None:
                raise invalid(faults) from None
            asked = made
        one = asked.identifiers is msgspec.UNSET
        sent: Any = asked.identifiers
        if one:
            if asked.type is msgspec.UNSET or asked.value is msgspec.UNSET:
                what = Fault(
                    "body", "asks for nothing", "send `identifiers`, or `type` and `value`"
                )
                raise invalid([what])
            sent = [Typed(asked.type, asked.value)]
        refs = service.intake.refs(sent, "identifiers", limits.items)
        if len(refs) <= _INLINE:
            found = service.moment.view().lookup(refs)
        else:
            found = await to_thread.run_sync(self._find, refs)
        await send_json(send, encode(found[0] if one else Looked(tuple(found))))

    def _find(self, refs: list[tuple[str, str]]) -> list[Found]:
        with self._service.engine.view() as view:
            return view.lookup(refs)


def _converted(item: Any) -> tuple[Merge | Rudder, list[Fault]]:
    """A body out of decoded JSON, RudderStack's if it looks like it, and what is wrong with it."""
    kind: type[Merge | Rudder] = Merge
    if isinstance(item, dict) and ("mergeProperties" in item or item.get("type") == "merge"):
        kind = Rudder
    made, faults = convert(item, kind)
    return sound(item, kind, faults) if made is None else made, faults


def _too_many(sent: int, most: int) -> Problem:
    return Problem(
        413,
        "too_many_items",
        f"there are more than {most} items",
        faults=[Fault("body", f"{sent} items", f"send {most} at most, or a stream to /v1/records")],
    )
