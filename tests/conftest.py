"""How hypothesis runs here: the same examples in every run but long ones, and never a deadline."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.laws.budget import fresh

# a first example may compile for seconds, and machines of CI are shared
settings.register_profile(
    "sameas",
    deadline=None,
    derandomize=not fresh(),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("sameas")
