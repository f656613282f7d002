"""What Prometheus may read of a worker, and log lines of phases that have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog
from prometheus_client import start_http_server

from crews.gateway import CallRecord
from domain.flow import Flow
from domain.phase import RunEnded
from server.exposition import Exposition
from server.listening import PortTaken

LOG = structlog.get_logger(__name__)

BUCKETS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1_800, 3_600)


class WorkerMetrics(Exposition):
    """The figures of a worker process."""

    def __init__(self) -> None:
        super().__init__()
        self._phases = self.histogram(
            "flotilla_phase_seconds",
            "From when a phase was asked for to when it ended, by the flow's type, the phase, and what it came to.",
            BUCKETS,
            "kind",
            "phase",
            "outcome",
        )

        what = "From when a language model was asked to the end of its answer, repeats included, by what it came to."
        self._calls = self.histogram("flotilla_model_call_seconds", what, BUCKETS, "model", "outcome")
        what = "Tokens that language models have read and written."
        self._tokens = self.counter("flotilla_model_tokens", what, "model", "direction")

    def model_called(self, record: CallRecord) -> None:
        """A call to a model has ended."""
        self._calls.labels(record.model, record.outcome).observe(record.seconds)
        self._tokens.labels(record.model, "read").inc(record.usage.prompt_tokens)
        self._tokens.labels(record.model, "written").inc(record.usage.answer_tokens)

    def saved(self, flows: Sequence[Flow]) -> None:
        """These changes are committed."""
        for flow in flows:
            for run in flow.runs:
                if isinstance(run, RunEnded):
                    self._ended(flow, run)

    def _ended(self, flow: Flow, run: RunEnded) -> None:
        state = next((state for state in flow.phases if state.run_id == run.run_id), None)
        if state is None:
            return
        seconds = _between(state.started_at, run.at)
        outcome = run.failure.code if run.failure else "ok"
        self._phases.labels(flow.kind, state.key, outcome).observe(seconds)
        LOG.info(
            "phase_ended",
            flow_id=flow.id,
            run_id=run.run_id,
            kind=flow.kind,
            phase=state.key,
            outcome=outcome,
            seconds=round(seconds, 3),
        )


def _between(began: datetime | None, ended: datetime) -> float:
    return (ended - began).total_seconds() if began else 0.0


@contextmanager
def showing(metrics: Exposition, host: str, port: int) -> Iterator[None]:
    """At /metrics of that address while the block lasts; port 0 shows nothing."""
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as problem:
        raise PortTaken(
            f"Cannot show figures on {host} port {port}: {problem.strerror}. Set FLOTILLA_METRICS_PORT to another."
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
