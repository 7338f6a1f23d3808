"""The policy: the declared rules of resolution, their defaults, their file."""

from sameas.engine.policy.model import Group, IdentifierType, Policy, Survivorship

__all__ = ["Group", "IdentifierType", "Policy", "Survivorship"]
