"""Sending spans to a collector. Loaded only where one is named."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

LOG = structlog.get_logger(__name__)

TRACES = "/v1/traces"
# What waits to be sent is dropped beyond this; a collector that is away must cost no memory.
MOST_WAITING = 4096
SENT_WITHIN_MS = 2_000
ANSWERED_WITHIN = 3.0


class Sending(SpanExporter):
    """Says once that the collector cannot be reached, and once that it can again; holds up no process that stops."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._reached = True
        self._ending = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._ending and not self._reached:
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        reached = result is SpanExportResult.SUCCESS
        if reached != self._reached:
            self._reached = reached
            LOG.warning("collector_reached" if reached else "collector_unreachable")
        return result

    def end(self) -> None:
        """The process stops: what is left is sent only if it goes quickly."""
        self._ending = True

    def shutdown(self) -> None:
        self._exporter.shutdown()


class Spans:
    """The provider of this process's tracers."""

    def __init__(self, url: str, process: str) -> None:
        # They say of each attempt what we say once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self._sending = Sending(OTLPSpanExporter(endpoint=endpoint(url), timeout=ANSWERED_WITHIN))
        self.provider = TracerProvider(resource=_resource(process), shutdown_on_exit=False)
        self.provider.add_span_processor(
            BatchSpanProcessor(self._sending, max_queue_size=MOST_WAITING, schedule_delay_millis=SENT_WITHIN_MS)
        )

    def close(self) -> None:
        """Send what is left."""
        self._sending.end()
        self.provider.shutdown()


def endpoint(url: str) -> str | None:
    """Where exactly; None leaves it to OpenTelemetry's variables."""
    if not url:
        return None
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + TRACES


def _resource(process: str) -> Resource:
    """A name that the deployment gives (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) wins over ours."""
    own = {"service.name": f"flotilla-{process}", "service.instance.id": f"{os.uname().nodename}:{os.getpid()}"}
    given = Resource.create().attributes
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return Resource({**own, **given} if named else {**given, **own})
