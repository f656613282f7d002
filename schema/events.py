"""What happened in flows: durable events, and the text that is being written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo

from domain.artifact import KnownArtifact
from domain.definition import Warning
from domain.event import EventKind, LiveText, LoggedEvent
from domain.known import KnownFlow, KnownPhase
from domain.learning import LearningPattern
from domain.override import Override
from domain.phase import PhaseStatus
from domain.source import Source
from domain.task import Task
from domain.thread import ChatMessage
from domain.transition import FlowStatus
from resolvers.context import Context
from resolvers.reading import flows as reading
from schema.connections import connection
from schema.ids import MASTER, show_ids
from schema.loading import computed, loaded
from schema.mirror import Id, name_of, name_of_class, register, show_as
from schema.relations import referred

C = TypeVar("C", bound=type)
Happening = LoggedEvent | LiveText

_names: dict[EventKind, str] = {}
_event_types: list[type] = []


def kind_of(event: Happening) -> EventKind:
    """Text that is being written has no kind of its own in the log."""
    return event.kind if isinstance(event, LoggedEvent) else EventKind.TEXT_DELTA


class _Told:
    """Fields that more than one type of event has."""

    @computed
    @staticmethod
    def kind(event: Happening) -> EventKind:
        return kind_of(event)

    @computed
    @staticmethod
    def cursor(event: Happening) -> str | None:
        """Null for what is live only."""
        return str(event.seq) if isinstance(event, LoggedEvent) and event.seq is not None else None

    @computed
    @staticmethod
    def flow_id(event: Happening) -> Id:
        return Id(f"{MASTER}:{event.flow_id}")

    @computed
    @staticmethod
    def occurred_at(event: Happening) -> datetime:
        return event.at

    @computed
    @staticmethod
    def phase(event: LoggedEvent) -> str:
        return event.phase or ""

    @computed
    @staticmethod
    def by(event: LoggedEvent) -> str:
        return str(event.data["by"])

    @computed
    @staticmethod
    def reason(event: LoggedEvent) -> str | None:
        """Null where nobody gave one."""
        return event.data.get("reason")

    @computed
    @staticmethod
    def progress(event: LoggedEvent) -> int:
        return int(event.data["progress"])


@strawberry.interface(
    description="Something that happened in a flow. Durable events carry a `cursor`, are gap-free and ordered within "
    "their flow, and can be replayed; TEXT_DELTA is live only and carries none."
)
class FlowEvent:
    kind = _Told.kind
    cursor = _Told.cursor
    flow_id = _Told.flow_id
    occurred_at = _Told.occurred_at

    @classmethod
    def resolve_type(cls, value: Any, _info: GraphQLResolveInfo[Any], _type: GraphQLAbstractType) -> str:
        return name_of(value)


register(LoggedEvent, FlowEvent, lambda event: _names[event.kind])
show_as(LiveText, "TextDelta")


def event_types() -> list[type]:
    """Every type of event."""
    return list(_event_types)


def happens(*kinds: EventKind) -> Callable[[C], C]:
    """Make the decorated class the GraphQL type of events of these kinds."""

    def decorate(cls: C) -> C:
        def is_type_of(value: object, _info: object) -> bool:
            return isinstance(value, LoggedEvent | LiveText) and kind_of(value) in kinds

        setattr(cls, "is_type_of", staticmethod(is_type_of))  # noqa: B010
        type_ = strawberry.type(cls)
        _names.update(dict.fromkeys(kinds, cls.__name__))
        _event_types.append(type_)
        return type_

    return decorate


def _flow_now(event: LoggedEvent) -> str | None:
    return event.flow_id


@happens(EventKind.FLOW_STATUS)
class FlowStatusChanged(FlowEvent):
    flow = referred(
        KnownFlow, _flow_now, nullable=True, why="Its state now, not at the time of the event; null once it is deleted."
    )
    progress = _Told.progress
    by = _Told.by
    reason = _Told.reason

    @computed
    @staticmethod
    def previous_flow_status(event: LoggedEvent) -> FlowStatus | None:
        """Null at the flow's start."""
        return event.data.get("previous")

    @computed
    @staticmethod
    def flow_status(event: LoggedEvent) -> FlowStatus:
        return FlowStatus(event.data["status"])


@happens(EventKind.PHASE_STATUS)
class PhaseStatusChanged(FlowEvent):
    flow = referred(KnownFlow, _flow_now, nullable=True, why="Null once it is deleted.")
    phase = _Told.phase
    progress = _Told.progress
    by = _Told.by
    reason = _Told.reason

    @loaded
    @staticmethod
    async def flow_phase(context: Context, events: list[LoggedEvent]) -> list[KnownPhase | None]:
        """The phase now; null once the flow is deleted."""
        flows = await context.reads.get(KnownFlow, {event.flow_id for event in events if event.flow_id})
        found = [flows.get(event.flow_id or "") for event in events]
        return [flow.known_phase(event.phase) if flow else None for flow, event in zip(found, events, strict=True)]

    @computed
    @staticmethod
    def previous_phase_status(event: LoggedEvent) -> PhaseStatus | None:
        """Null where it had none."""
        return event.data.get("previous")

    @computed
    @staticmethod
    def phase_status(event: LoggedEvent) -> PhaseStatus:
        return PhaseStatus(event.data["status"])


@happens(EventKind.INPUT_REQUESTED)
class InputRequested(FlowEvent):
    phase = _Told.phase

    @loaded
    @staticmethod
    async def input_schema(context: Context, events: list[LoggedEvent]) -> list[Any]:
        """JSON Schema of the answer; nothing of a flow that is deleted, where its steps are its own."""
        phases = await reading.phases_of_events(context, events)
        pauses = [phase.pause if phase else None for phase in phases]
        return [context.caller.shapes.schema(pause.answer) if pause else {} for pause in pauses]


@happens(EventKind.INPUT_RECEIVED)
class InputReceived(FlowEvent):
    phase = _Told.phase
    by = _Told.by


@happens(EventKind.AGENT_STARTED, EventKind.AGENT_STEP, EventKind.AGENT_FINISHED, EventKind.AGENT_FAILED)
class AgentActivity(FlowEvent):
    phase = _Told.phase

    @computed
    @staticmethod
    def agent(event: LoggedEvent) -> str:
        return str(event.data["agent"])

    @computed
    @staticmethod
    def message(event: LoggedEvent) -> str:
        return str(event.data["message"])

    @computed
    @staticmethod
    def percent(event: LoggedEvent) -> int | None:
        """How far the agent is with the phase, 0 to 100, where it can tell."""
        return event.data.get("percent")

    @computed
    @staticmethod
    def tool(event: LoggedEvent) -> str | None:
        """Null where it used none."""
        return event.data.get("tool")

    @computed
    @staticmethod
    def confidence(event: LoggedEvent) -> float | None:
        """0 to 1, where the agent tells."""
        return event.data.get("confidence")

    @computed
    @staticmethod
    def source(event: LoggedEvent) -> Source:
        return Source(event.data["source"])

    @computed
    @staticmethod
    def details(event: LoggedEvent) -> Any:
        return show_ids(event.data.get("details", {}))


@happens(EventKind.TEXT_DELTA)
class TextDelta(FlowEvent):
    @computed
    @staticmethod
    def writer(text: LiveText) -> str:
        """The agent, or the thread, that is writing."""
        return text.writer

    @computed
    @staticmethod
    def text(text: LiveText) -> str:
        return text.text

    @computed
    @staticmethod
    def offset(text: LiveText) -> int:
        """Position of `text` in the whole answer, in UTF-16 code units, so that a reader can drop what it has."""
        return text.offset

    @computed
    @staticmethod
    def done(text: LiveText) -> bool:
        return text.done


@happens(EventKind.OVERRIDE)
class OverrideRecorded(FlowEvent):
    override = referred(
        Override, lambda event: event.data["overrideId"], nullable=True, why="Null once its flow is deleted."
    )


@happens(EventKind.WARNING)
class WarningRaised(FlowEvent):
    @computed
    @staticmethod
    def warning(event: LoggedEvent) -> Warning:
        told = event.data
        return Warning(told["code"], told["message"], event.phase, told.get("details", {}))


@happens(EventKind.LEARNING)
class LearningRecorded(FlowEvent):
    pattern = referred(
        LearningPattern, lambda event: event.data["patternId"], nullable=True, why="Null once it is deleted."
    )


@happens(EventKind.ARTIFACT)
class ArtifactSaved(FlowEvent):
    artifact = referred(
        KnownArtifact, lambda event: event.data["artifactId"], nullable=True, why="Null once it is deleted."
    )


@happens(EventKind.MESSAGE)
class MessagePosted(FlowEvent):
    chat_message = referred(
        ChatMessage, lambda event: event.data["messageId"], nullable=True, why="Null once it is deleted."
    )


@happens(EventKind.TASK)
class TaskChanged(FlowEvent):
    task = referred(Task, lambda event: event.data["taskId"], nullable=True, why="Null once it is deleted.")

    @computed
    @staticmethod
    def task_id(event: LoggedEvent) -> Id:
        return Id(f"Task:{event.data['taskId']}")


@happens(EventKind.CHILD_CHANGED)
class ChildChanged(FlowEvent):
    """A domain object below the flow changed, in a way no other event says; one that is null now is gone."""

    @computed
    @staticmethod
    def changed_ids(event: LoggedEvent) -> tuple[Id, ...]:
        """Refetch these; when there are none, refetch everything."""
        return changed_ids(event)


@happens(EventKind.FLOW_DELETED)
class FlowDeleted(FlowEvent):
    by = _Told.by


def changed_ids(event: LoggedEvent) -> tuple[Id, ...]:
    """The global ids of what an event says has changed."""
    return tuple(Id(f"{name_of_class(name)}:{id}") for name, id in event.data.get("changed", ()))


connection(LoggedEvent, "FlowEvent", counted=False)
