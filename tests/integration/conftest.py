"""Units of work for the suite that runs twice: in memory and on PostgreSQL."""

from __future__ import annotations

import atexit
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from domain.agents.playing import NoPlayers, Players
from domain.agents.ports import Agents, NoAgents
from domain.event import Job, LoggedEvent, ReviewPlans, RunPhase
from domain.planning.ports import Solvers
from domain.ports import Work
from engine.phases import PhaseRunner
from engine.reviews import Reviewer
from engine.run import Run
from persistence.database import open_database, select_tenant
from persistence.event_log import EventReader
from persistence.memory import MemoryWorks
from persistence.tables import client_accounts, engagements
from persistence.work import Outlets, Works
from readers import reader
from server.runners import make_solvers
from shapes.codec import Codec
from tests.toy import ALL, new_id, new_tenant, now


@cache
def solvers() -> Solvers:
    """One set for the whole run: a solver takes longer to load than many a solve."""
    made = make_solvers()
    atexit.register(made.close)
    return made


@dataclass
class Bench:
    """Units of work, the jobs they have committed, and the log they have written."""

    work: Work
    tenant: Tenant
    take_jobs: Callable[[], list[Job]]
    events: Callable[[str], Any]
    agents: Agents = field(default_factory=NoAgents)
    players: Players = field(default_factory=NoPlayers)

    def runner(self) -> PhaseRunner:
        return PhaseRunner(self.work, Codec(), reader(), solvers(), now, new_id, self.agents, self.players)

    async def drive(self) -> list[Job]:
        """Run phases and review plans until none is left; the jobs that were taken."""
        taken: list[Job] = []
        while jobs := self.take_jobs():
            taken += jobs
            for job in jobs:
                if isinstance(job, RunPhase):
                    await self.run(Run(self.tenant, job.flow_id, job.run_id))
                elif isinstance(job, ReviewPlans):
                    for flow_id in job.flow_ids:
                        await Reviewer(self.work, Codec(), now, new_id).review(self.tenant, flow_id)
        return taken

    async def run(self, run: Run) -> None:
        runner = self.runner()
        if await runner.begin(run):
            await runner.save(run, await runner.ask(run, await runner.rules(run)))


@pytest.fixture(params=["memory", "postgresql"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    if request.param == "memory":
        yield memory_bench()
        return
    async with postgres_bench(request.getfixturevalue("fresh_database")) as made:
        yield made


def memory_bench() -> Bench:
    works, tenant = MemoryWorks(), new_tenant()

    def take_jobs() -> list[Job]:
        jobs = [job for _tenant, job in works.jobs]
        works.jobs.clear()
        return jobs

    async def events(flow_id: str) -> list[LoggedEvent]:
        return [event for event in works.states[tenant].events if event.flow_id == flow_id]

    # What only the tables keep (engagements and their members) has no twin in memory.
    return Bench(cast("Work", works), tenant, take_jobs, events)


@asynccontextmanager
async def postgres_bench(url: str) -> AsyncIterator[Bench]:
    engine, tenant = open_database(url), new_tenant()
    jobs: list[Job] = []

    async def enqueue(_connection: Any, _tenant: Tenant, job: Job) -> None:
        jobs.append(job)

    async def cancel(cancelled: Any) -> None:
        jobs.extend(cancelled)

    def take_jobs() -> list[Job]:
        taken = list(jobs)
        jobs.clear()
        return taken

    async def events(flow_id: str) -> list[LoggedEvent]:
        return list(await EventReader(engine).page(tenant, flow_id, 0, 1000))

    await make_tenant(engine, tenant)
    works = Works(engine, ALL, Outlets(enqueue, cancel, lambda _heads: None), now, new_id)
    try:
        yield Bench(works, tenant, take_jobs, events)
    finally:
        await engine.dispose()


async def make_tenant(engine: AsyncEngine, tenant: Tenant) -> None:
    """A client account with one engagement, in the tables."""
    async with engine.begin() as connection:
        await select_tenant(connection, tenant)
        await connection.execute(insert(client_accounts), {"id": tenant.client_account_id, "name": "Account"})
        row = {
            "id": tenant.engagement_id,
            "client_account_id": tenant.client_account_id,
            "name": "Engagement",
            "currency": "USD",
        }
        await connection.execute(insert(engagements), row)
