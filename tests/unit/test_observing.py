"""Names as labels, ids of requests, figures of lag: what observing keeps small and harmless."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry import trace
from starlette.types import Message, Receive, Scope, Send
from structlog import contextvars

from domain.event import EventKind, LoggedEvent
from server.documents import Documents, Operation
from server.metrics import Metrics
from server.names import Names
from server.requests import Requests
from server.settings import Settings
from server.tracing import asked_for, tracing
from streams.lag import BOUNDS, Lag
from tests.integration.tiny import SCHEMA

DOCUMENTS = Documents(SCHEMA._schema)
VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def named(name: str) -> Operation:
    return DOCUMENTS.operation(f"query {name} {{ hello }}", None)


def test_names_are_labels_as_long_as_there_are_few() -> None:
    names = Names(most=2)

    assert [names.label(named(name)) for name in ("A", "B", "C", "A")] == ["A", "B", "(others)", "A"]


def test_an_operation_without_a_name_and_one_with_a_huge_one_take_no_label() -> None:
    names = Names(most=1)

    assert names.label(named("")) == "(anonymous)"
    assert names.label(named("x" * 65)) == "(others)"
    assert names.label(named("A")) == "A"


def test_ten_thousand_names_make_two_hundred_and_one_series() -> None:
    metrics = Metrics()

    for number in range(10_000):
        metrics.answered(replace(named("A"), name=f"Name{number}"), "ok", 0.001)

    counts = [
        line
        for line in metrics.text().decode().splitlines()
        if line.startswith("flotilla_named_") and "_count{" in line
    ]
    assert len(counts) == 201
    assert sum(float(line.split()[-1]) for line in counts) == 10_000


def event(seconds_ago: float) -> LoggedEvent:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return LoggedEvent("e", 1, "f", "toy", 1, EventKind.FLOW_STATUS, at, None, {})


def test_lag_is_counted_in_its_class() -> None:
    lag = Lag()

    lag.note(event(0.3))
    lag.note(event(100))
    # Another machine's clock may be ahead.
    lag.note(event(-5))

    counts, seconds = lag.figures()
    assert {bound: count for bound, count in zip((*BOUNDS, None), counts, strict=True) if count} == {
        0.005: 1,
        0.5: 1,
        None: 1,
    }
    assert 100.3 <= seconds < 101


def test_a_histogram_that_others_keep_reads_like_one_of_prometheus() -> None:
    metrics = Metrics()
    metrics.watch_classes("flotilla_x_seconds", "X.", (0.1, 1.0), lambda: ([2, 1, 4], 9.5))

    text = metrics.text().decode()

    assert [line for line in text.splitlines() if line.startswith("flotilla_x")] == [
        'flotilla_x_seconds_bucket{le="0.1"} 2.0',
        'flotilla_x_seconds_bucket{le="1.0"} 3.0',
        'flotilla_x_seconds_bucket{le="+Inf"} 7.0',
        "flotilla_x_seconds_count 7.0",
        "flotilla_x_seconds_sum 9.5",
    ]


async def call(headers: dict[str, str]) -> tuple[str, dict[str, Any], str, list[int]]:
    """The id that is answered, what log lines are bound to meanwhile, the trace, and the statuses that were counted."""
    bound: dict[str, Any] = {}
    traces: list[str] = []
    sent: list[Message] = []
    statuses: list[int] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        bound.update(contextvars.get_contextvars())
        traces.append(trace.format_trace_id(trace.get_current_span().get_span_context().trace_id))
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await Requests(app, statuses.append)({"type": "http", "headers": raw}, receive, send)
    return dict(sent[0]["headers"])[b"x-request-id"].decode(), bound, traces[0], statuses


async def test_a_request_goes_by_its_own_id_and_on_with_its_trace() -> None:
    answered, bound, trace_id, statuses = await call({"X-Request-Id": "order-66.a_b", "traceparent": VALID})

    assert (answered, bound, statuses) == ("order-66.a_b", {"request_id": "order-66.a_b"}, [204])
    assert trace_id == VALID.split("-")[1]
    assert contextvars.get_contextvars() == {}


@pytest.mark.parametrize("given", ["", "a b", "a\nb", 'a"b', "é", "x" * 65, "<script>"])
async def test_a_strange_id_is_replaced(given: str) -> None:
    answered, bound, _, _ = await call({"X-Request-Id": given})

    assert len(answered) == 36
    assert bound == {"request_id": answered}


@pytest.mark.parametrize(
    "given", ["", "00", VALID + "-", VALID.replace("4bf92", "zzzzz"), "00-" + "0" * 32 + VALID[35:]]
)
async def test_a_broken_trace_is_none(given: str) -> None:
    _, _, trace_id, _ = await call({"traceparent": given})

    assert trace_id == "0" * 32


def test_spans_are_asked_for_by_our_setting_or_the_standard_one() -> None:
    ours = replace(Settings(), otlp_url="http://127.0.0.1:4318")

    assert [asked_for(Settings(), {}), asked_for(ours, {})] == [False, True]
    assert asked_for(Settings(), {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    assert asked_for(Settings(), {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"})


def test_without_a_collector_there_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)

    with tracing(Settings(), "api"):
        span = trace.get_tracer("test").start_span("nothing")

    assert not span.is_recording()
