"""The next number of everything that is numbered, kept with the store's facts."""

from __future__ import annotations

import threading

import msgspec

__all__ = ["Counters"]


_LOCK = threading.Lock()


class Counters(msgspec.Struct, gc=False):
    """What was used last; 0: nothing yet."""

    record: int = 0
    identifier: int = 0
    component: int = 0
    cluster: int = 0
    issued: int = 0
    input: int = 0
    arrival: int = 0
    position: int = 0
    vector: int = 0

    @property
    def lock(self) -> threading.Lock:
        """Held by whoever uses numbers; it is nothing of one store's."""
        return _LOCK

    def next(self, name: str) -> int:
        """Use one more number. Any thread."""
        with _LOCK:
            number: int = getattr(self, name) + 1
            setattr(self, name, number)
        return number

    def pass_by(self, other: Counters) -> None:
        """Use no number that another may have used."""
        with _LOCK:
            for name in self.__struct_fields__:
                setattr(self, name, max(getattr(self, name), getattr(other, name)))

    def dumps(self) -> str:
        """As JSON."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def loads(cls, text: str | None) -> Counters:
        """Read back; None: a store where nothing was numbered yet."""
        return cls() if text is None else msgspec.json.decode(text, type=cls)
