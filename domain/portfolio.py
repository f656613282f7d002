"""The part of an engagement's portfolio that a rule was given to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from domain.application import Application, Component
from domain.application_cost import ApplicationCost
from domain.artifact import Artifact
from domain.check import Check
from domain.debt import TechDebtItem
from domain.decision import Decision
from domain.decommission import ArchivePlan, DecommissionCandidate
from domain.dependency import Dependency
from domain.executed_wave import ExecutedWave, Execution
from domain.inventory import CleansingFinding, DataImport, InventoryDifference
from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem
from domain.observability import OptimizationFinding, ServiceLevelObjective
from domain.page import AppOnPage
from domain.planning.plan import NO_PLAN, Plan
from domain.resource_pool import ResourcePool
from domain.runbook import RunbookStep
from domain.standard import ArchitectureStandard, StandardException

if TYPE_CHECKING:
    from domain.builds.build import Build
    from domain.customer_success.facts import WorkflowFacts
    from domain.known import DatedChange


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Values as they stood when the phase began; a part the phase did not ask for is empty.

    For a flow over applications, applications and components are those in its scope, dependencies all that touch one
    of them, decisions and pages those of this flow, debt its own and what earlier flows found on its applications.
    `neighbours` are applications outside the scope that a dependency of it names. For discovery everything is the
    engagement's: findings are its own and those decided in earlier flows; `data_import` and `differences` its own.
    `accepted` are the newest accepted decisions of the scope, whichever flow made them; `pools` those of the engagement
    that are not removed, with those that the flow's plan uses; `plan` is the flow's own, as far as there is one.
    `annual_costs` are the known ones of all its applications; `changes` the newest few of each in scope, newest first.
    `workflow` is what a customer-success flow looks at, as long as its customer is there.
    `wave` is the one that the flow carries out, `executions` those that carry out a wave of the flow's own plan;
    `checks`, `steps`, `candidates`, `archives` and `application_costs` are the flow's; `named_plan` is the one that its
    configuration names.
    `build` is the flow's own.
    """

    applications: tuple[Application, ...] = ()
    neighbours: tuple[Application, ...] = ()
    components: tuple[Component, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    data_import: DataImport | None = None
    findings: tuple[CleansingFinding, ...] = ()
    differences: tuple[InventoryDifference, ...] = ()
    standards: tuple[ArchitectureStandard, ...] = ()
    exceptions: tuple[StandardException, ...] = ()
    debt: tuple[TechDebtItem, ...] = ()
    decisions: tuple[Decision, ...] = ()
    accepted: tuple[Decision, ...] = ()
    pools: tuple[ResourcePool, ...] = ()
    plan: Plan = NO_PLAN
    pages: tuple[AppOnPage, ...] = ()
    annual_costs: tuple[Decimal, ...] = ()
    changes: tuple[DatedChange, ...] = ()
    workflow: WorkflowFacts | None = None
    wave: ExecutedWave | None = None
    executions: tuple[Execution, ...] = ()
    checks: tuple[Check, ...] = ()
    steps: tuple[RunbookStep, ...] = ()
    candidates: tuple[DecommissionCandidate, ...] = ()
    archives: tuple[ArchivePlan, ...] = ()
    application_costs: tuple[ApplicationCost, ...] = ()
    named_plan: Plan = NO_PLAN
    modernization_candidates: tuple[ModernizationCandidate, ...] = ()
    designs: tuple[TargetDesign, ...] = ()
    work_items: tuple[WorkItem, ...] = ()
    objectives: tuple[ServiceLevelObjective, ...] = ()
    optimizations: tuple[OptimizationFinding, ...] = ()
    configurations: tuple[Artifact, ...] = ()

    def checks_of(self, phase: str) -> tuple[Check, ...]:
        """The checks of that phase, by number."""
        return tuple(sorted((each for each in self.checks if each.phase == phase), key=lambda each: each.number))

    def steps_of(self, phase: str) -> tuple[RunbookStep, ...]:
        """The steps of that phase, by number."""
        return tuple(sorted((each for each in self.steps if each.phase == phase), key=lambda each: each.number))

    build: Build | None = None

    def after(self, saves: Iterable[Any], removes: Iterable[Any] = ()) -> Self:
        """The same with new or changed values among its parts, and without what is gone."""
        saved, gone = tuple(saves), {(type(each), getattr(each, "id", None)) for each in removes}
        changed: dict[str, Any] = {}
        for name, type_ in _PARTS.items():
            values = {value.id: value for value in getattr(self, name) if (type_, value.id) not in gone}
            changed[name] = tuple((values | {v.id: v for v in saved if isinstance(v, type_)}).values())
        return replace(self, **changed)


_PARTS: Mapping[str, Any] = {
    "applications": Application,
    "components": Component,
    "dependencies": Dependency,
    "standards": ArchitectureStandard,
    "exceptions": StandardException,
    "debt": TechDebtItem,
    "decisions": Decision,
    "pages": AppOnPage,
    "checks": Check,
    "steps": RunbookStep,
    "candidates": DecommissionCandidate,
    "archives": ArchivePlan,
    "application_costs": ApplicationCost,
    "modernization_candidates": ModernizationCandidate,
    "designs": TargetDesign,
    "work_items": WorkItem,
    "objectives": ServiceLevelObjective,
    "optimizations": OptimizationFinding,
    "configurations": Artifact,
}
