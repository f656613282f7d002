"""The root of mutations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from domain.commands import FlowAction, PhaseAction, SaveUiState, SubmitPhaseInput
from resolvers import flows as commands
from resolvers.context import Caller, Context
from schema import (
    architecture_inputs,
    correcting,
    customer_changes,
    customer_inputs,
    deciding,
    exports,
    inputs,
    learning,
    making,
    measuring,
    plan_changes,
    plan_inputs,
    portfolio_inputs,
    preferences,
    reassessing,
    revising,
    revising_inputs,
)
from schema.artifact_operations import ArtifactMutations
from schema.build_changes import BuildMutations
from schema.commanding import carry_out, command
from schema.contracts import ContractMutations
from schema.execution_changes import ExecutionMutations
from schema.exports import ExportPayload
from schema.ids import MASTER
from schema.learning import LearningPayload
from schema.loading import entry
from schema.mirror import Id
from schema.payloads import (
    ApplicationPayload,
    ApplicationsPayload,
    AppOnPagePayload,
    DecisionPayload,
    DecisionsPayload,
    DeletePayload,
    DependencyPayload,
    EngagementPayload,
    FlowPayload,
    StandardExceptionPayload,
    StandardPayload,
    StandardsPayload,
)
from schema.phase_changes import PhaseMutations
from schema.plan_payloads import CostPayload, ResourcePlanPayload, ResourcePoolPayload, TimelinePayload, WavePlanPayload
from schema.preferences import PreferencesPayload
from schema.scoring import ScoringMutations
from schema.thread_operations import ThreadMutations
from schema.workflow_changes import WorkflowMutations
from schema.workflow_templates import TemplateMutations


async def _on_flow(
    context: Context, mutation: str, input: Any, type_: type, act: Callable[[Caller, Any], Awaitable[Any]]
) -> FlowPayload:
    """A command that takes what its input says and gives back a flow."""
    outcome = await carry_out(context, mutation, input, lambda caller, said: act(caller, command(type_, said)))
    return FlowPayload.of(outcome)


# What an area brings in a module of its own is a base here: nobody has to look through one endless class.
@strawberry.type
class Mutation(
    TemplateMutations,
    WorkflowMutations,
    ArtifactMutations,
    BuildMutations,
    ExecutionMutations,
    PhaseMutations,
    ScoringMutations,
    ContractMutations,
    ThreadMutations,
):
    @entry
    @staticmethod
    async def create_engagement(context: Context, input: inputs.CreateEngagementInput) -> EngagementPayload:
        """For tokens with the platform grant: a new tenant, or a new engagement of one."""
        return await making.create_engagement(context, input)

    @entry
    @staticmethod
    async def set_member(context: Context, input: inputs.SetMemberInput) -> EngagementPayload:
        """ADMIN."""
        return await making.set_member(context, input)

    @entry
    @staticmethod
    async def save_engagement_settings(context: Context, input: inputs.EngagementSettingsInput) -> EngagementPayload:
        """ADMIN."""
        return await making.save_settings(context, input)

    @entry
    @staticmethod
    async def start_flow(context: Context, input: inputs.StartFlowInput) -> FlowPayload:
        return await making.start_flow(context, input)

    @entry
    @staticmethod
    async def update_flow(context: Context, input: inputs.UpdateFlowInput) -> FlowPayload:
        """A changed configuration marks the phases that read it STALE; not while one runs."""
        return await making.update_flow(context, input)

    @entry
    @staticmethod
    async def save_ui_state(context: Context, input: inputs.SaveUiStateInput) -> FlowPayload:
        return await _on_flow(context, "saveUiState", input, SaveUiState, commands.save_ui_state)

    @entry
    @staticmethod
    async def run_phase(context: Context, input: inputs.PhaseActionInput) -> FlowPayload:
        return await _on_flow(context, "runPhase", input, PhaseAction, commands.run_phase)

    @entry
    @staticmethod
    async def submit_phase_input(context: Context, input: inputs.SubmitPhaseInput) -> FlowPayload:
        return await _on_flow(context, "submitPhaseInput", input, SubmitPhaseInput, commands.submit_phase_input)

    @entry
    @staticmethod
    async def navigate_to_phase(context: Context, input: inputs.PhaseActionInput) -> FlowPayload:
        return await _on_flow(context, "navigateToPhase", input, PhaseAction, commands.navigate_to_phase)

    @entry
    @staticmethod
    async def retry_phase(context: Context, input: inputs.PhaseActionInput) -> FlowPayload:
        return await _on_flow(context, "retryPhase", input, PhaseAction, commands.retry_phase)

    @entry
    @staticmethod
    async def skip_phase(context: Context, input: inputs.PhaseActionInput) -> FlowPayload:
        return await _on_flow(context, "skipPhase", input, PhaseAction, commands.skip_phase)

    @entry
    @staticmethod
    async def accept_phase(context: Context, input: inputs.PhaseActionInput) -> FlowPayload:
        """Keeps a STALE phase's result as it is; the reason is kept."""
        return await _on_flow(context, "acceptPhase", input, PhaseAction, commands.accept_phase)

    @entry
    @staticmethod
    async def pause_flow(context: Context, input: inputs.FlowActionInput) -> FlowPayload:
        return await _on_flow(context, "pauseFlow", input, FlowAction, commands.pause_flow)

    @entry
    @staticmethod
    async def resume_flow(context: Context, input: inputs.FlowActionInput) -> FlowPayload:
        return await _on_flow(context, "resumeFlow", input, FlowAction, commands.resume_flow)

    @entry
    @staticmethod
    async def cancel_flow(context: Context, input: inputs.FlowActionInput) -> FlowPayload:
        return await _on_flow(context, "cancelFlow", input, FlowAction, commands.cancel_flow)

    @entry
    @staticmethod
    async def delete_flow(context: Context, input: inputs.FlowActionInput) -> DeletePayload:
        """ADMIN. Its events go with it; applications, accepted decisions and learning patterns stay."""
        deleted = await _on_flow(context, "deleteFlow", input, FlowAction, commands.delete_flow)
        return DeletePayload(Id(f"{MASTER}:{deleted.flow_id}") if deleted.flow_id else None, deleted.errors)

    @entry
    @staticmethod
    async def update_application(
        context: Context, input: portfolio_inputs.UpdateApplicationInput
    ) -> ApplicationPayload:
        """What a person says is kept against every later import."""
        return await correcting.update_application(context, input)

    @entry
    @staticmethod
    async def set_readiness(context: Context, input: portfolio_inputs.SetReadinessInput) -> ApplicationsPayload:
        """Over open gaps it needs LEAD and a reason; a decision, or moving what was to stay, needs ARCHITECT."""
        return await correcting.set_readiness(context, input)

    @entry
    @staticmethod
    async def save_dependency(context: Context, input: portfolio_inputs.SaveDependencyInput) -> DependencyPayload:
        return await correcting.save_dependency(context, input)

    @entry
    @staticmethod
    async def delete_dependency(context: Context, input: portfolio_inputs.DeleteInput) -> DeletePayload:
        return await correcting.delete_dependency(context, input)

    @entry
    @staticmethod
    async def save_architecture_standard(
        context: Context, input: architecture_inputs.SaveArchitectureStandardInput
    ) -> StandardPayload:
        """ARCHITECT."""
        return await measuring.save_standard(context, input)

    @entry
    @staticmethod
    async def delete_architecture_standard(context: Context, input: portfolio_inputs.DeleteInput) -> DeletePayload:
        """ARCHITECT. Its exceptions go with it."""
        return await measuring.delete_standard(context, input)

    @entry
    @staticmethod
    async def apply_architecture_template(
        context: Context, input: architecture_inputs.ApplyTemplateInput
    ) -> StandardsPayload:
        """ARCHITECT. What people wrote or changed is left as it is."""
        return await measuring.apply_template(context, input)

    @entry
    @staticmethod
    async def request_standard_exception(
        context: Context, input: architecture_inputs.StandardExceptionInput
    ) -> StandardExceptionPayload:
        """Until it is decided, its application is not finalized."""
        return await measuring.request_exception(context, input)

    @entry
    @staticmethod
    async def decide_standard_exception(
        context: Context, input: architecture_inputs.DecideExceptionInput
    ) -> StandardExceptionPayload:
        """LEAD, and not who requested it. Once approved, debt is measured with it."""
        return await measuring.decide_exception(context, input)

    @entry
    @staticmethod
    async def save_components(context: Context, input: revising_inputs.SaveComponentsInput) -> ApplicationPayload:
        """Debt is looked for again at once; what a person makes or changes is kept against later imports."""
        return await revising.save_components(context, input)

    @entry
    @staticmethod
    async def save_tech_debt(context: Context, input: revising_inputs.SaveTechDebtInput) -> ApplicationPayload:
        """Scores are summed up again at once; what a person makes or changes survives later runs."""
        return await revising.save_tech_debt(context, input)

    @entry
    @staticmethod
    async def customize_app_on_page(
        context: Context, input: revising_inputs.CustomizeAppOnPageInput
    ) -> AppOnPagePayload:
        return await revising.customize_page(context, input)

    @entry
    @staticmethod
    async def override_decision(context: Context, input: inputs.OverrideDecisionInput) -> DecisionPayload:
        """ARCHITECT. The proposal is kept beside what a person chose instead."""
        return await deciding.override_decision(context, input)

    @entry
    @staticmethod
    async def accept_decisions(context: Context, input: inputs.AcceptDecisionsInput) -> DecisionsPayload:
        """ARCHITECT. What is too close to call must be overridden first."""
        return await deciding.accept_decisions(context, input)

    @entry
    @staticmethod
    async def finalize_assessment(context: Context, input: inputs.FinalizeAssessmentInput) -> FlowPayload:
        """LEAD."""
        return await deciding.finalize_assessment(context, input)

    @entry
    @staticmethod
    async def request_reassessment(context: Context, input: reassessing.ReassessmentInput) -> FlowPayload:
        """A new iteration of the assessment, with what is known carried over as proposals."""
        return await reassessing.request_reassessment(context, input)

    @entry
    @staticmethod
    async def move_applications(context: Context, input: plan_inputs.MoveApplicationsInput) -> WavePlanPayload:
        """LEAD. A move is kept whatever it breaks; `violations` tells."""
        return await plan_changes.move_applications(context, input)

    @entry
    @staticmethod
    async def save_wave(context: Context, input: plan_inputs.SaveWaveInput) -> WavePlanPayload:
        """LEAD."""
        return await plan_changes.save_wave(context, input)

    @entry
    @staticmethod
    async def delete_wave(context: Context, input: portfolio_inputs.DeleteInput) -> WavePlanPayload:
        """LEAD. Its applications become unassigned. The version is the wave plan's."""
        return await plan_changes.delete_wave(context, input)

    @entry
    @staticmethod
    async def replan_waves(context: Context, input: inputs.FlowActionInput) -> FlowPayload:
        """Finds the waves anew around moves, locks and dates that people chose."""
        return await plan_changes.replan_waves(context, input)

    @entry
    @staticmethod
    async def override_synthesis(context: Context, input: plan_inputs.OverrideSynthesisInput) -> FlowPayload:
        """LEAD."""
        return await plan_changes.override_synthesis(context, input)

    @entry
    @staticmethod
    async def adopt_plan(context: Context, input: inputs.FlowActionInput) -> FlowPayload:
        """LEAD. The completed plan is the one in force: its waves are `Application.wave`, its applications PLANNED."""
        return await plan_changes.adopt_plan(context, input)

    @entry
    @staticmethod
    async def save_resource_pool(context: Context, input: plan_inputs.SaveResourcePoolInput) -> ResourcePoolPayload:
        """LEAD. A proposed pool is confirmed with it."""
        return await plan_changes.save_resource_pool(context, input)

    @entry
    @staticmethod
    async def delete_resource_pool(context: Context, input: portfolio_inputs.DeleteInput) -> DeletePayload:
        """LEAD. Plans that use it keep it until their resources are allocated anew."""
        return await plan_changes.delete_resource_pool(context, input)

    @entry
    @staticmethod
    async def override_allocation(context: Context, input: plan_inputs.OverrideAllocationInput) -> ResourcePlanPayload:
        """LEAD. What the rules suggest is kept beside it."""
        return await plan_changes.override_allocation(context, input)

    @entry
    @staticmethod
    async def override_activity(context: Context, input: plan_inputs.OverrideActivityInput) -> TimelinePayload:
        """LEAD. A first day pins it: what follows makes room, or INFEASIBLE says what it collides with."""
        return await plan_changes.override_activity(context, input)

    @entry
    @staticmethod
    async def override_cost_line(context: Context, input: plan_inputs.OverrideCostLineInput) -> CostPayload:
        """LEAD."""
        return await plan_changes.override_cost_line(context, input)

    @entry
    @staticmethod
    async def export_flow(context: Context, input: exports.ExportFlowInput) -> ExportPayload:
        """A worker writes it; CHILD_CHANGED tells when it is READY or has FAILED."""
        return await exports.export_flow(context, input)

    @entry
    @staticmethod
    async def record_feedback(context: Context, input: learning.FeedbackInput) -> LearningPayload:
        """For the whole client account it needs LEAD."""
        return await learning.record_feedback(context, input)

    @entry
    @staticmethod
    async def import_customers(
        context: Context, input: customer_inputs.ImportCustomersInput
    ) -> customer_changes.CustomersPayload:
        """All good rows at once; the second import of a file changes nothing."""
        return await customer_changes.import_customers(context, input)

    @entry
    @staticmethod
    async def save_customer(
        context: Context, input: customer_inputs.SaveCustomerInput
    ) -> customer_changes.CustomerPayload:
        return await customer_changes.save_customer(context, input)

    @entry
    @staticmethod
    async def save_stakeholder(
        context: Context, input: customer_inputs.SaveStakeholderInput
    ) -> customer_changes.StakeholderPayload:
        return await customer_changes.save_stakeholder(context, input)

    @entry
    @staticmethod
    async def delete_stakeholder(context: Context, input: portfolio_inputs.DeleteInput) -> DeletePayload:
        return await customer_changes.delete_stakeholder(context, input)

    @entry
    @staticmethod
    async def save_stakeholder_map(
        context: Context, input: customer_inputs.SaveStakeholderMapInput
    ) -> customer_changes.CustomerPayload:
        """The whole map at once: whoever is not in it is removed, and every relation that is not."""
        return await customer_changes.save_stakeholder_map(context, input)

    @entry
    @staticmethod
    async def update_preferences(context: Context, input: preferences.UpdatePreferencesInput) -> PreferencesPayload:
        """The asking user's own."""
        return await preferences.update_preferences(context, input)
