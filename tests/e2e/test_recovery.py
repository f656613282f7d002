"""Workers that are killed, cancelled runs, and a database that goes away: the phase still ends, once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from domain.commands import FlowAction, StartFlow, SubmitPhaseInput
from domain.event import EventKind, LoggedEvent
from domain.flow import Flow
from domain.transition import FlowStatus
from engine.queue import PhaseQueue
from persistence.database import open_database
from persistence.event_log import EventReader
from persistence.work import Outlets, Works
from resolvers import flows
from resolvers.context import Caller
from tests.conftest import StartProcess
from tests.integration.conftest import make_tenant
from tests.servers import Process
from tests.toy import ALL, caller, new_id, new_tenant, now

SOON = 30.0


@dataclass
class Site:
    """A database with one engagement, and commands on it."""

    url: str
    engine: AsyncEngine
    queue: PhaseQueue
    tenant: Tenant

    @property
    def work(self) -> Works:
        return Works(self.engine, ALL, Outlets(self.queue.enqueue, self.queue.cancel, lambda _heads: None), now, new_id)

    def alice(self) -> Caller:
        return caller(self.work, self.tenant)

    async def flow(self, flow_id: str) -> Flow:
        async with self.work(self.tenant) as uow:
            return await uow.flows.get(flow_id)

    async def events(self, flow_id: str) -> list[LoggedEvent]:
        return list(await EventReader(self.engine).page(self.tenant, flow_id, 0, 1000))

    async def reach(self, flow_id: str, *statuses: FlowStatus) -> Flow:
        """The flow once it stands at one of these."""
        async with asyncio.timeout(SOON):
            while (flow := await self.flow(flow_id)).status not in statuses:  # noqa: ASYNC110 - a worker changes it
                await asyncio.sleep(0.1)
        return flow


@pytest.fixture
async def site(fresh_database: str) -> AsyncIterator[Site]:
    engine, tenant = open_database(fresh_database), new_tenant()
    await make_tenant(engine, tenant)
    queue = PhaseQueue(fresh_database)
    yield Site(fresh_database, engine, queue, tenant)
    await queue.close()
    await engine.dispose()


def start_worker(start_process: StartProcess, site: Site, held_at: str = "") -> Process:
    environment = {"FLOTILLA_DATABASE_URL": site.url, "FLOTILLA_BROADCAST_URL": "memory://"}
    worker = start_process("-m", "tests.e2e.held_worker", *held_at.split(), environment=environment)
    worker.wait_for_line("^worker .* is ready$")
    return worker


# After it has been saved the phase no longer runs; with auto-advance the next one does.
STEPS = [
    "make before begin",
    "make after begin",
    "make before rules",
    "make after rules",
    "make before save",
    "approve after save",
]


@pytest.mark.parametrize("step", STEPS)
async def test_a_run_goes_on_elsewhere_when_its_worker_is_killed(
    site: Site, start_process: StartProcess, step: str
) -> None:
    doomed = start_worker(start_process, site, step)
    flow = await flows.start_flow(site.alice(), StartFlow("toy", {"size": 5}))
    await asyncio.to_thread(doomed.wait_for_line, f"reached {step}")
    os.kill(doomed.pid, signal.SIGKILL)

    start_worker(start_process, site)

    found = await site.reach(flow.id, FlowStatus.AWAITING_INPUT, FlowStatus.FAILED)
    assert found.status is FlowStatus.AWAITING_INPUT
    assert found.state("approve").proposed_input["names"] == [f"Toy {n}" for n in range(5)]
    told = [(e.phase, e.data["status"]) for e in await site.events(flow.id) if e.kind is EventKind.PHASE_STATUS]
    assert told == [
        ("make", "RUNNING"),
        ("make", "COMPLETED"),
        ("approve", "RUNNING"),
        ("approve", "AWAITING_INPUT"),
    ]


async def test_a_run_that_another_worker_took_over_meanwhile_is_left_to_it(
    site: Site, start_process: StartProcess
) -> None:
    doomed = start_worker(start_process, site, "make before rules")
    await flows.start_flow(site.alice(), StartFlow("toy", {}))
    await asyncio.to_thread(doomed.wait_for_line, "reached make before rules")
    os.kill(doomed.pid, signal.SIGKILL)
    environment = {"FLOTILLA_DATABASE_URL": site.url}
    late = start_process("-m", "tests.e2e.late_worker", environment=environment)
    await asyncio.to_thread(late.wait_for_line, "^listed the runs of ")
    quicker = start_worker(start_process, site, "make before rules")
    await asyncio.to_thread(quicker.wait_for_line, "reached make before rules")

    late.send_signal(signal.SIGUSR1)

    # Put back into the queue it would be begun a second time, beside the first.
    assert (await asyncio.to_thread(late.wait_for_line, "^took over (.*)"))[1] == "0"


async def test_a_run_that_kills_every_worker_is_given_up(site: Site, start_process: StartProcess) -> None:
    flow = await flows.start_flow(site.alice(), StartFlow("toy", {}))
    for _ in range(3):
        worker = start_worker(start_process, site, "make before rules")
        await asyncio.to_thread(worker.wait_for_line, "reached make before rules")
        os.kill(worker.pid, signal.SIGKILL)

    start_worker(start_process, site)

    found = await site.reach(flow.id, FlowStatus.FAILED)
    assert found.failure is not None
    assert (found.failure.code, found.failure.retryable) == ("WORKER_LOST", True)


async def test_cancel_ends_a_running_phase_within_five_seconds(site: Site, start_process: StartProcess) -> None:
    worker = start_worker(start_process, site, "make before rules")
    flow = await flows.start_flow(site.alice(), StartFlow("toy", {}))
    await asyncio.to_thread(worker.wait_for_line, "reached make before rules")

    async with asyncio.timeout(5):
        await flows.cancel_flow(site.alice(), FlowAction(flow.id))
        while await site.queue.pending():  # noqa: ASYNC110 - a worker changes it
            await asyncio.sleep(0.1)

    assert (await site.flow(flow.id)).status is FlowStatus.CANCELLED


@pytest.mark.parametrize(
    ("configuration", "code", "retryable"),
    [({"broken": True}, "UNSUPPORTED_FORMAT", False), ({"fault": True}, "INTERNAL", True)],
)
async def test_a_phase_that_cannot_end_well_says_why(
    site: Site, start_process: StartProcess, configuration: dict[str, bool], code: str, retryable: bool
) -> None:
    start_worker(start_process, site)

    flow = await flows.start_flow(site.alice(), StartFlow("toy", configuration))

    found = await site.reach(flow.id, FlowStatus.FAILED)
    assert found.failure is not None
    assert (found.failure.code, found.failure.phase, found.failure.retryable) == (code, "make", retryable)


async def test_many_flows_of_one_engagement_all_end_beside_those_of_another(
    site: Site, start_process: StartProcess
) -> None:
    start_worker(start_process, site)
    started = [await flows.start_flow(site.alice(), StartFlow("toy", {"size": 1})) for _ in range(12)]

    for flow in started:
        found = await site.reach(flow.id, FlowStatus.AWAITING_INPUT)
        data = found.state("approve").proposed_input
        await flows.submit_phase_input(site.alice(), SubmitPhaseInput(flow.id, "approve", data))

    ended = [await site.reach(flow.id, FlowStatus.COMPLETED) for flow in started]
    assert [flow.progress for flow in ended] == [100] * 12
