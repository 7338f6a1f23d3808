"""The report: one HTML page that tells what was resolved, and why, to whoever opens it."""

from sameas.engine.report.build import TOP, build_report

__all__ = ["TOP", "build_report"]
