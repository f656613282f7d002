"""What mutations give back: what they made or changed, read anew, or every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from domain.decision import Decision
from domain.errors import Problem
from domain.reading import KnownEngagement, KnownFlow
from schema.commanding import Outcome
from schema.mirror import Id, mirror
from schema.relations import referred, referred_all

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

    decision_ids: tuple[str, ...]
    flow_id: str | None
    errors: tuple[Problem, ...]


@mirror(DecisionsPayload, "errors")
class DecisionsPayloadType:
    decisions = referred_all(Decision, lambda payload: payload.decision_ids)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)
