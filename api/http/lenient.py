"""JSON as SDKs send it: NaN and infinities are no value, halves of characters are let through.

Slower than the strict decoder, and used where that one refused. Whoever reads on decides what
becomes of characters that no store keeps.
"""

from __future__ import annotations

import json
from typing import Any

from sameas.api.http.errors import Problem
from sameas.errors import Fault

__all__ = ["loads"]


def loads(raw: bytes) -> Any:
    r"""What the JSON says; numbers that are not whole stay as they were written.

    Raises:
        Problem: 400.

    >>> loads(b'{"a": NaN, "b": 1.50, "c": "\\ud800"}')
    {'a': None, 'b': '1.50', 'c': '\ud800'}
    """
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_nothing, parse_float=str)
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 at byte {error.start}"
    except json.JSONDecodeError as error:
        what = f"is not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        what = "is nested too deep"
    except ValueError:
        what = "has a number with too many digits"
    raise Problem(
        400,
        "invalid_json",
        f"the body {what}",
        faults=[Fault("body", what, "send one JSON document in UTF-8")],
    )


def _nothing(_name: str) -> None:
    return None
