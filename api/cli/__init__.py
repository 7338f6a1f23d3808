"""The command line: translates arguments and answers, decides nothing.

One module a command. Exit codes are a contract: 0 done, 1 a difference that was asked about, 2
input that cannot be used, 130 interrupted. What is not a `SameasError` is a bug: it keeps its
traceback and exits with 70, so that no check takes a crash for a difference.
"""

from __future__ import annotations

import io
import sys

__all__ = ["main"]


def main() -> None:
    """Run `sameas` with the arguments of this process; ends in SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows its code; nothing ends in a UnicodeEncodeError.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from sameas.api.cli.app import app

        app(prog_name="sameas")
    except KeyboardInterrupt:
        # Pressed outside a command, while modules load: the app itself answers inside one.
        raise SystemExit(130) from None
    except Exception:  # noqa: BLE001 (shown whole, only the exit code is ours)
        sys.excepthook(*sys.exc_info())
        raise SystemExit(70) from None
