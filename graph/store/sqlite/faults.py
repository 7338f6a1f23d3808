"""What SQLite and the operating system report, as errors of ours that say what to do."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import apsw

from sameas.errors import (
    Fault,
    StoreClosedError,
    StoreCorruptError,
    StoreError,
    StoreFormatError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreRowError,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RAISED", "translate"]

RAISED = (apsw.Error, UnicodeEncodeError, OverflowError, TypeError)
"""What the calls into SQLite raise; `translate` has an answer to each, and to OSError."""

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ROW = (
    apsw.ConstraintError,
    apsw.MismatchError,
    apsw.TooBigError,
    UnicodeEncodeError,
    OverflowError,
    TypeError,
)


def translate(error: Exception, path: Path, connection: apsw.Connection | None) -> StoreError:
    """The error to raise from another one."""
    where = str(path)
    if _is_full(error, connection):
        return StoreFullError(
            Fault(where, f"no room is left ({error})", "make room and try again; nothing was lost")
        )
    match error:
        case UnicodeEncodeError():
            what = f"a text has the lone surrogate {error.object[error.start]!a}, which is no UTF-8"
            return StoreRowError(Fault(where, what, "replace it before it comes here"))
        case OverflowError():
            return StoreRowError(Fault(where, "a number has more than 64 bits", "-2^63 to 2^63-1"))
        case _ if isinstance(error, _ROW):
            return StoreRowError(Fault(where, str(error)))
        case apsw.ReadOnlyError() | PermissionError() | OSError(errno=errno.EROFS):
            return StoreReadOnlyError(
                Fault(
                    where, f"it cannot be written to ({_said(error)})", "check its owner and mode"
                )
            )
        case apsw.CorruptError():
            return StoreCorruptError(
                Fault(where, f"it is damaged ({error})", "restore the last backup")
            )
        case apsw.NotADBError():
            return StoreFormatError(Fault(where, "it is no SQLite file", "name another file"))
        case apsw.BusyError() | apsw.LockedError():
            return StoreLockedError(
                Fault(where, f"another program holds it ({error})", "let that one finish")
            )
        case apsw.ConnectionClosedError() | apsw.CursorClosedError():
            return StoreClosedError(Fault(where, "it was closed", "open it again"))
    return StoreError(Fault(where, str(error) or type(error).__name__))


def _said(error: Exception) -> str:
    """What was said, without the name of a file that was to stand in for another."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _is_full(error: Exception, connection: apsw.Connection | None) -> bool:
    """Whether room is what was missing: SQLite knows ENOSPC, not quotas and limits of a file."""
    if isinstance(error, OSError):
        return error.errno in FULL
    if isinstance(error, apsw.FullError):
        return True
    if isinstance(error, apsw.IOError | apsw.CantOpenError) and connection is not None:
        return connection.system_errno in FULL
    return False
