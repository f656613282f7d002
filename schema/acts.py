"""What each mutation needs and what it is about: the one list of them beside the root itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain.access import Role
from resolvers.context import Caller
from schema.ids import CHILD_TYPES, MASTER, bare


@dataclass(frozen=True, slots=True)
class Act:
    """The least role, asked for before anything is looked up; a command may need a higher one for what it finds.

    `about` is the type of what it changes, which its entry in the audit log names; `named` that of the id which its
    input has, and which stands there where nothing was changed. No role: it takes the grant to make tenants.
    """

    role: Role | None
    about: str = MASTER
    named: str = MASTER

    def check(self, caller: Caller) -> None:
        """Forbidden unless the caller may do this to anything at all."""
        if self.role is None:
            caller.need_platform()
        else:
            caller.need(self.role)

    def subject(self, input: Any) -> str | None:
        """The id of what the input says it is about, as far as it can be read; none is looked up."""
        types = (MASTER, *CHILD_TYPES) if self.named == MASTER else (self.named,)
        given = [value for value in vars(input).values() if isinstance(value, str | list)]
        texts = [value if isinstance(value, str) else next(iter(value), None) for value in given]
        return next((id for text in texts if isinstance(text, str) and (id := bare(text, *types))), None)


def _own(role: Role | None, type_: str) -> Act:
    """It names what it changes, where that is there already."""
    return Act(role, type_, type_)


# Of what is not here nobody but an ADMIN may do it; a test finds it.
UNHEARD_OF = Act(Role.ADMIN)

ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "createEngagement": Act(None, "Engagement", "ClientAccount"),
        "setMember": _own(Role.ADMIN, "Engagement"),
        "saveEngagementSettings": _own(Role.ADMIN, "Engagement"),
        "startFlow": Act(Role.CONTRIBUTOR),
        "updateFlow": Act(Role.CONTRIBUTOR),
        "saveUiState": Act(Role.VIEWER),
        "runPhase": Act(Role.CONTRIBUTOR),
        "overridePhase": Act(Role.CONTRIBUTOR),
        "submitPhaseInput": Act(Role.CONTRIBUTOR),
        "navigateToPhase": Act(Role.CONTRIBUTOR),
        "retryPhase": Act(Role.CONTRIBUTOR),
        "skipPhase": Act(Role.CONTRIBUTOR),
        "acceptPhase": Act(Role.CONTRIBUTOR),
        "pauseFlow": Act(Role.CONTRIBUTOR),
        "resumeFlow": Act(Role.CONTRIBUTOR),
        "cancelFlow": Act(Role.CONTRIBUTOR),
        "deleteFlow": Act(Role.ADMIN),
        "updateApplication": _own(Role.CONTRIBUTOR, "Application"),
        "setReadiness": _own(Role.CONTRIBUTOR, "Application"),
        "saveDependency": _own(Role.CONTRIBUTOR, "Dependency"),
        "deleteDependency": _own(Role.CONTRIBUTOR, "Dependency"),
        "saveArchitectureStandard": _own(Role.ARCHITECT, "ArchitectureStandard"),
        "deleteArchitectureStandard": _own(Role.ARCHITECT, "ArchitectureStandard"),
        "applyArchitectureTemplate": Act(Role.ARCHITECT, "ArchitectureStandard"),
        "requestStandardException": Act(Role.CONTRIBUTOR, "StandardException"),
        "decideStandardException": _own(Role.LEAD, "StandardException"),
        "saveComponents": Act(Role.CONTRIBUTOR, "Application"),
        "saveTechDebt": Act(Role.CONTRIBUTOR, "Application"),
        "customizeAppOnPage": Act(Role.CONTRIBUTOR, "AppOnPage"),
        "overrideDecision": Act(Role.ARCHITECT, "SixRDecision"),
        "acceptDecisions": Act(Role.ARCHITECT, "SixRDecision"),
        "finalizeAssessment": Act(Role.LEAD),
        "requestReassessment": Act(Role.CONTRIBUTOR),
        "moveApplications": Act(Role.LEAD, "WavePlan"),
        "saveWave": Act(Role.LEAD, "WavePlan"),
        "deleteWave": _own(Role.LEAD, "Wave"),
        "replanWaves": Act(Role.CONTRIBUTOR),
        "overrideSynthesis": Act(Role.LEAD, "PlanSynthesis"),
        "adoptPlan": Act(Role.LEAD),
        "saveResourcePool": _own(Role.LEAD, "ResourcePool"),
        "deleteResourcePool": _own(Role.LEAD, "ResourcePool"),
        "overrideAllocation": Act(Role.LEAD, "ResourcePlan"),
        "overrideActivity": Act(Role.LEAD, "Timeline"),
        "overrideCostLine": Act(Role.LEAD, "CostEstimate"),
        "completeBuildPhase": Act(Role.CONTRIBUTOR),
        "requestBuildRetry": Act(Role.CONTRIBUTOR),
        "addBuildMessage": Act(Role.CONTRIBUTOR),
        "reportBuildError": Act(Role.CONTRIBUTOR),
        "recordCheck": _own(Role.CONTRIBUTOR, "Check"),
        "updateRunbookStep": _own(Role.CONTRIBUTOR, "RunbookStep"),
        "exportFlow": Act(Role.VIEWER, "Export"),
        "recordFeedback": Act(Role.CONTRIBUTOR, "LearningPattern"),
        "saveScoringRules": Act(Role.ADMIN, "ScoringRules"),
        "completeWorkflow": Act(Role.CONTRIBUTOR),
        "saveWorkflowTemplate": Act(Role.ADMIN, "WorkflowTemplate"),
        "uploadContract": Act(Role.CONTRIBUTOR, "Contract", "Customer"),
        "correctContract": _own(Role.CONTRIBUTOR, "Contract"),
        "deleteContract": _own(Role.CONTRIBUTOR, "Contract"),
        "saveTask": _own(Role.CONTRIBUTOR, "Task"),
        "completeTask": _own(Role.CONTRIBUTOR, "Task"),
        "skipTask": _own(Role.CONTRIBUTOR, "Task"),
        "deleteTask": _own(Role.CONTRIBUTOR, "Task"),
        "saveArtifact": _own(Role.CONTRIBUTOR, "Artifact"),
        "generateArtifact": Act(Role.CONTRIBUTOR, "Artifact"),
        "createTasksFromArtifact": Act(Role.CONTRIBUTOR, "Task", "Artifact"),
        "saveSavedAction": Act(Role.ADMIN, "SavedAction"),
        "executeAction": Act(Role.CONTRIBUTOR),
        "chooseBranch": Act(Role.CONTRIBUTOR),
        "openThread": Act(Role.CONTRIBUTOR, "ChatThread"),
        "sendMessage": Act(Role.CONTRIBUTOR, "ChatMessage", "ChatThread"),
        "completeThread": _own(Role.CONTRIBUTOR, "ChatThread"),
        "importCustomers": Act(Role.CONTRIBUTOR, "Customer", "Customer"),
        "saveCustomer": _own(Role.CONTRIBUTOR, "Customer"),
        "saveStakeholder": _own(Role.CONTRIBUTOR, "Stakeholder"),
        "deleteStakeholder": _own(Role.CONTRIBUTOR, "Stakeholder"),
        "saveStakeholderMap": _own(Role.CONTRIBUTOR, "Customer"),
        "updatePreferences": _own(Role.VIEWER, "UserPreferences"),
    }
)


def act_of(mutation: str) -> Act:
    """What the mutation of that name needs, and what it is about."""
    return ACTS.get(mutation, UNHEARD_OF)
