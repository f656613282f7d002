"""The engine's queue as seen by a command: enqueue in its transaction, cancel after it."""

from __future__ import annotations

from collections.abc import Sequence

from dbos import DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from domain.event import CancelRun, RunPhase, WriteExport

QUEUE = "phases"
WORKFLOW = "phase"
# Of their own, so that no phase waits for a file.
EXPORTS = "exports"
EXPORT = "export"
APPLICATION = "flotilla"
# The version of what is stored in the engine's tables, not of the product: a live worker must be able to take over
# what a dead one of the release before had begun.
VERSION = "1"


class PhaseQueue:
    """Phase runs and exports as durable jobs; the run's or export's id is the job's: asking twice is one job."""

    def __init__(self, database_url: str) -> None:
        self._client = DBOSClient(
            system_database_url=database_url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            system_database_pool_size=2,
            lazy=True,
        )

    async def enqueue(self, connection: AsyncConnection, tenant: Tenant, job: RunPhase | WriteExport) -> None:
        """Part of the caller's transaction: a rollback leaves no job."""
        exports = isinstance(job, WriteExport)
        job_id = job.export_id if isinstance(job, WriteExport) else job.run_id

        def add(synchronous: Connection) -> None:
            self._client.enqueue_in_transaction(
                synchronous,
                {
                    "queue_name": EXPORTS if exports else QUEUE,
                    "workflow_name": EXPORT if exports else WORKFLOW,
                    "workflow_id": job_id,
                    "queue_partition_key": tenant.engagement_id,
                    "app_version": VERSION,
                },
                tenant.client_account_id,
                tenant.engagement_id,
                job.flow_id,
                job_id,
            )

        await connection.run_sync(add)

    async def cancel(self, jobs: Sequence[CancelRun]) -> None:
        """Stop these runs where they are; one that has ended stays as it is."""
        await self._client.cancel_workflows_async([job.run_id for job in jobs])

    async def pending(self) -> int:
        """How many runs and exports are waiting or at work."""
        runs = await self._client.list_workflows_async(
            status=["ENQUEUED", "PENDING"], load_input=False, load_output=False
        )
        return len(runs)

    async def close(self) -> None:
        """Give back the connections."""
        # Not in a thread: a worker's engine has shut down the loop's threads by the time it ends.
        self._client.destroy()
