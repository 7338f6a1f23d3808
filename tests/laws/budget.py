"""How long the property tests look: in seconds by default, `SAMEAS_LAWS=long` for minutes.

By default every run looks at the same examples, so that a change passes or fails by what it changes
and never by luck. A long look draws new ones each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

__all__ = ["examples", "fresh", "scale"]

_SCALES = {"": 1.0, "long": 40.0, "mutants": 0.5}


def scale() -> float:
    """What the number of examples is multiplied with."""
    name = os.environ.get("SAMEAS_LAWS", "")
    if name not in _SCALES:
        raise ValueError(f"SAMEAS_LAWS is {name!r}; expected one of {sorted(_SCALES)}")
    return _SCALES[name]


def fresh() -> bool:
    """Whether examples are drawn anew in every run."""
    return os.environ.get("SAMEAS_LAWS") == "long"


def examples(count: int) -> settings:
    """Run a property on so many examples. A failure prints the blob that reproduces it."""
    fast = os.environ.get("SAMEAS_LAWS") == "mutants"
    phases = [Phase.explicit, Phase.generate] if fast else list(Phase)
    return settings(
        max_examples=max(1, int(count * scale())),
        deadline=None,
        derandomize=not fresh(),
        database=None,
        print_blob=True,
        phases=[phase for phase in phases if phase is not Phase.explain],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
