"""The root of subscriptions: events exactly once and in order, from any cursor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.types import Info

from domain.errors import NotFound
from domain.event import EventKind, LiveText, LoggedEvent
from domain.known import KnownFlow
from domain.thread import ChatThread
from resolvers.context import Context
from resolvers.reading import flows
from schema.cursors import number
from schema.enums import FlowType
from schema.events import changed_ids, kind_of
from schema.ids import bare
from schema.ids import flow_id as flow_id_of
from schema.loading import computed
from schema.mirror import Id, Mirrored, mirror
from schema.queue_changes import QueueSubscriptions
from schema.relations import referred


@dataclass(frozen=True, slots=True)
class EngagementEvent:
    """An event as the engagement's log orders it."""

    logged: LoggedEvent


@mirror(EngagementEvent)
class EngagementEventType:
    flow = referred(
        KnownFlow,
        lambda event: event.logged.flow_id,
        nullable=True,
        why="Null when the change was in no flow, or the flow is deleted.",
    )

    @computed
    @staticmethod
    def cursor(event: EngagementEvent) -> str:
        return str(event.logged.position)

    @computed
    @staticmethod
    def event(event: EngagementEvent) -> LoggedEvent | None:
        """Null when the change was in no flow."""
        return event.logged if event.logged.flow_id is not None else None

    @computed
    @staticmethod
    def changed_ids(event: EngagementEvent) -> tuple[Id, ...]:
        """Nodes outside any flow that changed; refetch them."""
        return changed_ids(event.logged)


def place(happening: object) -> int | None:
    """Where in the log it follows a subscription has come with that event; None for what is live only."""
    match happening:
        case EngagementEvent(logged):
            return logged.position
        case LoggedEvent(seq=seq):
            return seq
    return None


async def _flow_events(
    info: Info[Context, Any], flow_id: strawberry.ID, after: str | None = None, kinds: list[EventKind] | None = None
) -> AsyncIterator[LoggedEvent | LiveText]:
    context = info.context
    known = await flows.find(context, flow_id_of(flow_id))
    if known is None:
        raise NotFound("flow")
    start = None if after is None else number(after)
    # Nothing is read any more: a transaction held open for the life of a subscription would block vacuum.
    await context.reads.refresh()
    async with aclosing(context.events.flow_events(context.caller.tenant, known.id, start)) as events:
        async for event in events:
            if kinds is None or kind_of(event) in kinds:
                yield event


async def _thread_events(
    info: Info[Context, Any], thread_id: strawberry.ID, after: str | None = None
) -> AsyncIterator[LoggedEvent | LiveText]:
    context = info.context
    id = bare(thread_id, "ChatThread")
    thread = (await context.reads.get(ChatThread, [id])).get(id) if id else None
    if thread is None:
        raise NotFound("thread")
    start = None if after is None else number(after)
    await context.reads.refresh()
    async with aclosing(context.events.flow_events(context.caller.tenant, thread.flow_id, start)) as events:
        async for event in events:
            if _belongs(event, thread):
                yield event


def _belongs(event: LoggedEvent | LiveText, thread: ChatThread) -> bool:
    """Whether it was said, or is being written, in that thread."""
    if isinstance(event, LiveText):
        return event.writer == thread.writer
    return event.kind is EventKind.MESSAGE and event.data["threadId"] == thread.id


async def _engagement_events(
    info: Info[Context, Any],
    after: str | None = None,
    types: list[FlowType] | None = None,
    kinds: list[EventKind] | None = None,
) -> AsyncIterator[EngagementEvent]:
    context = info.context
    start = None if after is None else number(after)
    async with aclosing(context.events.engagement_events(context.caller.tenant, start)) as events:
        async for event in events:
            wanted_type = types is None or event.flow_kind in types
            if wanted_type and (kinds is None or event.kind in kinds):
                yield EngagementEvent(event)


@strawberry.type
class Subscription(
    QueueSubscriptions,
):
    flow_events = strawberry.subscription(
        resolver=_flow_events,
        graphql_type=Mirrored(LoggedEvent),
        description=(
            "Every durable event of one flow, in order, exactly once, starting after the cursor (from the flow's "
            'beginning when it is "0", from now when it is null), and TEXT_DELTA as it is written. Reconnecting with '
            "the last cursor received loses and repeats nothing. A cursor that is older than retention, or that never "
            "was, ends the subscription with the error code CURSOR_EXPIRED."
        ),
    )
    engagement_events = strawberry.subscription(
        resolver=_engagement_events,
        graphql_type=Mirrored(EngagementEvent),
        description="The same for every flow of the engagement; its cursors are its own.",
    )
    thread_events = strawberry.subscription(
        resolver=_thread_events,
        graphql_type=Mirrored(LoggedEvent),
        description="A thread's new messages and the text of the reply being written; its cursors are the flow's.",
    )
