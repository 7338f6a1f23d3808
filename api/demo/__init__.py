"""One invented shop, resolved, checked against what is true of it, and told as stories."""

from __future__ import annotations

from sameas.api.demo.run import run_demo
from sameas.api.demo.shop import Shop, generate

__all__ = ["Shop", "generate", "run_demo"]
