"""Reading: every question is answered from one state of the store, and changes nothing."""

from sameas.engine.online.view.past import Past
from sameas.engine.online.view.view import View

__all__ = ["Past", "View"]
