"""The policy: the declared rules of resolution, their defaults, their file.

Light to import: pydantic is loaded when a file is read.
"""

from sameas.engine.policy.defaults import default
from sameas.engine.policy.dump import dumps
from sameas.engine.policy.load import load, loads
from sameas.engine.policy.model import Group, IdentifierType, Policy, Survivorship

__all__ = [
    "Group",
    "IdentifierType",
    "Policy",
    "Survivorship",
    "default",
    "dumps",
    "load",
    "loads",
]
