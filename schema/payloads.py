"""What mutations give back: what they made or changed, read anew, or every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.application import Application
from domain.decision import Decision
from domain.dependency import Dependency
from domain.errors import Problem
from domain.known import KnownEngagement, KnownFlow
from domain.page import AppOnPage
from domain.standard import ArchitectureStandard, StandardException
from resolvers.context import Context
from schema.commanding import Outcome
from schema.loading import loaded
from schema.mirror import Id, mirror
from schema.relations import referred

REFUSED = "Null when there are errors."


def things(value: type, ids_of: Callable[[Any], tuple[str, ...] | None], *, why: str) -> Any:
    """The things whose ids the payload holds, in that order; null where it holds none."""

    async def read(context: Context, payloads: list[Any]) -> list[Any]:
        wanted = [ids_of(payload) for payload in payloads]
        found: Mapping[str, Any] = await context.reads.get(value, {id for ids in wanted for id in ids or ()})
        return [None if ids is None else tuple(found[id] for id in ids if id in found) for ids in wanted]

    read.__annotations__["return"] = list[tuple[value, ...] | None]  # type: ignore[valid-type]
    read.__doc__ = why
    return loaded(read)


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
    decisions = things(
        Decision,
        lambda payload: payload.decision_ids,
        why="In the order of the applications; null when there are errors.",
    )

    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class ApplicationPayload:
    """An application that was changed, and its flow where it was changed in one."""

    application_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]


@mirror(ApplicationPayload, "errors")
class ApplicationPayloadType:
    application = referred(Application, lambda payload: payload.application_id, nullable=True, why=REFUSED)
    flow = referred(
        KnownFlow,
        lambda payload: payload.flow_id,
        nullable=True,
        why="Null when there are errors, and where it was changed in no flow.",
    )


@dataclass(frozen=True, slots=True)
class ApplicationsPayload:
    """Applications that were changed."""

    application_ids: tuple[str, ...] | None
    errors: tuple[Problem, ...]


@mirror(ApplicationsPayload, "errors")
class ApplicationsPayloadType:
    applications = things(Application, lambda payload: payload.application_ids, why=REFUSED)


@dataclass(frozen=True, slots=True)
class DependencyPayload:
    """A dependency that was made or changed."""

    dependency_id: str | None
    errors: tuple[Problem, ...]


@mirror(DependencyPayload, "errors")
class DependencyPayloadType:
    dependency = referred(Dependency, lambda payload: payload.dependency_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class StandardPayload:
    """A standard that was made or changed."""

    standard_id: str | None
    errors: tuple[Problem, ...]


@mirror(StandardPayload, "errors")
class StandardPayloadType:
    standard = referred(ArchitectureStandard, lambda payload: payload.standard_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class StandardsPayload:
    """Standards that were applied."""

    standard_ids: tuple[str, ...] | None
    errors: tuple[Problem, ...]


@mirror(StandardsPayload, "errors")
class StandardsPayloadType:
    standards = things(ArchitectureStandard, lambda payload: payload.standard_ids, why=REFUSED)


@dataclass(frozen=True, slots=True)
class StandardExceptionPayload:
    """An exception that was requested or decided, and its flow."""

    exception_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]


@mirror(StandardExceptionPayload, "errors")
class StandardExceptionPayloadType:
    exception = referred(StandardException, lambda payload: payload.exception_id, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class AppOnPagePayload:
    """A page that was changed, and its flow."""

    page_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]


@mirror(AppOnPagePayload, "errors")
class AppOnPagePayloadType:
    app_on_page = referred(AppOnPage, lambda payload: payload.page_id, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)
