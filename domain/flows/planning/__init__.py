"""The planning flow: waves, resources, the timeline, costs, and their synthesis."""

from __future__ import annotations

from domain.access import Role
from domain.definition import Agent, Cloning, FlowDefinition, Memory, Opening, Phase
from domain.flows.planning.adopting import leave_force, refuse_in_force
from domain.flows.planning.cloning import take_over
from domain.flows.planning.configuration import PlanningConfiguration
from domain.flows.planning.costs import estimate_costs
from domain.flows.planning.executing import refuse_in_execution
from domain.flows.planning.export import EXPORTING
from domain.flows.planning.opening import open_plan
from domain.flows.planning.resources import allocate_resources
from domain.flows.planning.results import (
    CostsEstimated,
    PlanSummed,
    ResourcesAllocated,
    TimelineGenerated,
    WavePlanned,
)
from domain.flows.planning.synthesis import synthesize
from domain.flows.planning.timeline import generate_timeline
from domain.flows.planning.waves import place_applications
from domain.need import Need
from domain.planning.staleness import changed_for_resources, changed_for_waves, resources_renewed, waves_renewed
from domain.transition import FlowAction

_FACTS = frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES, Need.ACCEPTED, Need.DEBT, Need.EXCEPTIONS})
_PLAN = frozenset({Need.PLAN, Need.POOLS})

# What of the configuration each phase reads itself; what it has from phases before it makes it stale with them.
_WAVES = frozenset(
    {
        "applicationIds",
        "maxAppsPerWave",
        "waveDurationLimitDays",
        "startsOn",
        "pilotWave",
        "moveGroups",
        "blackouts",
        "maxParallelWaves",
    }
)
_DATES = frozenset({"startsOn", "blackouts", "maxParallelWaves"})

_REMEMBERED = frozenset({Need.APPLICATIONS, Need.DEPENDENCIES, Need.ACCEPTED}) | _PLAN

DEFINITION = FlowDefinition(
    kind="planning",
    title="Planning",
    summary="Put applications into waves, and find who works on them, when, and what it costs.",
    configuration=PlanningConfiguration,
    area="plan",
    exporting=EXPORTING,
    applications=lambda configuration: configuration.application_ids,
    opening=Opening(frozenset({Need.APPLICATIONS, Need.ACCEPTED}), open_plan),
    closing=Opening(frozenset({Need.APPLICATIONS, Need.PLAN}), leave_force),
    deleting=Opening(frozenset({Need.APPLICATIONS, Need.EXECUTIONS}), refuse_in_force),
    changing=Opening(frozenset({Need.EXECUTIONS}), refuse_in_execution),
    cloning=Cloning(needs=frozenset({Need.PLAN}), decide=take_over),
    roles={FlowAction.OVERRIDE: Role.LEAD},
    phases=(
        Phase(
            "wave_planning",
            "Waves",
            WavePlanned,
            rules=place_applications,
            weight=25,
            needs=_FACTS | _PLAN,
            agents=(
                Agent("wave_planning_specialist", "Wave planning specialist", "Say what moves with what, and when."),
            ),
            configured=True,
            reads=_WAVES,
            memory=Memory(_REMEMBERED, changed_for_waves, waves_renewed),
            overridable=True,
        ),
        Phase(
            "resource_allocation",
            "Resources",
            ResourcesAllocated,
            rules=allocate_resources,
            weight=20,
            requires=("wave_planning",),
            needs=_FACTS | _PLAN,
            agents=(
                Agent(
                    "resource_allocation_specialist",
                    "Resource allocation specialist",
                    "Find who works on each wave, and which skills are missing.",
                ),
            ),
            memory=Memory(_PLAN, changed_for_resources, resources_renewed),
            overridable=True,
        ),
        Phase(
            "timeline_generation",
            "Timeline",
            TimelineGenerated,
            rules=generate_timeline,
            weight=20,
            requires=("wave_planning", "resource_allocation"),
            needs=_FACTS | _PLAN,
            agents=(
                Agent(
                    "timeline_generation_specialist",
                    "Timeline generation specialist",
                    "Find dates that dependencies, people and blackouts allow.",
                ),
            ),
            configured=True,
            reads=_DATES,
            overridable=True,
        ),
        Phase(
            "cost_estimation",
            "Costs",
            CostsEstimated,
            rules=estimate_costs,
            weight=20,
            requires=("wave_planning", "resource_allocation", "timeline_generation"),
            needs=_FACTS | _PLAN,
            agents=(
                Agent(
                    "cost_estimation_specialist",
                    "Cost estimation specialist",
                    "Say what the move costs, and where each number comes from.",
                ),
            ),
            configured=True,
            reads=frozenset({"contingencyPercentage"}),
            overridable=True,
        ),
        Phase(
            "synthesis",
            "Synthesis",
            PlanSummed,
            rules=synthesize,
            weight=15,
            requires=("wave_planning", "resource_allocation", "timeline_generation", "cost_estimation"),
            needs=_FACTS | _PLAN,
            agents=(Agent("planning_lead", "Planning lead", "Put the plan into words, and say what should be done."),),
            overridable=True,
        ),
    ),
)
