"""What was learned, and what people say about the work of flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry import UNSET

from domain.errors import Problem
from domain.feedback import FeedbackVerdict, RecordFeedback
from domain.known import KnownFlow
from domain.learning import LearningPattern, LearningScope
from resolvers import learning as commands
from resolvers.context import Context
from schema.basics import Node
from schema.commanding import carry_out, command
from schema.connections import connection
from schema.ids import FlowId, show_ids
from schema.loading import computed
from schema.mirror import mirror
from schema.payloads import REFUSED
from schema.relations import referred
from schema.scalars import JSON


@strawberry.input
class FeedbackInput:
    flow_id: FlowId
    phase: str | None = strawberry.field(default=UNSET, description="The whole flow when it is not given.")
    subject: str = strawberry.field(description="What it is about: an id, or a word for it.")
    verdict: FeedbackVerdict
    comment: str | None = strawberry.field(default=UNSET, description="Plain text, at most 10,000 characters.")
    data: JSON | None = strawberry.field(
        default=UNSET,
        description="What is right instead, at most 16 KiB; `{column, target}` at attribute_mapping is proposed later.",
    )
    scope: LearningScope = strawberry.field(
        default=LearningScope.ENGAGEMENT,
        description="CLIENT_ACCOUNT needs LEAD; other engagements read it without flow and names.",
    )
    idempotency_key: str | None = UNSET


@mirror(
    LearningPattern,
    "scope kind summary uses confidence created_at",
    uses="How often it made a difference to a proposal.",
    confidence="0 to 1; it grows each time the same is learned again.",
)
class LearningPatternType(Node):
    """Something learned from a run or from a person's override, offered to agents on similar work later."""

    flow = referred(
        KnownFlow,
        lambda pattern: pattern.flow_id,
        nullable=True,
        why="The first that taught it; null where it is deleted, or another engagement's.",
    )

    @computed
    @staticmethod
    def data(pattern: LearningPattern) -> Any:
        return show_ids(pattern.data)


connection(LearningPattern, "LearningPattern")


@dataclass(frozen=True, slots=True)
class LearningPayload:
    """What was learned."""

    pattern_id: str | None
    errors: tuple[Problem, ...]


@mirror(LearningPayload, "errors")
class LearningPayloadType:
    pattern = referred(LearningPattern, lambda payload: payload.pattern_id, nullable=True, why=REFUSED)


async def record_feedback(context: Context, input: FeedbackInput) -> LearningPayload:
    """What a person says about a flow's work."""
    outcome = await carry_out(
        context,
        "recordFeedback",
        input,
        lambda caller, said: commands.record_feedback(caller, command(RecordFeedback, said)),
    )
    return LearningPayload(outcome.id, outcome.problems)
