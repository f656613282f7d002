"""Tasks, in one transaction."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotFound
from domain.task import Task
from persistence.mapping import columns, from_row, to_row
from persistence.tables import tasks


class Tasks:
    """The tasks of one engagement."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def get(self, task_id: str) -> Task:
        """The task, locked until the transaction ends; NotFound where there is none for this tenant."""
        found = await self._find(select(*columns(Task)).where(tasks.c.id == task_id).with_for_update())
        if not found:
            raise NotFound("task", ("id",))
        return found[0]

    async def flow_of(self, task_id: str) -> str | None:
        """The flow it is in, held by nobody."""
        row = (await self._connection.execute(select(tasks.c.flow_id).where(tasks.c.id == task_id, self._mine))).first()
        if row is None:
            raise NotFound("task", ("id",))
        flow_id: str | None = row.flow_id
        return flow_id

    async def of_flow(self, flow_id: str) -> tuple[Task, ...]:
        """That flow's tasks, oldest first."""
        return await self._find(select(*columns(Task)).where(tasks.c.flow_id == flow_id))

    async def of_artifact(self, artifact_id: str) -> tuple[Task, ...]:
        """Tasks that were made of that artifact's items, oldest first."""
        return await self._find(select(*columns(Task)).where(tasks.c.origin_artifact_id == artifact_id))

    async def _find(self, query: Select[tuple[object, ...]]) -> tuple[Task, ...]:
        rows = (await self._connection.execute(query.where(self._mine).order_by(tasks.c.id))).mappings()
        return tuple(from_row(Task, row) for row in rows)

    async def save(self, task: Task) -> None:
        """Insert or replace it."""
        row = {"engagement_id": self._engagement_id, **to_row(task, tasks)}
        changed = {name: value for name, value in row.items() if name not in _KEPT}
        await self._connection.execute(insert(tasks).on_conflict_do_update(index_elements=["id"], set_=changed), row)

    async def remove(self, task: Task) -> None:
        """It is gone."""
        await self._connection.execute(delete(tasks).where(tasks.c.id == task.id, self._mine))

    @property
    def _mine(self) -> ColumnElement[bool]:
        return tasks.c.engagement_id == self._engagement_id


_KEPT = frozenset({"id", "engagement_id", "created_by", "created_at"})
