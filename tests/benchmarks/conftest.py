from __future__ import annotations

import sys
from pathlib import Path

# The benchmarks are no part of the installed package: tests find them beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
