"""A worker: takes what is to be run from the queues, watches over others, wakes what is due, and tidies up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from dbos import WorkflowStatusString as Status

from domain.access import SYSTEM, Tenant
from domain.flow import Stamp
from domain.ports import Sweeps
from domain.thread import UNTOUCHED
from engine.artifact_workflow import register_artifacts
from engine.artifacts import ArtifactRunner
from engine.contract_workflow import register_contracts
from engine.contracts import ContractRunner
from engine.exports import ExportRunner
from engine.phases import PhaseRunner
from engine.queue import APPLICATION, ARTIFACTS, CONTRACTS, EXPORTS, QUEUE, REPLIES, REVIEWS, VERSION
from engine.recovery import Liveness, LockLost
from engine.replies import ReplyRunner
from engine.reply_workflow import register_replies
from engine.reviews import Reviewer
from engine.workflow import register

log = logging.getLogger(__name__)

PURGED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, and how often it looks, in seconds.

    `kept` is how long finished runs stay in the engine's own tables, `events_kept` how long the events of an ended flow
    stay; None keeps them as long as the flow.
    """

    kept: timedelta = timedelta(days=7)
    events_kept: timedelta | None = None
    per_engagement: int = 2
    per_worker: int = 4
    replies_per_engagement: int = 8
    replies_per_worker: int = 16
    queue: float = 0.1
    reviews: float = 0.5
    recovery: float = 2.0
    due: float = 0.5
    expiry: float = 5.0
    heartbeat: float = 2.0
    purge: float = 3600.0


@dataclass(frozen=True, slots=True)
class Runners:
    """What carries out the jobs."""

    phases: PhaseRunner
    exports: ExportRunner
    reviews: Reviewer
    replies: ReplyRunner | None = None
    artifacts: ArtifactRunner | None = None
    contracts: ContractRunner | None = None


class Worker:
    """One worker process."""

    def __init__(
        self, database_url: str, executor_id: str, runners: Runners, sweeps: Sweeps, pace: Pace | None = None
    ) -> None:
        self._database_url = database_url
        self._executor_id = executor_id
        self._runner = runners.phases
        self._exports = runners.exports
        self._reviewer = runners.reviews
        self._replies = runners.replies
        self._artifacts = runners.artifacts
        self._contracts = runners.contracts
        self._sweeps = sweeps
        self._pace = pace or Pace()
        self._liveness = Liveness(database_url, executor_id)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Work until `stop` is set. Raises LockLost when others may have taken over: the process must end then."""
        await self._liveness.begin()
        await self._launch()
        ready()
        # A lost lock leaves from here without an orderly end: what still runs here is not wanted any more.
        await self._work_until(stop)
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=5, destroy_registry=True)
        await self._liveness.end()

    async def _launch(self) -> None:
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=self._database_url,
            executor_id=self._executor_id,
            application_version=VERSION,
            serializer=DBOSPortableJSONSerializer(),
            run_migrations=False,
            enable_otlp=False,
            log_level="WARNING",
            sys_db_pool_size=5,
        )
        DBOS(config=config)
        self._define_workflows()
        DBOS.launch()
        await self._open_queues()
        await self._open_queues_of_models()

    def _define_workflows(self) -> None:
        register(self._runner, self._exports, self._reviewer)
        if self._replies is not None:
            register_replies(self._replies)
        if self._artifacts is not None:
            register_artifacts(self._artifacts)
        if self._contracts is not None:
            register_contracts(self._contracts)

    async def _open_queues(self) -> None:
        await DBOS.register_queue_async(
            QUEUE,
            partition_concurrency=self._pace.per_engagement,
            worker_concurrency=self._pace.per_worker,
            polling_interval_sec=self._pace.queue,
        )
        # One at a time: writing a file holds a processor and the memory of a whole document.
        await DBOS.register_queue_async(
            EXPORTS, partition_concurrency=1, worker_concurrency=1, polling_interval_sec=self._pace.queue
        )
        await DBOS.register_queue_async(
            REVIEWS, partition_concurrency=1, worker_concurrency=2, polling_interval_sec=self._pace.reviews
        )

    async def _open_queues_of_models(self) -> None:
        if self._replies is not None:
            # They mostly wait for a model.
            await DBOS.register_queue_async(
                REPLIES,
                partition_concurrency=self._pace.replies_per_engagement,
                worker_concurrency=self._pace.replies_per_worker,
                polling_interval_sec=self._pace.queue,
            )
        if self._artifacts is not None:
            await DBOS.register_queue_async(
                ARTIFACTS,
                partition_concurrency=self._pace.per_engagement,
                worker_concurrency=self._pace.per_worker,
                polling_interval_sec=self._pace.queue,
            )

        if self._contracts is not None:
            # Text recognition holds a processor.
            await DBOS.register_queue_async(
                CONTRACTS, partition_concurrency=1, worker_concurrency=2, polling_interval_sec=self._pace.queue
            )

    async def _work_until(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as duties:
            running = [
                duties.create_task(_every(self._pace.recovery, self._recover)),
                duties.create_task(_every(self._pace.due, self._wake)),
                duties.create_task(_every(self._pace.expiry, self._expire)),
                duties.create_task(_every(self._pace.heartbeat, self._beat)),
                duties.create_task(_every(self._pace.purge, self._purge)),
                duties.create_task(_every(self._pace.purge, self._forget)),
                duties.create_task(_every(self._pace.purge, self._abandon)),
            ]
            await stop.wait()
            for duty in running:
                duty.cancel()

    async def _recover(self) -> None:
        await self._liveness.check()
        await self._liveness.take_over()

    async def _beat(self) -> None:
        await self._sweeps.beat(self._executor_id, datetime.now(UTC))

    async def _wake(self) -> None:
        for tenant, flow_id in await self._sweeps.due(self._runner.clock()):
            # One that cannot be woken holds up no other.
            await _tried(partial(self._wake_flow, tenant, flow_id))

    async def _wake_flow(self, tenant: Tenant, flow_id: str) -> None:
        async with self._runner.work(tenant) as uow:
            flow = await uow.flows.get(flow_id)
            # Asked again once the flow is held: one more override may have put it off meanwhile.
            if await uow.woken(flow_id, self._runner.clock()):
                await uow.flows.save(flow.wake(Stamp(SYSTEM, self._runner.clock(), self._runner.ids)))

    async def _expire(self) -> None:
        for tenant, flow_id, file_id in await self._sweeps.expired(self._runner.clock()):
            await _tried(partial(self._exports.expire, tenant, flow_id, file_id))

    async def _forget(self) -> None:
        now, kept = self._runner.clock(), self._pace.events_kept
        await self._sweeps.forget(now, None if kept is None else now - kept)

    async def _abandon(self) -> None:
        if self._replies is None:
            return
        for tenant, thread_id in await self._sweeps.untouched(self._runner.clock() - UNTOUCHED):
            await _tried(partial(self._replies.abandon, tenant, thread_id))

    async def _purge(self) -> None:
        before = (datetime.now(UTC) - self._pace.kept).isoformat()
        ended = [Status.SUCCESS.value, Status.ERROR.value, Status.CANCELLED.value]
        while old := await DBOS.list_workflows_async(
            status=ended, completed_before=before, limit=PURGED_AT_ONCE, load_input=False, load_output=False
        ):
            await DBOS.delete_workflows_async([run.workflow_id for run in old])


async def _every(seconds: float, duty: Callable[[], Awaitable[None]]) -> None:
    """Do the duty for ever."""
    while True:
        await _tried(duty)
        await asyncio.sleep(seconds)


async def _tried(duty: Callable[[], Awaitable[None]]) -> None:
    """Do the duty; a failure is logged, but a lost lock ends the worker."""
    try:
        await duty()
    except LockLost:
        raise
    except Exception:
        log.exception("duty_failed")
