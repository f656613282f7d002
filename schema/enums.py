"""Words of the domain that are enums in GraphQL, under the contract's names; other words are strings there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import strawberry

from domain.access import Experience, Role
from domain.application import Criticality, Readiness
from domain.artifact import ArtifactKind
from domain.builds.conversation import MessageRole
from domain.builds.models import ModelFamily
from domain.builds.table import BuildRole, BuildState
from domain.customer import AccountPlan, Influence, RelationKind, Sentiment, Trend
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.template import BranchKind
from domain.debt import DebtCategory, Severity
from domain.decision import RefactorDepth, Strategy
from domain.dependency import DependencyKind
from domain.errors import ErrorCode
from domain.event import EventKind
from domain.export import ExportFormat, ExportStatus
from domain.feedback import FeedbackVerdict
from domain.flows import DEFINITIONS
from domain.flows.finops.results import EffortSize
from domain.learning import LearningScope
from domain.listing import DependencyDirection, FlowOrder
from domain.model_status import ModelState
from domain.phase import PhaseStatus
from domain.planning.plan import CostCategory, Priority, TimelineStatus
from domain.runbook import StepStatus
from domain.saved_action import ActionKind
from domain.source import Source
from domain.standard import ApprovalStatus, ExceptionKind, StandardCategory
from domain.task import TaskActor, TaskStatus
from domain.thread import ThreadStatus
from domain.transition import FlowAction, FlowStatus

FlowType: Any = StrEnum("FlowType", {kind.upper(): kind for kind in DEFINITIONS})  # type: ignore[misc]

# None where the domain's name is the contract's.
ENUMS: Mapping[type[StrEnum], str | None] = MappingProxyType(
    {
        AccountPlan: None,
        ActionKind: None,
        ApprovalStatus: None,
        BranchKind: None,
        ArtifactKind: None,
        BuildRole: None,
        BuildState: None,
        CostCategory: None,
        Criticality: None,
        DebtCategory: None,
        DependencyDirection: None,
        DependencyKind: None,
        EffortSize: None,
        ErrorCode: None,
        EventKind: "FlowEventKind",
        ExceptionKind: "StandardExceptionKind",
        Experience: "ExperienceLevel",
        ExportFormat: None,
        ExportStatus: None,
        FeedbackVerdict: None,
        FlowAction: None,
        FlowOrder: None,
        FlowStatus: None,
        FlowType: None,
        Influence: None,
        LearningScope: None,
        MessageRole: None,
        ModelFamily: None,
        ModelState: None,
        PhaseStatus: None,
        Priority: None,
        Readiness: None,
        RefactorDepth: None,
        RelationKind: None,
        RenewalStage: None,
        Role: None,
        Sentiment: None,
        Severity: None,
        Source: "AnswerSource",
        StandardCategory: None,
        StepStatus: "RunbookStepStatus",
        Strategy: "SixRStrategy",
        TaskActor: None,
        TaskStatus: None,
        ThreadStatus: None,
        TimelineStatus: None,
        Trend: None,
        WorkflowKind: None,
    }
)

for _words, _name in ENUMS.items():
    strawberry.enum(_words, name=_name or _words.__name__)
