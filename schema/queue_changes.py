"""What changes in queues, for those who watch them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import strawberry
from strawberry.types import Info

from domain.customer_success.queue import Assignment
from domain.customer_success.queue_change import QueueChanged
from resolvers.context import Context
from resolvers.reading import queue_changes, workflow_queue
from resolvers.reading.workflow_queue import WorkflowQueue
from schema.cursors import number
from schema.ids import ASSIGNMENT
from schema.loading import computed, loaded, personal
from schema.mirror import Id, Mirrored, mirror


@mirror(QueueChanged, name="WorkflowQueueChange")
class QueueChangedType:
    """Where both `changed` and `removedIds` are empty, more has changed than is told: read the queue anew."""

    @loaded
    @staticmethod
    async def queue(context: Context, changes: list[QueueChanged]) -> list[WorkflowQueue]:
        """With its new `stats`; refetch `assignments` only where the order matters."""
        return [await workflow_queue.queue_of(context, change.owner) for change in changes]

    @loaded
    @staticmethod
    async def changed(context: Context, changes: list[QueueChanged]) -> list[tuple[Assignment, ...]]:
        """What is new in the queue or other than it was, as it is now; at most 100."""
        ids = {id for change in changes for id in change.changed}
        found = await workflow_queue.assignments_by_id(context, ids)
        return [tuple(found[id] for id in change.changed if id in found) for change in changes]

    @computed
    @staticmethod
    def removed_ids(change: QueueChanged) -> tuple[Id, ...]:
        """Assignments that are not in the queue any more."""
        return tuple(Id(f"{ASSIGNMENT}:{id}") for id in change.removed)

    @computed
    @staticmethod
    def cursor(change: QueueChanged) -> str:
        """Of the engagement's log: given as `after`, it is told what has changed since."""
        return str(change.position)


async def _queue_changes(
    info: Info[Context, Any], owner: str | None = None, after: str | None = None
) -> AsyncIterator[QueueChanged]:
    context = info.context
    start = None if after is None else number(after)
    whose = context.caller.user if owner is None else owner
    async with aclosing(queue_changes.follow_queue(context, whose, start)) as changes:
        async for change in changes:
            yield change


@strawberry.type
class QueueSubscriptions:
    workflow_queue_changes = personal(
        strawberry.subscription(
            resolver=_queue_changes,
            graphql_type=Mirrored(QueueChanged),
            description=(
                "What changed in the owner's queue, the asking user's own where no owner is named: by customers, "
                "workflows and members, by other rules, and by a new day. `after` is an `eventCursor` of the "
                "engagement or the cursor of a change: with it, nothing that happened since is missed."
            ),
        )
    )
