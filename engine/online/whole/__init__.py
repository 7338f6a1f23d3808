"""A whole store at once: load, dump, verify, and a change of its policy."""

from sameas.engine.online.whole.change import change_policy
from sameas.engine.online.whole.differ import Difference
from sameas.engine.online.whole.dump import dump
from sameas.engine.online.whole.load import Loaded, load, load_file
from sameas.engine.online.whole.preview import preview
from sameas.engine.online.whole.verify import Verified, verify

__all__ = [
    "Difference",
    "Loaded",
    "Verified",
    "change_policy",
    "dump",
    "load",
    "load_file",
    "preview",
    "verify",
]
