"""What mutations give back: what they made or changed, read anew, or every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from domain.decision import Decision
from domain.errors import Problem
from domain.known import KnownEngagement, KnownFlow
from resolvers.context import Context
from schema.commanding import Outcome
from schema.loading import loaded
from schema.mirror import Id, mirror
from schema.relations import referred

REFUSED = "Null when there are errors."


@dataclass(frozen=True, slots=True)
class FlowPayload:
    """A flow that was started or changed."""

    flow_id: str | None
    errors: tuple[Problem, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The payload of that outcome."""
        return cls(outcome.id, outcome.problems)


@mirror(FlowPayload, "errors")
class FlowPayloadType:
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class DeletePayload:
    """What is gone."""

    deleted_id: Id | None
    errors: tuple[Problem, ...]


@mirror(DeletePayload, "deleted_id errors", deleted_id=REFUSED)
class DeletePayloadType:
    pass


@dataclass(frozen=True, slots=True)
class EngagementPayload:
    """An engagement that was made or changed."""

    engagement: KnownEngagement | None
    errors: tuple[Problem, ...]


@mirror(EngagementPayload, "engagement errors", engagement=REFUSED)
class EngagementPayloadType:
    pass


@dataclass(frozen=True, slots=True)
class DecisionPayload:
    """A decision that was changed, and its flow."""

    decision_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]


@mirror(DecisionPayload, "errors")
class DecisionPayloadType:
    decision = referred(Decision, lambda payload: payload.decision_id, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class DecisionsPayload:
    """Decisions that were changed, and their flow."""

    decision_ids: tuple[str, ...] | None
    flow_id: str | None
    errors: tuple[Problem, ...]


@mirror(DecisionsPayload, "errors")
class DecisionsPayloadType:
    @loaded
    @staticmethod
    async def decisions(context: Context, payloads: list[DecisionsPayload]) -> list[tuple[Decision, ...] | None]:
        """In the order of the applications; null when there are errors."""
        wanted = [payload.decision_ids for payload in payloads]
        found = await context.reads.get(Decision, {id for ids in wanted for id in ids or ()})
        return [None if ids is None else tuple(found[id] for id in ids if id in found) for ids in wanted]

    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)
