"""What is measured over all flows."""

from __future__ import annotations

from domain.analytics import AgentAnalytics, FlowAnalytics, IterationQuality, OverrideRate, PhaseAnalytics
from schema.enums import FlowType
from schema.loading import computed
from schema.mirror import mirror


@mirror(
    PhaseAnalytics,
    "phase runs failures p50_ms p95_ms",
    failures="What a person stopped is none.",
    p50_ms="Of the attempts that have ended; 0 where none has.",
)
class PhaseAnalyticsType:
    @computed
    @staticmethod
    def type(phase: PhaseAnalytics) -> FlowType:
        return FlowType(phase.kind)


@mirror(
    AgentAnalytics,
    "agent contributions mean_confidence overridden model_share",
    mean_confidence="Null where the agent never tells.",
    overridden="Contributions to phases that a person overrode afterwards.",
    model_share="Share of the contributions that came from a language model.",
)
class AgentAnalyticsType:
    pass


@mirror(OverrideRate, "recommended overridden")
class OverrideRateType:
    @computed
    @staticmethod
    def subject(rate: OverrideRate) -> str:
        """The strategy that was recommended."""
        return str(rate.subject)


@mirror(
    IterationQuality,
    "iteration completeness applications rejected_rows open_findings mean_confidence",
    completeness="Mean share of the facts that were known of each application.",
    open_findings="What nobody had decided; of flows that import nothing, the debt that nobody had dismissed.",
    mean_confidence="Of the decisions, else of the columns' mapping; null where there was neither.",
)
class IterationQualityType:
    """The data as the flows of one type and iteration left it, measured when they completed."""

    @computed
    @staticmethod
    def type(quality: IterationQuality) -> FlowType:
        return FlowType(quality.kind)


@mirror(
    FlowAnalytics,
    "flows completion_rate failure_rate median_duration_ms phases agents overrides_by_strategy learnings"
    " data_quality_by_iteration usage",
    completion_rate="Share of the flows, 0 to 1.",
    failure_rate="Share of the flows, 0 to 1.",
    median_duration_ms="From the first phase's start to the end; null while none has completed.",
    learnings="Patterns learned in the engagement, also in flows that are deleted.",
    usage="By provider and model; empty where no model was asked.",
)
class FlowAnalyticsType:
    pass
