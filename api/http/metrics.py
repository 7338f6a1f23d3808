"""What the server did, in numbers for Prometheus: by route template, never by what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from sameas.engine.online.port import EnginePort


__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class _EngineNumbers:
    """The engine's own numbers, read when they are asked for."""

    def __init__(self, engine: EnginePort) -> None:
        self._engine = engine

    def describe(self) -> list[Metric]:
        """Nothing: that would ask the engine when it is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        health = self._engine.health()
        gauges = {
            "sameas_ready": ("Whether writes are taken.", int(health.ready)),
            "sameas_queue_length": ("Calls that wait for the writer.", health.waiting),
            "sameas_feed_position": ("The last position of the change feed.", health.position),
            "sameas_pending": ("Whether inputs are not in effect yet.", int(health.pending)),
        }
        for name, (text, value) in gauges.items():
            yield GaugeMetricFamily(name, text, value=value)
        yield CounterMetricFamily("sameas_commits", "Commits of the store.", value=health.commits)
        inputs = CounterMetricFamily("sameas_inputs", "Inputs by path.", labels=["path"])
        inputs.add_metric(["fast"], health.fast)
        inputs.add_metric(["slow"], health.slow)
        yield inputs


class Metrics:
    """The registry of one app."""

    def __init__(self, engine: EnginePort) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "sameas_http_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._latency = Histogram(
            "sameas_http_request_seconds",
            "Time from a request's head to the end of its answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._items = Counter(
            "sameas_http_items",
            "Items of writes by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._registry.register(_EngineNumbers(engine))
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. Methods and routes must be of a bounded number."""
        at = (method, route, status)
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = (
                self._requests.labels(method, route, str(status)),
                self._latency.labels(method, route),
            )
        found[0].inc()
        found[1].observe(seconds)

    def items(self, accepted: int, rejected: int) -> None:
        """Count items of a write."""
        self._items.labels("accepted").inc(accepted)
        self._items.labels("rejected").inc(rejected)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
