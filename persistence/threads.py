"""Threads and what was said in them, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, any_, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotFound
from domain.thread import ChatMessage, ChatThread, ThreadStatus
from domain.transition import FlowStatus
from persistence.mapping import columns, from_row, to_row
from persistence.tables import master_flows, messages, threads

# Of one thread, as many messages as a model with the largest window could be told of.
MOST_READ = 2_000
_KEPT = frozenset({"id", "engagement_id", "flow_id", "step", "branch", "started_by", "started_at"})


class Threads:
    """The threads of one engagement."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def flow_of(self, thread_id: str) -> str:
        """The flow that it is in, held by nobody."""
        found: str | None = await self._connection.scalar(
            select(threads.c.flow_id).where(threads.c.id == thread_id, self._mine)
        )
        if found is None:
            raise _not_there()
        return found

    async def get(self, thread_id: str) -> ChatThread:
        """Locked until the transaction ends; NotFound where there is none for this tenant."""
        query = select(*columns(ChatThread)).where(threads.c.id == thread_id, self._mine).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise _not_there()
        return from_row(ChatThread, row)

    async def save(self, thread: ChatThread, said: Sequence[ChatMessage] = ()) -> None:
        """Insert or replace it, with what was said in it now."""
        owner = {"engagement_id": self._engagement_id}
        row = {**owner, **to_row(thread, threads)}
        changed = {name: value for name, value in row.items() if name not in _KEPT}
        await self._connection.execute(upsert(threads).on_conflict_do_update(index_elements=["id"], set_=changed), row)
        if said:
            rows = [{**owner, **to_row(message, messages)} for message in said]
            await self._connection.execute(insert(messages), rows)

    async def history(self, thread_id: str) -> tuple[ChatMessage, ...]:
        """The first message and the newest of the others, oldest first."""
        own = select(*columns(ChatMessage)).where(messages.c.thread_id == thread_id, self._said)
        newest = own.where(messages.c.sequence > 1).order_by(messages.c.sequence.desc()).limit(MOST_READ)
        first = (await self._connection.execute(own.where(messages.c.sequence == 1))).mappings().all()
        others = (await self._connection.execute(newest)).mappings().all()
        return tuple(from_row(ChatMessage, row) for row in (*first, *reversed(others)))

    async def active(self, flow_id: str, step: str | None = None) -> tuple[ChatThread, ...]:
        """Those of that flow, or of that step of it, that go on; locked, in the order of their ids."""
        query = select(*columns(ChatThread)).where(
            threads.c.flow_id == flow_id, threads.c.status == ThreadStatus.ACTIVE, self._mine
        )
        if step is not None:
            query = query.where(threads.c.step == step)
        rows = (await self._connection.execute(query.order_by(threads.c.id).with_for_update())).mappings()
        return tuple(from_row(ChatThread, row) for row in rows)

    async def wanted(self, thread_id: str, message_id: str) -> bool:
        """Whether the reply to that message is still asked for."""
        query = (
            select(threads.c.id)
            .join(master_flows, master_flows.c.id == threads.c.flow_id)
            .where(
                threads.c.id == thread_id,
                threads.c.status == ThreadStatus.ACTIVE,
                any_(threads.c.pending) == message_id,
                master_flows.c.status != FlowStatus.CANCELLED,
                self._mine,
            )
        )
        return await self._connection.scalar(query) is not None

    @property
    def _mine(self) -> ColumnElement[bool]:
        return threads.c.engagement_id == self._engagement_id

    @property
    def _said(self) -> ColumnElement[bool]:
        return messages.c.engagement_id == self._engagement_id


def _not_there() -> NotFound:
    return NotFound("thread", ("threadId",))
