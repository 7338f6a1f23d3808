"""What pytest leaves alone here."""

from __future__ import annotations

collect_ignore = ["warm.py"]  # importing it starts an engine: that is its point
