"""The erase key of a store, in a file beside it that only its owner can read.

Whoever has the store and not this file cannot find out whom its suppressions hide: keep the two
apart in backups. Without it the store still opens as long as nothing is suppressed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sameas.errors import EngineError, Fault

__all__ = ["erase_key_of"]

_BYTES = 32


def erase_key_of(store: Path | str, *, create: bool = True) -> bytes | None:
    """Read the key of a store from `STORE.erase-key`, or make one.

    Args:
        store: the store's file.
        create: make a key if there is none; else None is given.

    Raises:
        EngineError: the file cannot be read or made, is readable by others, or holds no key.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     erase_key_of(f"{folder}/people.db") == erase_key_of(f"{folder}/people.db")
    True
    """
    path = Path(f"{store}.erase-key")
    try:
        if create and not path.exists():
            _make(path)
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        if create:
            raise EngineError(Fault(str(path), "its folder is not there")) from None
        return None
    except OSError as error:
        raise EngineError(Fault(str(path), f"cannot be used: {error.strerror}")) from error
    with os.fdopen(handle, encoding="ascii", errors="replace") as file:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
            raise EngineError(Fault(str(path), "others may read it", "chmod 600"))
        text = file.read(4 * _BYTES).strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise EngineError(Fault(str(path), "holds no key", f"{2 * _BYTES} hexadecimal digits"))
    return key


def _make(path: Path) -> None:
    """A whole key or none, durable before it is used; of two that make one, the first wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
