"""Mutations on customer-success flows as a whole."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from domain.flow import Flow
from domain.flows.customer_success.ending import CompleteWorkflow
from resolvers import workflows as commands
from resolvers.context import Caller, Context
from schema.commanding import Said, carry_out, command
from schema.ids import FlowId, Verbatim
from schema.loading import entry
from schema.payloads import FlowPayload
from schema.scalars import JSON


@strawberry.input
class CompleteWorkflowInput:
    flow_id: FlowId
    outcome: str = strawberry.field(description="How it ended, in a few words.")
    metadata: Annotated[JSON, Verbatim()] | None = strawberry.field(
        default=UNSET, description="Kept with it; `lesson` of an object is told to whoever starts similar work."
    )
    expected_version: int | None = UNSET


@strawberry.type
class WorkflowMutations:
    @entry
    @staticmethod
    async def complete_workflow(context: Context, input: CompleteWorkflowInput) -> FlowPayload:
        """Ends it where it stands: what is not done is SKIPPED. Of one that has ended, it says how."""

        async def act(caller: Caller, said: Said) -> Flow:
            return await commands.complete_workflow(caller, command(CompleteWorkflow, said))

        return FlowPayload.of(await carry_out(context, "completeWorkflow", input, act))
