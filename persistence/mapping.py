"""Domain values to rows and back: a value's fields are its table's columns of the same names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, Table
from sqlalchemy.dialects.postgresql import JSONB

from domain.application import Application, ApplicationChange, Component
from domain.application_cost import ApplicationCost
from domain.artifact import Artifact, ArtifactRequest, ArtifactVersion, KnownArtifact, KnownVersion
from domain.builds.changes import Handoff
from domain.check import Check
from domain.contract import Contract
from domain.contribution import AgentContribution
from domain.customer_success.workflow import CustomerWorkflow
from domain.debt import TechDebtItem
from domain.decision import ComponentTreatment, Decision
from domain.decommission import ArchivePlan, DecommissionCandidate
from domain.dependency import Dependency
from domain.export import Export
from domain.inventory import CleansingFinding, DataImport, ImportRow, ImportRows, InventoryDifference
from domain.learning import LearningPattern, Lesson
from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem
from domain.observability import OptimizationFinding, ServiceLevelObjective
from domain.override import Override
from domain.page import AppOnPage
from domain.phase import Failure
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
from domain.reassessment import Reassessment
from domain.resource_pool import ResourcePool
from domain.runbook import RunbookStep
from domain.saved_action import ActionExecution, SavedAction
from domain.standard import ArchitectureStandard, StandardException
from domain.task import Task
from domain.thread import ChatMessage, ChatThread
from persistence import tables

T = TypeVar("T")

# In the order of their foreign keys: what is named later may point to what is named earlier.
TABLES: Mapping[type, Table] = MappingProxyType(
    {
        Application: tables.applications,
        ApplicationChange: tables.application_changes,
        Component: tables.components,
        Dependency: tables.dependencies,
        DataImport: tables.data_imports,
        CleansingFinding: tables.cleansing_findings,
        InventoryDifference: tables.inventory_differences,
        ArchitectureStandard: tables.standards,
        StandardException: tables.standard_exceptions,
        TechDebtItem: tables.debt_items,
        Decision: tables.decisions,
        Reassessment: tables.reassessments,
        AppOnPage: tables.pages,
        Override: tables.overrides,
        ResourcePool: tables.resource_pools,
        PlanChoices: tables.plan_choices,
        WavePlan: tables.wave_plans,
        Wave: tables.waves,
        PlacedApplication: tables.placements,
        ResourcePlan: tables.resource_plans,
        ResourceAllocation: tables.allocations,
        Timeline: tables.timelines,
        PlanActivity: tables.activities,
        PlanMilestone: tables.milestones,
        CostEstimate: tables.cost_estimates,
        CostLine: tables.cost_lines,
        PlanSynthesis: tables.plan_syntheses,
        Check: tables.checks,
        RunbookStep: tables.runbook_steps,
        DecommissionCandidate: tables.decommission_candidates,
        ArchivePlan: tables.archive_plans,
        ApplicationCost: tables.application_costs,
        ModernizationCandidate: tables.modernization_candidates,
        TargetDesign: tables.target_designs,
        WorkItem: tables.work_items,
        ServiceLevelObjective: tables.service_level_objectives,
        OptimizationFinding: tables.optimization_findings,
        LearningPattern: tables.learning_patterns,
        AgentContribution: tables.contributions,
        Export: tables.exports,
        Contract: tables.contracts,
        CustomerWorkflow: tables.workflows,
        Handoff: tables.build_handoffs,
        ArtifactVersion: tables.artifact_versions,
        ArtifactRequest: tables.artifact_requests,
        Task: tables.tasks,
        ChatThread: tables.threads,
        ChatMessage: tables.messages,
        ActionExecution: tables.action_executions,
    }
)


# Values of several tables, or of a part of one.
_PARTS = (Artifact, KnownArtifact, KnownVersion)
_ADAPTERS: Mapping[type, TypeAdapter[Any]] = MappingProxyType(
    {
        type_: TypeAdapter(type_)
        for type_ in (
            *TABLES,
            *_PARTS,
            ComponentTreatment,
            ImportRows,
            ImportRow,
            Lesson,
            Failure,
            SavedAction,
        )
    }
)
_NAMES = MappingProxyType({type_: tuple(field.name for field in fields(type_)) for type_ in _ADAPTERS})


def from_row(type_: type[T], row: Mapping[str, Any] | RowMapping) -> T:
    """The value that row holds."""
    names = _NAMES[type_]
    value: T = _ADAPTERS[type_].validate_python({name: row[name] for name in names})
    return value


@cache
def _json_columns(table: Table) -> set[str]:
    return {column.name for column in table.columns if isinstance(column.type, JSONB)}


def to_row(value: Any, table: Table) -> dict[str, Any]:
    """The row of that value; what is nested becomes JSON."""
    nested = _json_columns(table)
    plain = _ADAPTERS[type(value)].dump_python(value, mode="json", include=nested)
    return {name: plain[name] if name in nested else _scalar(getattr(value, name)) for name in _NAMES[type(value)]}


def _scalar(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, frozenset)) else value


def names(type_: type) -> tuple[str, ...]:
    """The columns that `from_row` reads."""
    return _NAMES[type_]


def columns(type_: type) -> Iterable[Any]:
    """What to select for `from_row`."""
    table = TABLES[type_]
    return [table.c[name] for name in _NAMES[type_]]


def staged(value: Any) -> dict[str, Any]:
    """A value as JSON with the name of its type, to be kept until its run ends."""
    return {"type": type(value).__name__, "value": _ADAPTERS[type(value)].dump_python(value, mode="json")}


def unstaged(data: Mapping[str, Any]) -> Any:
    """The value that `staged` made this of."""
    return _ADAPTERS[_STAGED[data["type"]]].validate_python(data["value"])


_STAGED = {type_.__name__: type_ for type_ in (*TABLES, Artifact, ImportRows, Lesson)}
