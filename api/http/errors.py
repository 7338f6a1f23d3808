"""Every error leaves the API as `{"code", "message", "details"}` with the status that fits it.

400 invalid_json           413 body_too_large, too_many_items   429 rate_limited
401 key_missing, key_unknown                                    500 internal
403 scope_missing, foreign_source                               503 engine_closed, store_...
404 not_found, unknown_... 415 unknown_encoding                 507 store_full
405 method_not_allowed     422 invalid_body, invalid_parameter,
409 conflict                   idempotency_key_reused, policy, model
410 gone_...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sameas.errors import Fault, SameasError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["CODES", "Detail", "ErrorBody", "Gathered", "Problem", "invalid", "problem_of"]

CODES = {
    400: "invalid_request",
    401: "key_missing",
    403: "scope_missing",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unknown_encoding",
    422: "invalid_body",
    429: "rate_limited",
    500: "internal",
    503: "unavailable",
}
"""The code of a status where nothing closer is known."""


class Detail(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault: where, what, and what would be right."""

    where: str
    what: str
    remedy: str = ""


class ErrorBody(msgspec.Struct, frozen=True):
    """What every error answers."""

    code: str
    message: str
    details: tuple[Detail, ...] = ()


class Problem(Exception):  # noqa: N818 - it is an answer
    """An answer that is not the one that was asked for. It never leaves the API as an exception."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.details = tuple(Detail(one.where, one.what, one.remedy) for one in faults)

    def body(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(ErrorBody(self.code, self.message, self.details))


def invalid(faults: Sequence[Fault], code: str = "invalid_body") -> Problem:
    """The problem of input with faults, all of them.

    >>> invalid([Fault("time", "is no time", "send ISO 8601")]).message
    'time: is no time (send ISO 8601)'
    """
    first = str(faults[0])
    message = first if len(faults) == 1 else f"{len(faults)} faults; the first: {first}"
    return Problem(422, code, message, faults=faults)


class Gathered:
    """The faults of checks that are made one by one, told together: `with` each, then `end`.

    >>> found = Gathered([Fault("time", "is no time")])
    >>> with found:
    ...     raise invalid([Fault("left", "is empty")])
    >>> [one.where for one in found.faults]
    ['time', 'left']
    """

    def __init__(self, known: Sequence[Fault] = ()) -> None:
        self.faults = list(known)

    def __enter__(self) -> None:
        """Begin a check."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Keep the faults of a check that failed by them."""
        if not isinstance(error, Problem) or error.code != "invalid_body":
            return False
        self.faults += [Fault(one.where, one.what, one.remedy) for one in error.details]
        return True

    def end(self) -> None:
        """Go on, if there were none.

        Raises:
            Problem: 422 with all faults.
        """
        if self.faults:
            raise invalid(self.faults)


def problem_of(error: BaseException) -> Problem:
    """What an exception answers; what nobody expected says nothing of itself.

    >>> from sameas.errors import StoreFullError
    >>> found = problem_of(StoreFullError("no room"))
    >>> found.status, found.code
    (507, 'store_full')
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, SameasError):
        status = error.status
        headers = {"Retry-After": "1"} if status == 503 else {}
        words = "; ".join(map(str, error.faults))
        return Problem(status, error.code, words, faults=error.faults, headers=headers)
    return Problem(500, "internal", "something failed that should not have; it was logged")
