"""The engine's queue as seen by a command: enqueue in its transaction, cancel after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from domain.event import (
    CancelRun,
    CheckContract,
    Enqueued,
    ReviewPlans,
    RunPhase,
    WriteArtifact,
    WriteExport,
    WriteReply,
)
from engine.tracing import enqueuing

QUEUE = "phases"
WORKFLOW = "phase"
# Of their own, so that no phase waits for a file.
EXPORTS = "exports"
EXPORT = "export"
# The same: what a long phase used may change while it runs.
REVIEWS = "reviews"
REVIEW = "review"
# The same: somebody waits before a screen.
REPLIES = "replies"
REPLY = "reply"
# The same: a model may take a minute.
ARTIFACTS = "artifacts"
ARTIFACT = "artifact"
# The same: recognizing a scan, or asking a model about a contract, takes minutes.
CONTRACTS = "contracts"
CONTRACT = "contract"
APPLICATION = "flotilla"
# The version of what is stored in the engine's tables, not of the product: a live worker must be able to take over
# what a dead one of the release before had begun.
VERSION = "1"


class PhaseQueue:
    """Phase runs and all other work as durable jobs; what is run has the job's id: asking twice is one job."""

    def __init__(self, database_url: str) -> None:
        self._client = DBOSClient(
            system_database_url=database_url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            system_database_pool_size=2,
            lazy=True,
        )

    async def enqueue(self, connection: AsyncConnection, tenant: Tenant, job: Enqueued) -> None:
        """Part of the caller's transaction: a rollback leaves no job."""
        queue, workflow, job_id, given = _described(job)
        with enqueuing(queue, job_id, {"phase": job.phase} if isinstance(job, RunPhase) else {}) as attributes:
            options: EnqueueOptions = {
                "queue_name": queue,
                "workflow_name": workflow,
                "workflow_id": job_id,
                "queue_partition_key": tenant.engagement_id,
                "app_version": VERSION,
                "attributes": attributes,
            }

            def add(synchronous: Connection) -> None:
                self._client.enqueue_in_transaction(
                    synchronous, options, tenant.client_account_id, tenant.engagement_id, *given
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


def _described(job: Enqueued) -> tuple[str, str, str, tuple[Any, ...]]:
    """Its queue, its workflow, its id, and what the workflow is given beside the tenant."""
    if isinstance(job, WriteExport):
        return EXPORTS, EXPORT, job.export_id, (job.flow_id, job.export_id)
    if isinstance(job, ReviewPlans):
        return REVIEWS, REVIEW, job.id, (list(job.flow_ids),)
    if isinstance(job, WriteReply):
        return REPLIES, REPLY, job.message_id, (job.flow_id, job.thread_id, job.message_id)
    if isinstance(job, WriteArtifact):
        return ARTIFACTS, ARTIFACT, job.artifact_id, (job.flow_id, job.artifact_id)
    if isinstance(job, CheckContract):
        return CONTRACTS, CONTRACT, job.contract_id, (job.contract_id,)
    return QUEUE, WORKFLOW, job.run_id, (job.flow_id, job.run_id)
