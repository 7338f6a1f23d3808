"""Whatever the first write would wait for is done once, beside: compiled code, caches, imports.

The first write of a process took 0.4 to 1 s without, and in a store with a model the first write
that goes the long way another 0.4 s.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.online.engine import Engine
from sameas.engine.online.events import Event
from sameas.engine.warm import linking
from sameas.graph.store import open_store
from sameas.matching.fields import canonical
from sameas.matching.model.form import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sameas.engine.online.rules import Rules
    from sameas.matching.fields import Field, FieldKind

__all__ = ["warm"]

_SAID: dict[FieldKind, tuple[str, str]] = {
    "given_name": ("Robert", "Bob"),
    "family_name": ("Kowalski", "Kowalsky"),
    "full_name": ("Robert Kowalski", "Bob Kowalsky"),
    "date": ("1972-04-21", "1972-04-12"),
    "email": ("rob.kowalski72@warm.example", "rob.kowalsky72@warm.example"),
    "phone": ("+12025550123", "+12025550132"),
    "address": ("145 Old Mill Road Apt 3", "145 Old Mil Rd"),
    "postcode": ("43004", "43005"),
    "text": ("Warmington", "Warmingtown"),
    "number": ("1234.5", "1234"),
    "code": ("WX-4711-90", "WX-4711-91"),
    "organisation": ("Kowalski & Sons Ltd", "Kowalsky and Sons"),
}
"""What one person says of each kind of field, and says again with a slip."""


def warm(rules: Rules | None = None) -> None:
    """Take a few invented rows into stores that are thrown away: by the short way and the long.

    Args:
        rules: of the store that is to be served; if they match, two such rows are matched, too.
    """
    names = {"first_name": "Ann", "last_name": "Lee"}
    others = {"first_name": "Bob", "last_name": "Ray"}
    phone = ("phone", "+12025550123")
    rows = [
        Event("web", [("email", "ann@x.example"), ("cookie", "c1")], names),
        Event("web", [("email", "ann@x.example"), ("cookie", "c1")], names),
        Event("web", [("email", "ann@x.example"), ("cookie", "c2")], names),
        Event("crm", [("email", "ann@x.example"), phone], names, "1"),
        Event("crm", [("email", "bob@x.example"), phone], others, "2"),
        Event("web", [("cookie", "c2"), ("email", "bob@x.example")], others),
    ]
    with _engine() as engine:
        for row in rows:
            engine.submit(row).result()
        with engine.view() as view:
            view.lookup([("email", "ann@x.example"), ("email", "nobody@x.example")])
    if rules is not None and rules.weights is not None and isinstance(rules.matcher, Model):
        fields = rules.matcher.fields
        with _engine(rules) as engine:
            for turn in (0, 1):
                engine.submit(_event(fields, turn)).result()
        said = [
            tuple(canonical(one.kind, _SAID[one.kind][turn]) for one in fields) for turn in (0, 1)
        ]
        rules.weights.compiled(said)(np.array([0]), np.array([1]))
        linking()


def _event(fields: Sequence[Field], turn: int) -> Event:
    """Somebody who says something in every field."""
    traits: dict[str, str] = {}
    identifiers = []
    for field in fields:
        said = _SAID[field.kind][turn]
        if field.identifier is not None:
            identifiers.append((field.identifier, said))
        for trait in field.traits[:1]:
            traits.setdefault(trait, said)
    return Event("warm", identifiers, traits, str(turn))


@contextmanager
def _engine(rules: Rules | None = None) -> Iterator[Engine]:
    policy, model = (None, None) if rules is None else (rules.policy, rules.model)
    with (
        tempfile.TemporaryDirectory(prefix="sameas-") as folder,
        Engine(open_store(Path(folder) / "warm.db"), policy=policy, model=model) as engine,
    ):
        yield engine
