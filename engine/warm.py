"""Compile everything once: what a first run would otherwise wait for.

Compiled code is kept beside the modules (or in numba's own cache folder where those cannot be
written to), so one call after installing, in an image or a deployment, is enough.

    python -m sameas.engine.warm
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

__all__ = ["warm"]


def warm() -> None:
    """Resolve a few invented rows that take every compiled path."""
    from sameas.engine import policy
    from sameas.engine.batch import resolve
    from sameas.engine.evidence import BIT
    from sameas.graph.model import Match, RecordKey

    named = pl.DataFrame(
        {
            "id": ["1", "2", "3", "4"],
            "updated_at": ["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03"],
            "user_id": ["u1", "u2", None, "u3"],
            "email": [
                "Ann.Lee+x@gmail.com",
                "bob@example.org",
                "bob@example.org",
                "née@example.org",
            ],
            "phone": ["(212) 555-0101", "+1 212 555 0101", "212-555-0101", "+44 20 7946 0958"],
            "device_id": ["6D92078A-8246-4BA4-AE5B-76104861E7DC"] * 2 + [None, None],
            "email_sha256": [None, None, None, "0" * 63 + "1"],
            "cookie": ["c1", "c1", "c1", "c2"],
            "first_name": ["Ann", "Bob", "Robert", "Олександр"],
            "last_name": ["Lee", "Smith", "Smith", "Шевченко"],
        }
    )
    events = pl.DataFrame({"email": ["ann.lee@gmail.com"] * 2, "plan": ["a", "b"]})
    resolve(named, events, names=["crm", "web"])
    # matches that disagree, in components that are too large, with a user id too many
    keys = [RecordKey("crm", number) for number in ("1", "2", "3", "4")]
    bits = {(0, 1): 9, (1, 2): 8, (0, 2): -1, (2, 3): 1}
    matches = [Match(keys[a], keys[b], weight * BIT) for (a, b), weight in bits.items()]
    for most in (10_000, 2):
        bounded = replace(policy.default(), max_component=most)
        resolve(named, names=["crm"], policy=bounded, matches=matches)


if __name__ == "__main__":
    warm()
