"""A process's own figures, in the format that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Figures = Callable[[], Mapping[str, float]]
# How many fell below each bound and, last, above them all; and their sum.
Classes = Callable[[], tuple[Sequence[int], float]]


class Exposition:
    """A registry of its own, so that two applications in one process do not count together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, labels, registry=self.registry)

    def counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self.registry)

    def summary(self, name: str, what: str, *labels: str) -> Summary:
        return Summary(name, what, labels, registry=self.registry)

    def histogram(self, name: str, what: str, bounds: Sequence[float], *labels: str) -> Histogram:
        return Histogram(name, what, labels, buckets=bounds, registry=self.registry)

    def watch(self, prefix: str, what: str, figures: Figures) -> None:
        """Show what another part of the process counts; a name that ends in `_total` only ever rises."""
        self._collect(lambda: _figures(prefix, what, figures()))

    def watch_classes(self, name: str, what: str, bounds: Sequence[float], classes: Classes) -> None:
        """Show a histogram that another part of the process keeps."""
        self._collect(lambda: [_histogram(name, what, bounds, *classes())])

    def watch_pool(self, engine: AsyncEngine) -> None:
        """Show what the process does with its connections."""
        pool = cast("QueuePool", engine.pool)

        def used() -> Iterable[Metric]:
            family = GaugeMetricFamily(
                "flotilla_database_connections", "Connections to PostgreSQL that this process holds.", labels=["state"]
            )
            family.add_metric(["used"], pool.checkedout())
            family.add_metric(["idle"], pool.checkedin())
            most = GaugeMetricFamily("flotilla_database_connections_most", "How many it may hold.", value=pool.size())
            return [family, most]

        self._collect(used)

    def text(self) -> bytes:
        """Everything there is to say."""
        return generate_latest(self.registry)

    def _collect(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self.registry.register(_Collected(collect))


class _Collected(Collector):
    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        return self._collect()


def _figures(prefix: str, what: str, figures: Mapping[str, float]) -> Iterable[Metric]:
    for name, value in figures.items():
        kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
        yield kind(f"{prefix}_{name}", what, value=value)


def _histogram(name: str, what: str, bounds: Sequence[float], counts: Sequence[int], total: float) -> Metric:
    buckets: list[tuple[str, float]] = []
    so_far = 0
    for bound, count in zip((*map(str, bounds), "+Inf"), counts, strict=True):
        so_far += count
        buckets.append((bound, so_far))
    return HistogramMetricFamily(name, what, buckets=buckets, sum_value=total)
