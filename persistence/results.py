"""Results of phases: revisions that are only ever appended, and what a run has staged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.source import Source
from persistence.mapping import staged, unstaged
from persistence.tables import phase_results, staged_batches


class Results:
    """The results of one engagement's phases, in one transaction."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def current(self, flow_id: str) -> Mapping[str, Any]:
        """The newest result of each phase, by phase key, as JSON."""
        newest = (
            select(phase_results.c.phase, phase_results.c.data)
            .ext(distinct_on(phase_results.c.phase))
            .where(phase_results.c.flow_id == flow_id)
            .order_by(phase_results.c.phase, phase_results.c.revision.desc())
        )
        return {row.phase: row.data for row in await self._connection.execute(newest)}

    async def append(
        self, flow_id: str, phase: str, data: Any, *, source: Source, author: str, at: datetime, run_id: str | None
    ) -> None:
        """One more revision; the ones before it stay."""
        last = select(func.coalesce(func.max(phase_results.c.revision), 0)).where(
            phase_results.c.flow_id == flow_id, phase_results.c.phase == phase
        )
        await self._connection.execute(
            insert(phase_results),
            {
                "engagement_id": self._engagement_id,
                "flow_id": flow_id,
                "phase": phase,
                "revision": (await self._connection.scalar(last) or 0) + 1,
                "run_id": run_id,
                "source": source,
                "author": author,
                "data": data,
                "created_at": at,
            },
        )

    async def stage(self, run_id: str, number: int, data: Any) -> None:
        """Keep a run's JSON until it ends; the same number a second time replaces the first."""
        statement = upsert(staged_batches)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["run_id", "number"], set_={"data": statement.excluded["data"]}
            ),
            {"engagement_id": self._engagement_id, "run_id": run_id, "number": number, "data": data},
        )

    async def stage_values(self, run_id: str, number: int, values: Sequence[Any]) -> None:
        """Keep values of a run until it ends."""
        await self.stage(run_id, number, [staged(value) for value in values])

    async def staged(self, run_id: str, number: int) -> Any:
        """The JSON that a run staged under that number; None when there is none."""
        query = select(staged_batches.c.data).where(
            staged_batches.c.run_id == run_id, staged_batches.c.number == number
        )
        return await self._connection.scalar(query)

    async def staged_values(self, run_id: str, numbers: range) -> AsyncIterator[list[Any]]:
        """The values of those batches, a batch at a time."""
        for number in numbers:
            yield [unstaged(data) for data in await self.staged(run_id, number) or []]

    async def clear(self, run_id: str) -> None:
        """Forget what a run has staged."""
        await self._connection.execute(delete(staged_batches).where(staged_batches.c.run_id == run_id))
