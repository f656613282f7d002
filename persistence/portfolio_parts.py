"""Which part of the portfolio is which rows, and what of them belongs to a flow and its applications."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select

from domain.application import Application, Component
from domain.application_cost import ApplicationCost
from domain.check import Check
from domain.debt import TechDebtItem
from domain.decision import Decision
from domain.decommission import ArchivePlan, DecommissionCandidate
from domain.dependency import Dependency
from domain.inventory import CleansingFinding, InventoryDifference
from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem
from domain.need import Need
from domain.observability import OptimizationFinding, ServiceLevelObjective
from domain.page import AppOnPage
from domain.planning.choices import PlanChoices
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    PlacedApplication,
    PlanActivity,
    PlanMilestone,
    PlanSynthesis,
    ResourceAllocation,
    ResourcePlan,
    Timeline,
    Wave,
    WavePlan,
)
from domain.resource_pool import ResourcePool
from domain.runbook import RunbookStep
from domain.standard import ArchitectureStandard, StandardException
from persistence import tables


class Scope:
    """What of each table belongs to a flow and its applications."""

    def __init__(self, flow_id: str, application_ids: tuple[str, ...]) -> None:
        self._flow_id = flow_id
        self._ids = application_ids

    def applications(self) -> list[ColumnElement[bool]]:
        return [tables.applications.c.id.in_(self._ids)] if self._ids else []

    def components(self) -> list[ColumnElement[bool]]:
        return [tables.components.c.application_id.in_(self._ids)] if self._ids else []

    def dependencies(self) -> list[ColumnElement[bool]]:
        ends = (tables.dependencies.c.from_id, tables.dependencies.c.to_id)
        return [or_(*(end.in_(self._ids) for end in ends))] if self._ids else []

    def debt(self) -> list[ColumnElement[bool]]:
        its = tables.debt_items.c.application_id.in_(self._ids)
        return [or_(tables.debt_items.c.flow_id == self._flow_id, its)] if self._flow_id else [its]

    def pools(self) -> list[ColumnElement[bool]]:
        table, used = tables.resource_pools, tables.allocations
        own = select(used.c.pool_id).where(used.c.flow_id == self._flow_id) if self._flow_id else None
        there = table.c.removed.is_(False)
        return [there if own is None else or_(there, table.c.id.in_(own))]

    def findings(self) -> list[ColumnElement[bool]]:
        # What a person decided in an earlier flow is remembered in the next one.
        table = tables.cleansing_findings
        return [or_(table.c.flow_id == self._flow_id, table.c.decided)]

    def of_flow(self, table: Table) -> list[ColumnElement[bool]]:
        return [table.c.flow_id == self._flow_id]


PARTS: dict[Need, tuple[str, type, Any]] = {
    Need.APPLICATIONS: ("applications", Application, Scope.applications),
    Need.COMPONENTS: ("components", Component, Scope.components),
    Need.DEPENDENCIES: ("dependencies", Dependency, Scope.dependencies),
    Need.FINDINGS: ("findings", CleansingFinding, Scope.findings),
    Need.DIFFERENCES: (
        "differences",
        InventoryDifference,
        lambda scope: scope.of_flow(tables.inventory_differences),
    ),
    Need.STANDARDS: ("standards", ArchitectureStandard, lambda _scope: []),
    Need.EXCEPTIONS: ("exceptions", StandardException, lambda _scope: []),
    Need.DEBT: ("debt", TechDebtItem, Scope.debt),
    Need.DECISIONS: ("decisions", Decision, lambda scope: scope.of_flow(tables.decisions)),
    Need.POOLS: ("pools", ResourcePool, Scope.pools),
    Need.PAGES: ("pages", AppOnPage, lambda scope: scope.of_flow(tables.pages)),
    Need.CHECKS: ("checks", Check, lambda scope: scope.of_flow(tables.checks)),
    Need.STEPS: ("steps", RunbookStep, lambda scope: scope.of_flow(tables.runbook_steps)),
    Need.CANDIDATES: (
        "candidates",
        DecommissionCandidate,
        lambda scope: scope.of_flow(tables.decommission_candidates),
    ),
    Need.APPLICATION_COSTS: (
        "application_costs",
        ApplicationCost,
        lambda scope: scope.of_flow(tables.application_costs),
    ),
    Need.MODERNIZATION_CANDIDATES: (
        "modernization_candidates",
        ModernizationCandidate,
        lambda scope: scope.of_flow(tables.modernization_candidates),
    ),
    Need.DESIGNS: ("designs", TargetDesign, lambda scope: scope.of_flow(tables.target_designs)),
    Need.WORK_ITEMS: ("work_items", WorkItem, lambda scope: scope.of_flow(tables.work_items)),
    Need.OBJECTIVES: (
        "objectives",
        ServiceLevelObjective,
        lambda scope: scope.of_flow(tables.service_level_objectives),
    ),
    Need.OPTIMIZATIONS: (
        "optimizations",
        OptimizationFinding,
        lambda scope: scope.of_flow(tables.optimization_findings),
    ),
    Need.ARCHIVES: ("archives", ArchivePlan, lambda scope: scope.of_flow(tables.archive_plans)),
}


PARTS_OF_PLAN: dict[str, type] = {
    "choices": PlanChoices,
    "wave_plan": WavePlan,
    "waves": Wave,
    "placed": PlacedApplication,
    "resource_plan": ResourcePlan,
    "allocations": ResourceAllocation,
    "timeline": Timeline,
    "activities": PlanActivity,
    "milestones": PlanMilestone,
    "cost": CostEstimate,
    "cost_lines": CostLine,
    "synthesis": PlanSynthesis,
}
SINGLE_PARTS = frozenset({"choices", "wave_plan", "resource_plan", "timeline", "cost", "synthesis"})


# What flows share: a rule that looks at these may find them changed when it is done.
SHARED = frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES, Need.POOLS})
