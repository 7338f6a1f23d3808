"""How hypothesis runs here: no deadlines, and what reproduces a failure is printed."""

from __future__ import annotations

from hypothesis import settings

# a first example may compile for seconds, and machines of CI are shared
settings.register_profile("sameas", deadline=None, print_blob=True)
settings.load_profile("sameas")
