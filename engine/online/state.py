"""What the writer knows beside the unit: rules, counters, judgements, the key of ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sameas.engine.online.counters import Counters
    from sameas.engine.online.rules import Rules
    from sameas.graph.model import Identifier, Judgement

__all__ = ["Live", "State", "decode_traits", "encode_json"]

encode_json = msgspec.json.Encoder().encode
decode_traits = msgspec.json.Decoder(dict[str, str]).decode
decode_times = msgspec.json.Decoder(dict[str, int]).decode


class Live(msgspec.Struct, gc=False):
    """The live version of a record, as resolution looks at it."""

    number: int
    source: str
    record_id: str
    kind: int
    """0: record, 1: observation, 2: content."""
    event_time: int
    first_seen: int
    last_seen: int
    count: int
    input: int
    identifiers: tuple[tuple[int, str], ...]
    """(place, value), ascending, distinct."""
    spelled: dict[tuple[int, str], list[str]]
    traits: dict[str, str]
    trait_times: dict[str, int] | None = None
    further: frozenset[tuple[str, str, str]] = frozenset()
    """(digest type, digest, email); empty where no digests are in use."""


@dataclass(slots=True)
class State:
    """One writer's state between commits."""

    rules: Rules
    counters: Counters
    id_words: NDArray[np.uint64]
    """The key of profile ids, as two words."""
    judgements: dict[str, Judgement] = field(default_factory=dict)
    """By key: those that are not retracted."""
    named: dict[str, set[str]] = field(default_factory=dict)
    """By reference: the keys of the judgements that name it."""
    digests_named: bool = False
    """A judgement names a hashed email."""
    same_values: dict[Identifier, set[Identifier]] = field(default_factory=dict)
    """Identifiers that `same` judgements join pairwise."""
    suppressed: dict[bytes, int] = field(default_factory=dict)
    """Keyed hash to the time up to which it is hidden. Replaced, never changed in place."""
    hidden_until: int = -(1 << 63)
    """Rows with a later event time may only be hidden by their message."""
    erase_key: bytes = b""
    fast: int = 0
    """Inputs that took the fast path since the start."""
    slow: int = 0
    now: int = 0
    """The time of this group, microseconds."""
    digests: bool = False
    """Some record carries a hashed email, so further names are kept."""
