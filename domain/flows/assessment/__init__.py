"""The assessment flow: standards, technical debt, 6R decisions, a page for each application, and the handoff."""

from __future__ import annotations

from domain.access import Role
from domain.definition import Agent, FlowDefinition, Opening, Pause, Phase
from domain.flows.assessment.debt import analyse_debt, confirm_debt, propose_debt
from domain.flows.assessment.export import EXPORTING
from domain.flows.assessment.finalization import finalize, prepare_finalization, propose_finalization
from domain.flows.assessment.initialization import initialize
from domain.flows.assessment.pages import approve_pages, generate_pages, propose_pages
from domain.flows.assessment.readiness import close_assessment, open_assessment
from domain.flows.assessment.results import (
    ArchitectureAnswer,
    ArchitectureMinimums,
    AssessmentConfiguration,
    Finalization,
    FinalizationAnswer,
    GeneratedPages,
    Initialization,
    PagesAnswer,
    SixRAnswer,
    SixRDecisions,
    TechDebtAnalysis,
    TechDebtAnswer,
)
from domain.flows.assessment.standards import capture_standards, gather_standards, propose_standards
from domain.flows.assessment.strategies import accept_strategies, decide_strategies, propose_acceptance
from domain.need import Need

_FACTS = frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES})
_DEBT = _FACTS | {Need.STANDARDS, Need.EXCEPTIONS, Need.DEBT}
_DECIDING = _FACTS | {Need.EXCEPTIONS, Need.DEBT, Need.DECISIONS}
_FINALIZING = frozenset({Need.APPLICATIONS, Need.DECISIONS, Need.EXCEPTIONS})
STRATEGY_NEEDS = _DECIDING

DEFINITION = FlowDefinition(
    kind="assessment",
    title="Assessment",
    summary="Measure applications by the architecture's standards, and decide what happens to each of them.",
    configuration=AssessmentConfiguration,
    area="assess",
    applications=lambda configuration: configuration.application_ids,
    opening=Opening(frozenset({Need.APPLICATIONS}), open_assessment),
    closing=Opening(frozenset({Need.APPLICATIONS}), close_assessment),
    exporting=EXPORTING,
    phases=(
        Phase(
            "initialization",
            "Initialization",
            Initialization,
            rules=initialize,
            weight=10,
            needs=_FACTS | {Need.ANNUAL_COSTS},
            agents=(
                Agent(
                    "portfolio_analyst", "Portfolio analyst", "See what is known of each application, and what is not."
                ),
            ),
            configured=True,
        ),
        Phase(
            "architecture_minimums",
            "Architecture standards",
            ArchitectureMinimums,
            rules=gather_standards,
            weight=10,
            requires=("initialization",),
            overridable=True,
            needs=frozenset({Need.STANDARDS}),
            pause=Pause(
                ArchitectureAnswer,
                propose_standards,
                capture_standards,
                needs=frozenset({Need.STANDARDS}),
                answered_by=Role.ARCHITECT,
            ),
            agents=(
                Agent(
                    "architecture_lead", "Architecture lead", "Name the standards that applications are measured by."
                ),
            ),
        ),
        Phase(
            "tech_debt_analysis",
            "Technical debt",
            TechDebtAnalysis,
            rules=analyse_debt,
            weight=30,
            requires=("architecture_minimums",),
            overridable=True,
            needs=_DEBT | {Need.CYCLES},
            pause=Pause(
                TechDebtAnswer,
                propose_debt,
                confirm_debt,
                needs=frozenset({Need.APPLICATIONS, Need.EXCEPTIONS, Need.DEBT}),
            ),
            agents=(
                Agent(
                    "debt_analyst",
                    "Technical debt analyst",
                    "Find what stands between each component and the standards.",
                ),
                Agent("security_reviewer", "Security reviewer", "Find the controls that are missing."),
            ),
        ),
        Phase(
            "component_sixr_strategies",
            "6R strategies",
            SixRDecisions,
            rules=decide_strategies,
            weight=25,
            requires=("tech_debt_analysis",),
            overridable=True,
            needs=_DECIDING | {Need.CYCLES},
            pause=Pause(
                SixRAnswer,
                propose_acceptance,
                accept_strategies,
                needs=frozenset({Need.APPLICATIONS, Need.DECISIONS}),
                answered_by=Role.ARCHITECT,
            ),
            agents=(
                Agent("migration_strategist", "Migration strategist", "Choose a 6R strategy for each component."),
                Agent("compatibility_checker", "Compatibility checker", "See whether neighbours' treatments fit."),
            ),
        ),
        Phase(
            "app_on_page_generation",
            "Apps on a page",
            GeneratedPages,
            rules=generate_pages,
            weight=15,
            requires=("component_sixr_strategies",),
            overridable=True,
            needs=_DECIDING | {Need.PAGES, Need.STANDARDS, Need.CHANGES},
            pause=Pause(PagesAnswer, propose_pages, approve_pages),
            agents=(Agent("page_writer", "Page writer", "Put each application's assessment on one page."),),
            optional=True,
        ),
        Phase(
            "finalization",
            "Finalization",
            Finalization,
            rules=prepare_finalization,
            weight=10,
            requires=("component_sixr_strategies",),
            needs=_FINALIZING,
            pause=Pause(FinalizationAnswer, propose_finalization, finalize, needs=_FINALIZING, answered_by=Role.LEAD),
            agents=(Agent("assessment_lead", "Assessment lead", "Report the decisions and hand them to planning."),),
            finalizes=True,
        ),
    ),
)
