"""What a run is to match by: what its caller asked for, or what the earlier output did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sameas.engine import policy as policies
from sameas.engine.match import Use
from sameas.engine.read.words import read_judgements
from sameas.errors import Fault, InputError, ModelError
from sameas.matching.model import from_json

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.engine.batch.previous import Previous
    from sameas.engine.policy import Policy
    from sameas.matching.model import Model

__all__ = ["Asked", "how", "read_model"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller said of matching."""

    model: Path | None = None
    match: bool = True
    labels: Path | None = None
    pairs: bool = False
    """Pairs that somebody scored were given."""
    policy: Policy | None = None


def how(asked: Asked, previous: Previous | None, *, now: int) -> tuple[Use, Policy]:
    """How to match, and the policy to begin with.

    An earlier output goes on with its model, and with the policy that goes with it, unless either
    is given. One that was made without matching goes on without.

    Raises:
        InputError: what was asked for does not go together, or a file cannot be used.
        ModelError: the model file is none.
    """
    faults = []
    others = [("--model", asked.model), ("--labels", asked.labels)]
    for name, path in others:
        if path is not None and not asked.match:
            faults.append(Fault(name, "has no use with --no-match", "leave one out"))
        if path is not None and asked.pairs:
            faults.append(Fault(name, "does not go with --matches", "leave one out"))
    if asked.model is not None and asked.labels is not None:
        faults.append(Fault("--labels", "has no use with --model", "labels are for learning"))
    if faults:
        raise InputError(faults)
    policy = asked.policy or policies.default()
    labels = () if asked.labels is None else read_judgements(asked.labels, policy, now=now)
    use = Use(wanted=asked.match, free=asked.policy is None, labels=labels)
    if asked.model is not None:
        return replace(use, model=read_model(asked.model)), policy
    if previous is None or not asked.match or asked.pairs or labels:
        return use, policy
    matching = previous.manifest.get("matching") or {}
    path = previous.path / "model.json"
    if path.is_file():
        use = replace(use, model=read_model(path), free=False)
        return use, asked.policy or policies.load(previous.path / "policy.toml")
    return replace(use, wanted=matching.get("state") not in {"off", "pairs"}), policy


def read_model(path: Path) -> Model:
    """Read a model file.

    Raises:
        ModelError: it cannot be read, or is no model of this version; with all faults.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        what = error.strerror or "cannot be read"
        raise ModelError(
            Fault(str(path), what, "`sameas train FILES -o model.json` writes one")
        ) from error
    return from_json(text, where=str(path))
