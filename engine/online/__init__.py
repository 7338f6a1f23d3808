"""The function kept incrementally: one writer over a store, answers that are durable."""

from sameas.engine.online.calls import Call
from sameas.engine.online.engine import Engine, Health
from sameas.engine.online.events import Answer, Event, Refusal, RejectedValue, Withdrawal

__all__ = [
    "Answer",
    "Call",
    "Engine",
    "Event",
    "Health",
    "Refusal",
    "RejectedValue",
    "Withdrawal",
]
