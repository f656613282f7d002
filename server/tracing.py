"""Spans: made only where a collector is named, and sent to it by OTLP over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from opentelemetry import trace
from sqlalchemy.ext.asyncio import AsyncEngine

from server.settings import Settings

# OpenTelemetry's own variables; the SDK reads these and others of theirs by itself (sampler, headers, resource).
STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
TRACES = "/v1/traces"
# What waits to be sent is dropped beyond this; a collector that is away must cost no memory.
MOST_WAITING = 4096
SENT_WITHIN_MS = 2_000


def asked_for(settings: Settings, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether anybody wants spans."""
    return bool(settings.otlp_url) or any(environment.get(name) for name in STANDARD)


@contextmanager
def tracing(settings: Settings, process: str) -> Iterator[None]:
    """Send the spans of this process while the block lasts; without a collector nothing is loaded and nothing is done.

    Once a process: OpenTelemetry has one provider of tracers, which libraries find by themselves.
    """
    if not asked_for(settings):
        yield
        return
    # They take a tenth of a second and 20 MB.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # A name that the deployment gives (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) wins over ours.
    own = {"service.name": f"flotilla-{process}", "service.instance.id": f"{os.uname().nodename}:{os.getpid()}"}
    provider = TracerProvider(resource=Resource(own).merge(Resource.create()) if _named() else Resource.create(own))
    exporter = OTLPSpanExporter(endpoint=_endpoint(settings.otlp_url))
    provider.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=MOST_WAITING, schedule_delay_millis=SENT_WITHIN_MS)
    )
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def _named() -> bool:
    return bool(os.environ.get("OTEL_SERVICE_NAME")) or "service.name" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")


def _endpoint(url: str) -> str | None:
    """Where exactly; None leaves it to OpenTelemetry's variables."""
    if not url:
        return None
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + TRACES


def trace_database(engine: AsyncEngine, settings: Settings) -> AsyncEngine:
    """The same engine; where spans are asked for its statements are spans of whatever runs them."""
    if asked_for(settings):
        from persistence.tracing import trace_statements

        trace_statements(engine)
    return engine
