"""The report: one HTML page that tells what was resolved, and why, to whoever opens it."""

from sameas.engine.report.build import build_report

__all__ = ["build_report"]
