"""What applications promise, and where what was measured falls short of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.debt import Severity
from domain.source import Source


class Indicator(StrEnum):
    """What an objective is about: percent of requests that are answered, or milliseconds of 95 of 100 answers."""

    AVAILABILITY = "availability"
    LATENCY = "latency_p95"


@dataclass(frozen=True, slots=True)
class ServiceLevelObjective:
    """What an application promises over a rolling window; `confirmed` once a person stands by it."""

    id: str
    flow_id: str
    application_id: str
    number: int
    indicator: Indicator
    target: float
    window: str
    rationale: str
    source: Source
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class OptimizationFinding:
    """Something measured that is not as it should be, and what to do about it. `number` counts the worst first."""

    id: str
    flow_id: str
    application_id: str
    number: int
    metric: str
    observed: float
    objective: float
    severity: Severity
    recommendation: str
