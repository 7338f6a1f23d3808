"""The batch engine: files or tables in, profiles out, by columns."""

from sameas.engine.batch.result import Result
from sameas.engine.batch.run import resolve, resolve_files

__all__ = ["Result", "resolve", "resolve_files"]
