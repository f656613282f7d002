"""What is said of an operation once it was answered: its span, its figures and its log line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from server.documents import Operation
from server.errors import Code, FailedOperation, InvalidOperation, code_of
from server.execution import Answer
from server.metrics import Metrics
from server.requests import noting_flows

LOG = structlog.get_logger(__name__)

# What a client chose is cut to this before it is logged.
LONGEST_LOGGED = 80
OK = "ok"
# The client wants no more of it, or is gone.
LEFT = "left"

_tracer = trace.get_tracer("flotilla.server")


@dataclass(slots=True)
class Report:
    """What the operation came to so far; without an answer its client went away."""

    outcome: str = "CANCELLED"
    cost: int = 0

    def answered(self, answer: Answer) -> None:
        """It has an answer; the first of its errors is what it came to."""
        errors = answer.get("errors")
        self.outcome = code_of(errors[0]) if errors else OK


@contextmanager
def reported(metrics: Metrics, operation: Operation, subject: str, engagement: str | None) -> Iterator[Report]:
    """A query or a mutation is carried out in the block."""
    report, started = Report(), time.perf_counter()
    with _span(metrics, operation) as span, noting_flows() as flow_ids:
        try:
            yield report
        except FailedOperation as error:
            report.outcome = code_of(error.errors[0])
            raise
        except InvalidOperation:
            report.outcome = Code.BAD_REQUEST.value
            raise
        finally:
            seconds = time.perf_counter() - started
            metrics.answered(operation, report.outcome, seconds)
            metrics.cost(operation, report.cost)
            _tell(span, report, flow_ids)
            LOG.info(
                "operation",
                kind=operation.kind.value,
                fields=sorted(operation.root_fields),
                name=(operation.name or "")[:LONGEST_LOGGED],
                subject=subject,
                engagement=(engagement or "")[:LONGEST_LOGGED],
                outcome=report.outcome,
                cost=report.cost,
                milliseconds=round(seconds * 1000, 1),
                **_flow(flow_ids),
            )


@contextmanager
def followed(
    metrics: Metrics, operation: Operation, subject: str, engagement: str | None
) -> Iterator[Callable[[], None]]:
    """A subscription is carried out in the block; call what is given for each of its answers.

    No span: it would last for hours, and what it delivers belongs to the traces of those who changed something.
    """
    delivered, started, outcome = 0, time.perf_counter(), OK
    count = metrics.deliveries(operation)

    def tell() -> None:
        nonlocal delivered
        delivered += 1
        count()

    try:
        with metrics.subscribed(operation):
            yield tell
    except FailedOperation as error:
        outcome = code_of(error.errors[0])
        raise
    except InvalidOperation:
        outcome = Code.BAD_REQUEST.value
        raise
    except (GeneratorExit, asyncio.CancelledError):
        outcome = LEFT
        raise
    finally:
        metrics.ended(operation, outcome)
        LOG.info(
            "subscription",
            fields=sorted(operation.root_fields),
            name=(operation.name or "")[:LONGEST_LOGGED],
            subject=subject,
            engagement=(engagement or "")[:LONGEST_LOGGED],
            outcome=outcome,
            delivered=delivered,
            seconds=round(time.perf_counter() - started, 1),
        )


@contextmanager
def _span(metrics: Metrics, operation: Operation) -> Iterator[Span]:
    kind, name = operation.kind.value, metrics.names.label(operation)
    about = {"graphql.operation.type": kind, "graphql.operation.name": name}
    # Errors are told by their code alone: their words may hold what a tenant wrote.
    with _tracer.start_as_current_span(
        f"{kind} {name}", kind=SpanKind.SERVER, attributes=about, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


def _tell(span: Span, report: Report, flow_ids: dict[str, None]) -> None:
    if not span.is_recording():
        return
    request = structlog.contextvars.get_contextvars().get("request_id")
    more = {"flotilla.outcome": report.outcome, "flotilla.cost": report.cost, "flotilla.request_id": request or ""}
    span.set_attributes({**more, **{f"flotilla.{key}": value for key, value in _flow(flow_ids).items()}})
    if report.outcome != OK:
        span.set_attribute("error.type", report.outcome)
        span.set_status(Status(StatusCode.ERROR))


def _flow(flow_ids: dict[str, None]) -> dict[str, str]:
    """The flow that was changed; of several the first, as a line has room for."""
    return {"flow_id": next(iter(flow_ids))} if flow_ids else {}
