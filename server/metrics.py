"""What Prometheus may read: operations, sockets, deliveries, and what the other parts count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from domain.model_status import ModelState, ModelStatus
from server.documents import Operation

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

Figures = Callable[[], Mapping[str, float]]


class Metrics:
    """The process's own registry, so that two applications in one process do not count together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._operations = Histogram(
            "flotilla_operation_seconds",
            "Time to answer a query or a mutation, by its root field and what it came to.",
            ("kind", "field", "outcome"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._subscriptions = self._gauge("flotilla_subscriptions", "Subscriptions that are running.", "field")
        self._deliveries = Counter(
            "flotilla_deliveries", "Events that subscriptions answered to.", ("field",), registry=self.registry
        )
        self.sockets = self._gauge("flotilla_sockets", "WebSockets that are open.")
        self._jobs = self._gauge("flotilla_jobs", "Jobs of the engine that have not ended.", "queue", "status")
        self._model = self._gauge(
            "flotilla_model_ready", "1 while agents can ask the model, by what was found.", "state"
        )
        self._model_age = self._gauge("flotilla_model_checked_at_seconds", "When a worker last asked it, as Unix time.")

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, labels, registry=self.registry)

    def answered(self, operation: Operation, outcome: str, seconds: float) -> None:
        """A query or a mutation was answered."""
        self._operations.labels(operation.kind.value, _field(operation), outcome).observe(seconds)

    @contextmanager
    def subscribed(self, operation: Operation) -> Iterator[None]:
        """A subscription runs as long as the block does."""
        with self._subscriptions.labels(_field(operation)).track_inprogress():
            yield

    def delivered(self, operation: Operation) -> None:
        """A subscription answered to one event."""
        self._deliveries.labels(_field(operation)).inc()

    def set_jobs(self, jobs: Mapping[tuple[str, str], int]) -> None:
        """How many jobs wait or run, by queue and status."""
        self._jobs.clear()
        for (queue, status), count in jobs.items():
            self._jobs.labels(queue, status).set(count)

    def set_model(self, status: ModelStatus | None) -> None:
        """What the workers found of the language model; nothing where nobody can tell."""
        self._model.clear()
        if status is not None:
            self._model.labels(str(status.state)).set(status.state is ModelState.READY)
            self._model_age.set(status.checked_at.timestamp() if status.checked_at else 0)

    def watch(self, prefix: str, what: str, figures: Figures) -> None:
        """Show what another part of the process counts; a name that ends in `_total` only ever rises."""
        self.registry.register(_Watched(prefix, what, figures))

    def text(self) -> bytes:
        """Everything, in Prometheus' own format."""
        return generate_latest(self.registry)


class _Watched(Collector):
    def __init__(self, prefix: str, what: str, figures: Figures) -> None:
        self._prefix = prefix
        self._what = what
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        for name, value in self._figures().items():
            kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            yield kind(f"{self._prefix}_{name}", self._what, value=value)


def _field(operation: Operation) -> str:
    """The root field, of which a schema has only so many; a client's own names would be without end."""
    return next(iter(operation.root_fields)) if len(operation.root_fields) == 1 else "several"
