"""Spans: made only where a collector is named, and sent to it by OTLP over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from sqlalchemy.ext.asyncio import AsyncEngine

from server.settings import Settings

# OpenTelemetry's own variables; the SDK reads these and others of theirs by itself (sampler, headers, resource).
STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


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
    from server.spans import Spans

    spans = Spans(settings.otlp_url, process)
    trace.set_tracer_provider(spans.provider)
    try:
        yield
    finally:
        spans.close()


def trace_database(engine: AsyncEngine, settings: Settings) -> AsyncEngine:
    """The same engine; where spans are asked for its statements are spans of whatever runs them."""
    if asked_for(settings):
        from persistence.tracing import trace_statements

        trace_statements(engine)
    return engine
