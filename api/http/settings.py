"""How the API behaves, as values: whoever starts it reads files and environment."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Limits", "Settings"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may hold. Above it is 413, or a fault of the one item."""

    body: int = 4 * 1024 * 1024
    """Bytes of a body, or of one line of a stream, unpacked."""
    items: int = 1_000
    """Items of an array."""
    lines: int = 100_000
    """Lines of a stream."""
    identifiers: int = 100
    """Identifiers of one item."""
    identifier: int = 1_024
    """Characters of an identifier."""
    name: int = 512
    """Characters of a source, record id, message id, or identifier type."""
    traits: int = 300
    """Traits of one item, flattened."""
    trait_name: int = 200
    trait: int = 16_384
    """Characters of a trait."""
    depth: int = 5
    """Objects within objects, in traits."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the API is served."""

    host: str = "127.0.0.1"
    port: int = 8080
    limits: Limits = field(default_factory=Limits)
    default_source: str = "api"
    """The source of what names none, from a key that is not bound to one."""
    origins: tuple[str, ...] = ()
    """Origins of web pages that may call; `*`: any. A browser needs this."""
    rate: float = 20_000
    """Requests a second and key; 0: no limit. A key may save up `burst` of them."""
    burst: float = 40_000
    collect_rate: float = 2_000
    """The same for keys with no scope but `collect`, which web pages show to anybody."""
    collect_burst: float = 4_000
    key_seconds: float = 30
    """How long a key that was found valid is not looked up again."""
    reply_hours: float = 24
    """How long the answer to an idempotency key is kept."""
    longest_wait: float = 30
    """Seconds that a call on the change feed may wait for news."""
    open_metrics: bool = False
    """Whether `/metrics` answers without a key."""
    docs: bool = True
    """Whether `/docs` and `/openapi.json` are there."""
    log_requests: bool = True
    """False: only failures of the server are logged."""
    grace: float = 30
    """Seconds that requests in flight have when the server is told to end."""
