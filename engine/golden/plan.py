"""What survives together and by which strategy: the policy, laid over the traits at hand.

A plan names every trait of the data exactly once, or there is no plan but a list of faults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from sameas.engine.policy.model import Strategy
from sameas.errors import Fault, PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.policy.model import Survivorship

__all__ = ["Unit", "plan"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Traits, by their place in the list of traits, that survive from one record."""

    traits: tuple[int, ...]
    strategy: Strategy
    grouped: bool


def plan(survivorship: Survivorship, traits: Sequence[str]) -> tuple[Unit, ...]:
    """One unit a group, then one for each trait that is in no group.

    Traits that the policy names and the data lacks are left out. A strategy given to a trait of
    a group is a fault: the group decides.

    Raises:
        PolicyError: a trait in two groups, a group that takes the union, an unknown strategy.
    """
    faults: list[Fault] = []
    known = get_args(Strategy)
    named = {"survivorship.default": survivorship.default}
    named |= {f"survivorship.traits.{name}": how for name, how in survivorship.traits.items()}
    named |= {f"survivorship.groups.{group.name}": group.strategy for group in survivorship.groups}
    faults += [
        Fault(where, f"unknown strategy {how!r}", f"one of {', '.join(known)}")
        for where, how in named.items()
        if how not in known
    ]
    place = {trait: number for number, trait in enumerate(traits)}
    owner: dict[str, str] = {}
    units: list[Unit] = []
    for group in survivorship.groups:
        where = f"survivorship.groups.{group.name}"
        if group.strategy == "union":
            faults.append(Fault(where, "a group cannot take the union", "it is one record's word"))
        for trait in group.traits:
            if trait in owner:
                what = f"trait {trait!r} is already in group {owner[trait]!r}"
                faults.append(Fault(where, what, "name it in one group, once"))
            owner[trait] = group.name
        present = tuple(place[trait] for trait in group.traits if trait in place)
        if present:
            units.append(Unit(present, group.strategy, grouped=True))
    faults += [
        Fault(f"survivorship.traits.{trait}", f"the trait is in group {owner[trait]!r}", "drop one")
        for trait in survivorship.traits
        if trait in owner
    ]
    if faults:
        raise PolicyError(faults)
    units += [
        Unit((number,), survivorship.traits.get(trait, survivorship.default), grouped=False)
        for number, trait in enumerate(traits)
        if trait not in owner
    ]
    return tuple(units)
