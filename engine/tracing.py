"""What a job carries of whoever asked for it, and the spans and log lines of its run.

Without an SDK (`server/tracing.py`) OpenTelemetry's API makes no spans, and a job carries the request's id alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dbos._context import OTEL_CARRIER_ATTRIBUTE, get_local_dbos_context
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog import contextvars

_tracer = trace.get_tracer("flotilla.engine")
_propagator = TraceContextTextMapPropagator()


@contextmanager
def enqueuing(queue: str, job_id: str, carried: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The attributes of a job that is enqueued in the block: ids alone, as the engine stores nothing else."""
    about = {"messaging.destination.name": queue, "flotilla.job": job_id}
    with _tracer.start_as_current_span(f"enqueue {queue}", kind=SpanKind.PRODUCER, attributes=about):
        carrier = dict(carried)
        _propagator.inject(carrier)
        if request := contextvars.get_contextvars().get("request_id"):
            carrier["request_id"] = request
        # Where DBOS keeps such things itself: it gives them back to the run without another look into its tables.
        yield {OTEL_CARRIER_ATTRIBUTE: carrier} if carrier else {}


def carried() -> Mapping[str, str]:
    """What the job that runs now was given on its way."""
    context = get_local_dbos_context()
    return (context.start_options.otel_carrier if context else None) or {}


@contextmanager
def running(name: str, **ids: str) -> Iterator[Span]:
    """The run of one job: a span below whoever asked for it, and those ids in every log line."""
    came = carried()
    said = {**ids, **{key: came[key] for key in ("phase", "request_id") if key in came}}
    about = {f"flotilla.{key}": value for key, value in said.items()}
    with (
        contextvars.bound_contextvars(**said),
        _tracer.start_as_current_span(
            name,
            context=_propagator.extract(came),
            kind=SpanKind.CONSUMER,
            attributes=about,
            record_exception=False,
            set_status_on_exception=False,
        ) as span,
    ):
        yield span


@contextmanager
def step(name: str) -> Iterator[Span]:
    """One step of the run. What goes wrong is named by its kind: its words may hold a tenant's data."""
    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield span
        except BaseException as fault:
            failed(span, type(fault).__name__)
            raise


def failed(span: Span, code: str) -> None:
    """It did not end well."""
    span.set_attribute("error.type", code)
    span.set_status(Status(StatusCode.ERROR))
