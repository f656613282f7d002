"""What is measured over all flows: how they went, who worked on them, what people changed, and how data got better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from domain.decision import Strategy
from domain.definition import FlowDefinition
from domain.model_usage import ModelUsage


@dataclass(frozen=True, slots=True)
class AnalyticsFilter:
    """Flows of these types that were started since then; all where nothing is said."""

    kinds: tuple[str, ...] | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PhaseAnalytics:
    """All attempts at one phase; what a person stopped is no failure. Times are of attempts that have ended."""

    kind: str
    phase: str
    runs: int
    failures: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class AgentAnalytics:
    """All that one agent contributed, and how much of it people changed afterwards."""

    agent: str
    contributions: int
    mean_confidence: float | None
    overridden: int
    model_share: float


@dataclass(frozen=True, slots=True)
class OverrideRate:
    """How often that strategy was recommended, and how often people chose another instead."""

    subject: Strategy
    recommended: int
    overridden: int


@dataclass(frozen=True, slots=True)
class IterationQuality:
    """The data as flows of that type and iteration left it when they completed."""

    kind: str
    iteration: int
    completeness: float
    applications: int
    rejected_rows: int
    open_findings: int
    mean_confidence: float | None


@dataclass(frozen=True, slots=True)
class FlowAnalytics:
    """The figures; rates are shares of all flows, 0 to 1."""

    flows: int
    completed: int
    failed: int
    median_duration_ms: float | None
    phases: tuple[PhaseAnalytics, ...]
    agents: tuple[AgentAnalytics, ...]
    overrides_by_strategy: tuple[OverrideRate, ...]
    learnings: int
    data_quality_by_iteration: tuple[IterationQuality, ...]
    usage: tuple[ModelUsage, ...]

    @property
    def completion_rate(self) -> float:
        """The share of flows that have completed."""
        return self.completed / self.flows if self.flows else 0.0

    @property
    def failure_rate(self) -> float:
        """The share of flows that stand still because a phase failed."""
        return self.failed / self.flows if self.flows else 0.0

    def in_order(self, definitions: Mapping[str, FlowDefinition]) -> Self:
        """The same with phases and iterations in the order of the flow types."""
        kinds = list(definitions)
        keys = [(kind, phase.key) for kind, definition in definitions.items() for phase in definition.phases]
        phases = [each for each in self.phases if (each.kind, each.phase) in keys]
        quality = [each for each in self.data_quality_by_iteration if each.kind in kinds]
        return replace(
            self,
            phases=tuple(sorted(phases, key=lambda each: keys.index((each.kind, each.phase)))),
            data_quality_by_iteration=tuple(sorted(quality, key=lambda each: (kinds.index(each.kind), each.iteration))),
        )
