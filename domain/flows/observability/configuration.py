"""What an observability flow is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Metric(StrEnum):
    """What may be measured of an application; `domain/data/observability.toml` says in which units."""

    AVAILABILITY = "availability"
    LATENCY = "latency_p95"
    ERROR_RATE = "error_rate"
    CPU = "cpu"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class ImportedMetric:
    """What was measured over so many days; without a unit in the metric's own."""

    application_id: str
    metric: Metric
    observed: float
    unit: str | None = None
    period_days: int = 30


@dataclass(frozen=True, slots=True)
class SeriesNames:
    """What the counter and the histogram of requests are called in Prometheus, and their labels."""

    requests: str = "http_requests_total"
    seconds: str = "http_request_duration_seconds"
    service: str = "service"
    code: str = "code"


@dataclass(frozen=True, slots=True)
class ObservabilityOptions:
    """`metrics` are what was measured; `series` is what the rules' expressions read."""

    metrics: tuple[ImportedMetric, ...] = ()
    series: SeriesNames = field(default_factory=SeriesNames)


@dataclass(frozen=True, slots=True)
class ObservabilityConfiguration:
    """Over these applications."""

    application_ids: tuple[str, ...]
    options: ObservabilityOptions = field(default_factory=ObservabilityOptions)
