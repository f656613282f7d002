"""The observability flow: what applications promise, files that watch over it, and what to do where it is not kept."""

from __future__ import annotations

from domain.definition import Agent, FlowDefinition, Opening, Pause, Phase
from domain.flows.observability.configuration import ObservabilityConfiguration
from domain.flows.observability.export import EXPORTING
from domain.flows.observability.opening import open_observability
from domain.flows.observability.results import MonitoringSet, ObjectivesAnswer, PerformanceReviewed
from domain.flows.observability.setting import (
    SETUP,
    confirm_objectives,
    propose_objectives,
    reset_objectives,
    set_objectives,
)
from domain.flows.observability.tuning import TUNING, find_findings
from domain.need import Need

_KEPT = frozenset({Need.APPLICATIONS, Need.OBJECTIVES, Need.CONFIGURATIONS})

DEFINITION = FlowDefinition(
    kind="observability",
    title="Observability",
    summary="Set what applications promise, get the files that watch over it, and see what to do where it is not kept.",
    configuration=ObservabilityConfiguration,
    area="observability",
    applications=lambda configuration: configuration.application_ids,
    opening=Opening(frozenset({Need.APPLICATIONS}), open_observability),
    exporting=EXPORTING,
    phases=(
        Phase(
            SETUP,
            "Objectives",
            MonitoringSet,
            rules=set_objectives,
            weight=50,
            needs=frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.OBJECTIVES}),
            pause=Pause(ObjectivesAnswer, propose_objectives, confirm_objectives, _KEPT),
            agents=(Agent("reliability_engineer", "Reliability engineer", "Say what objectives must mind."),),
            configured=True,
            reads=frozenset({"applicationIds", "options.series"}),
            overridable=True,
            revise=reset_objectives,
        ),
        Phase(
            TUNING,
            "Findings",
            PerformanceReviewed,
            rules=find_findings,
            weight=50,
            requires=(SETUP,),
            needs=frozenset({Need.APPLICATIONS, Need.OPTIMIZATIONS}),
            agents=(Agent("performance_analyst", "Performance analyst", "Say where to look first."),),
            configured=True,
            reads=frozenset({"options.metrics"}),
        ),
    ),
)
