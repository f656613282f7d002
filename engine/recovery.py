"""Taking over the runs of workers that are gone: a worker lives as long as it holds its advisory lock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import asyncpg
from dbos import DBOS, WorkflowStatus
from sqlalchemy.engine import make_url

from engine.queue import QUEUE

log = logging.getLogger(__name__)

# Among the advisory locks of the database, the ones that say «this executor lives».
NAMESPACE = 0x464C


class LockLost(Exception):
    """There is no session, or no more, that holds the worker's lock: others take over its runs, so it must stop."""


class Liveness:
    """One session that holds this worker's lock for its life, and looks for workers that no longer hold theirs."""

    def __init__(self, database_url: str, executor_id: str) -> None:
        self._url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._executor_id = executor_id
        self._session: asyncpg.Connection | None = None
        self._busy = asyncio.Lock()

    async def begin(self) -> None:
        """Take the lock; before the engine is launched."""
        # Keep-alives find a host that is gone without a word within half a minute.
        settings = {
            "application_name": f"flotilla worker {self._executor_id}",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "4",
        }
        try:
            self._session = await asyncpg.connect(self._url, server_settings=settings, timeout=10)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as problem:
            raise LockLost(f"The database cannot be reached: {str(problem) or 'it does not answer'}.") from problem
        if not await self._try_lock(self._executor_id):
            raise LockLost(f"Another worker already calls itself {self._executor_id}.")

    async def end(self) -> None:
        """Give the lock back."""
        if self._session is not None and not self._session.is_closed():
            await self._session.close(timeout=2)

    async def _try_lock(self, executor_id: str) -> bool:
        async with self._busy:
            return bool(
                await self._held().fetchval(f"SELECT pg_try_advisory_lock({NAMESPACE}, hashtext($1))", executor_id)
            )

    async def _unlock(self, executor_id: str) -> None:
        async with self._busy:
            await self._held().execute(f"SELECT pg_advisory_unlock({NAMESPACE}, hashtext($1))", executor_id)

    def _held(self) -> asyncpg.Connection:
        if self._session is None or self._session.is_closed():
            raise LockLost("The session that holds the worker's lock is gone.")
        return self._session

    async def check(self) -> None:
        """Raise LockLost unless the session still answers."""
        try:
            async with self._busy:
                await self._held().fetchval("SELECT 1", timeout=10)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as gone:
            raise LockLost("The session that holds the worker's lock does not answer.") from gone

    async def take_over(self) -> int:
        """Resume every run whose worker is gone; how many there were."""
        taken = 0
        for executor_id in {run.executor_id or "" for run in await _pending()}:
            if executor_id == self._executor_id or not await self._try_lock(executor_id):
                continue
            try:
                # Asked again under the lock: another worker may have resumed them, and runs them now.
                runs = await _pending(executor_id)
                for run in runs:
                    await DBOS.resume_workflow_async(run.workflow_id, queue_name=run.queue_name or QUEUE)
                    taken += 1
            finally:
                await self._unlock(executor_id)
            log.warning("worker_lost", extra={"executor": executor_id, "runs": len(runs)})
        return taken


async def _pending(executor_id: str | None = None) -> Sequence[WorkflowStatus]:
    runs = await DBOS.list_workflows_async(
        status="PENDING", executor_id=executor_id, load_input=False, load_output=False
    )
    return [run for run in runs if executor_id in (None, run.executor_id or "")]
