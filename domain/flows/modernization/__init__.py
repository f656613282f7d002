"""The modernization flow: what is worth it, what it becomes, and the work that leads there."""

from __future__ import annotations

from domain.definition import Agent, FlowDefinition, Opening, Pause, Phase
from domain.flows.modernization.assessing import ASSESSMENT, rank_candidates, rerank
from domain.flows.modernization.configuration import ModernizationConfiguration
from domain.flows.modernization.designing import DESIGN, confirm_designs, design_targets, propose_designs, redesign
from domain.flows.modernization.export import EXPORTING
from domain.flows.modernization.opening import open_modernization
from domain.flows.modernization.results import (
    ArchitectureDesigned,
    CandidatesRanked,
    DesignsAnswer,
    ImplementationPlanned,
)
from domain.flows.modernization.working import IMPLEMENTATION, plan_work
from domain.need import Need

_FACTS = frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES})

DEFINITION = FlowDefinition(
    kind="modernization",
    title="Modernization",
    summary="Rank what is worth modernizing, design what each part becomes, and plan the work.",
    configuration=ModernizationConfiguration,
    area="modernize",
    applications=lambda configuration: configuration.application_ids,
    opening=Opening(frozenset({Need.APPLICATIONS}), open_modernization),
    exporting=EXPORTING,
    phases=(
        Phase(
            ASSESSMENT,
            "Candidates",
            CandidatesRanked,
            rules=rank_candidates,
            weight=35,
            needs=_FACTS | {Need.DEBT, Need.ACCEPTED, Need.EXCEPTIONS, Need.MODERNIZATION_CANDIDATES},
            agents=(Agent("modernization_analyst", "Modernization analyst", "Say what is worth it, and why."),),
            route="/modernize/assessment",
            configured=True,
            overridable=True,
            revise=rerank,
        ),
        Phase(
            DESIGN,
            "Architecture",
            ArchitectureDesigned,
            rules=design_targets,
            weight=35,
            requires=(ASSESSMENT,),
            needs=_FACTS | {Need.DESIGNS},
            pause=Pause(DesignsAnswer, propose_designs, confirm_designs),
            agents=(Agent("target_architect", "Target architect", "Say what each part should become."),),
            configured=True,
            overridable=True,
            revise=redesign,
        ),
        Phase(
            IMPLEMENTATION,
            "Work items",
            ImplementationPlanned,
            rules=plan_work,
            weight=30,
            requires=(DESIGN,),
            needs=_FACTS | {Need.WORK_ITEMS},
            agents=(Agent("delivery_planner", "Delivery planner", "Say what the work must mind."),),
        ),
    ),
)
