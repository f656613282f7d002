"""What Prometheus may read of an API process: operations, answers, sockets, deliveries, and what waits for workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from domain.model_status import ModelState, ModelStatus
from server.backlog import Backlog
from server.documents import Operation
from server.exposition import Exposition
from server.names import Names

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
COSTS = (10, 100, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000)


class Metrics(Exposition):
    """The figures of an API process."""

    def __init__(self) -> None:
        super().__init__()
        self.names = Names()
        self._operations = self.histogram(
            "flotilla_operation_seconds",
            "Time to answer a query or a mutation, by its root field and what it came to.",
            BUCKETS,
            "kind",
            "field",
            "outcome",
        )
        self._named = self.summary(
            "flotilla_named_operation_seconds",
            "The same by the operation's name: the first so many, and the rest as one.",
            "kind",
            "name",
            "outcome",
        )
        what = "Values that an operation may answer with, as reckoned before it runs."
        self._costs = self.histogram("flotilla_operation_cost", what, COSTS, "kind")
        self._responses = self.counter("flotilla_responses", "Answers over HTTP, by their status.", "status")
        self._subscriptions = self.gauge("flotilla_subscriptions", "Subscriptions that are running.", "field")
        what = "Subscriptions that are over, by what they came to."
        self._ended = self.counter("flotilla_subscriptions_ended", what, "field", "outcome")
        self._deliveries = self.counter("flotilla_deliveries", "Events that subscriptions answered to.", "field")
        self.sockets = self.gauge("flotilla_sockets", "WebSockets that are open.")
        self._jobs = self.gauge("flotilla_jobs", "Jobs of the engine that have not ended.", "queue", "status")
        what = "Since when the oldest of them is there."
        self._oldest = self.gauge("flotilla_oldest_job_seconds", what, "queue", "status")
        self._workers = self.gauge("flotilla_workers", "Workers that were seen lately.")
        self._model = self.gauge(
            "flotilla_model_ready", "1 while agents can ask the model, by what was found.", "state"
        )
        self._model_age = self.gauge("flotilla_model_checked_at_seconds", "When a worker last asked it, as Unix time.")

    def answered(self, operation: Operation, outcome: str, seconds: float) -> None:
        """A query or a mutation was answered."""
        kind = operation.kind.value
        self._operations.labels(kind, _field(operation), outcome).observe(seconds)
        self._named.labels(kind, self.names.label(operation), outcome).observe(seconds)

    def cost(self, operation: Operation, values: int) -> None:
        """What an operation was reckoned to cost."""
        self._costs.labels(operation.kind.value).observe(values)

    def responded(self, status: int) -> None:
        """A request over HTTP was answered."""
        self._responses.labels(status).inc()

    @contextmanager
    def subscribed(self, operation: Operation) -> Iterator[None]:
        """A subscription runs as long as the block does."""
        with self._subscriptions.labels(_field(operation)).track_inprogress():
            yield

    def deliveries(self, operation: Operation) -> Callable[[], None]:
        """What to call for each event that a subscription answers to; looked up once for all of them."""
        return self._deliveries.labels(_field(operation)).inc

    def ended(self, operation: Operation, outcome: str) -> None:
        """A subscription is over."""
        self._ended.labels(_field(operation), outcome).inc()

    def set_backlog(self, jobs: Mapping[tuple[str, str], Backlog], workers: int) -> None:
        """How much waits or runs, by queue and status, since when, and who there is to run it."""
        self._jobs.clear()
        self._oldest.clear()
        for of, found in jobs.items():
            self._jobs.labels(*of).set(found.jobs)
            self._oldest.labels(*of).set(found.seconds)
        self._workers.set(workers)

    def set_model(self, status: ModelStatus | None) -> None:
        """What the workers found of the language model; nothing where nobody can tell."""
        self._model.clear()
        if status is not None:
            self._model.labels(str(status.state)).set(status.state is ModelState.READY)
            self._model_age.set(status.checked_at.timestamp() if status.checked_at else 0)


def _field(operation: Operation) -> str:
    """The root field, of which a schema has only so many; a client's own names would be without end."""
    return next(iter(operation.root_fields)) if len(operation.root_fields) == 1 else "several"
