"""Applications that are sent back to assessment."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from domain.application import Application
from domain.flow import Flow
from domain.known import KnownFlow
from domain.reassessment import Reassessment, RequestReassessment
from resolvers import reassessing as commands
from resolvers.context import Caller, Context
from schema.basics import Node
from schema.commanding import Said, carry_out
from schema.ids import ApplicationId, FlowId, show_ids
from schema.loading import computed
from schema.mirror import mirror
from schema.payloads import FlowPayload
from schema.relations import referred, referred_all
from schema.scalars import JSON


@strawberry.input
class ReassessmentInput:
    application_ids: list[ApplicationId]
    reason: str
    planning_flow_id: FlowId | None = UNSET
    context: JSON | None = strawberry.field(
        default=UNSET, description="What planning found that the assessment should weigh."
    )


@mirror(Reassessment, "reason requested_by requested_at")
class ReassessmentType(Node):
    """Applications that were sent back to assessment, why, and the assessment that was started for them."""

    applications = referred_all(Application, lambda asked: asked.application_ids)
    planning_flow = referred(
        KnownFlow, lambda asked: asked.planning_flow_id, nullable=True, why="Null where no plan sent them back."
    )
    assessment_flow = referred(
        KnownFlow, lambda asked: asked.assessment_flow_id, nullable=True, why="Null once it is deleted."
    )

    @computed
    @staticmethod
    def context(asked: Reassessment) -> Any:
        return show_ids(asked.context)


async def request_reassessment(context: Context, input: Any) -> FlowPayload:
    """A new iteration of the assessment."""

    async def act(caller: Caller, said: Said) -> Flow:
        wanted = RequestReassessment(
            tuple(said["application_ids"]), said["reason"], said.get("planning_flow_id"), said.get("context")
        )
        return await commands.request_reassessment(caller, wanted)

    return FlowPayload.of(await carry_out(context, "requestReassessment", input, act))
