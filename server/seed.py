"""The sample engagement: made once, its portfolio and its customers imported by the product's own commands.

The phases run here, not in a worker: the sample is there before anything serves, and a machine that was stopped in the
middle goes on with it the next time. What it came to is in the audit log, so that it is never made a second time, not
even after somebody has deleted what was made.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.access import Member, Role, Tenant
from domain.commands import PhaseAction, Source, StartFlow, SubmitPhaseInput
from domain.engagement import CreateEngagement, Engagement
from domain.errors import NotFound
from domain.event import CancelRun, Job
from domain.flow import Flow
from domain.flows import DEFINITIONS
from domain.request import Acting, Request
from domain.transition import FlowStatus
from engine.phases import PhaseRunner
from engine.run import Run
from persistence.database import reading
from persistence.tables import audit_log
from persistence.work import Outlets, Works
from resolvers import flows
from resolvers.context import Caller
from server.composition import database, new_id, now
from server.runners import make_runner
from server.sample_customers import add_customers
from server.sample_tenant import PEOPLE, SAMPLE, SampleTenant
from server.settings import Settings
from shapes.codec import Codec

__all__ = ["PEOPLE", "SAMPLE", "SampleTenant", "seed"]

PORTFOLIO = Path(__file__).parent / "sample" / "portfolio.csv"
IMPORTED, SEEDED, CUSTOMERS = "startFlow", "seed", "importCustomers"
REASON = "The sample portfolio"
# Among the advisory locks of the database: «seeding».
SEEDING = 0x464C_5345
MOST_STEPS = 50


def seed(settings: Settings) -> SampleTenant:
    """Make the sample, or what is missing of it; two at once are safe, the second waits for the first."""
    asyncio.run(_seed(settings))
    return SAMPLE


async def _seed(settings: Settings) -> None:
    engine = database(settings)
    try:
        async with _alone(engine):
            sample = _Sample(engine, settings)
            try:
                if await _entry(engine, SEEDED) is None:
                    await sample.make()
                if await _entry(engine, CUSTOMERS) is None:
                    await sample.add_customers()
            finally:
                sample.close()
    finally:
        await engine.dispose()


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        # As long as the other one takes; and this session then sleeps as long as we do.
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            await connection.execute(text(f"SET LOCAL {limit} = 0"))
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEEDING})
        yield


async def _entry(engine: AsyncEngine, mutation: str) -> str | None:
    """What the sample's own entry in the audit log is about; None when there is none."""
    query = select(audit_log.c.subject_id).where(audit_log.c.mutation == mutation, audit_log.c.reason == REASON)
    async with reading(engine, SAMPLE.tenant) as connection:
        return await connection.scalar(query)


class _Sample:
    """Makes the sample in steps, each of which may be the last before the power goes."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        self._limit = settings.inventory_limit
        works = Works(engine, DEFINITIONS, Outlets(_not_queued, _not_cancelled, lambda _heads: None), now, new_id)
        self._works = works
        self._runner: PhaseRunner = make_runner(works, settings)
        self._alice = Caller(
            subject="alice",
            user="alice",
            roles=frozenset({Role.ADMIN}),
            tenant=SAMPLE.tenant,
            clock=now,
            ids=new_id,
            shapes=Codec(),
            open_work=works,
        )

    def close(self) -> None:
        """End what solves for it."""
        self._runner.solvers.close()

    async def make(self) -> None:
        await self._engagement()
        flow_id = await _entry(self._engine, IMPORTED) or (await self._import()).id
        await self._carry_through(flow_id)
        seeded = Request.of(SEEDED, {}, reason=REASON)
        async with self._works(SAMPLE.tenant, Acting("system", "system", seeded)) as uow:
            uow.touch(flow_id)

    async def add_customers(self) -> None:
        """By themselves: a sample that an earlier release has made has none."""
        await add_customers(self._alice)
        seeded = Request.of(CUSTOMERS, {}, reason=REASON)
        async with self._works(SAMPLE.tenant, Acting("system", "system", seeded)) as uow:
            for customer in (await uow.customers.find())[:1]:
                uow.touch(customer.id)

    async def _engagement(self) -> None:
        async with self._works(SAMPLE.tenant) as uow:
            if await uow.engagements.has_account():
                return
            await uow.engagements.add_account("Halden Mutual")
            command = CreateEngagement("Sample", "EUR")
            await uow.engagements.add(Engagement.create(SAMPLE.engagement_id, SAMPLE.client_account_id, command))
            for subject, role in PEOPLE.items():
                await uow.engagements.save_member(Member(subject, frozenset({role}), f"{subject}@example.com"))

    async def _import(self) -> Flow:
        importer = replace(self._alice, request=Request.of(IMPORTED, {}, reason=REASON))
        source = Source(PORTFOLIO.name, "text/csv", _chunks(PORTFOLIO.read_bytes()), self._limit)
        return await flows.start_flow(importer, StartFlow("discovery", {}, name="Sample portfolio", source=source))

    async def _carry_through(self, flow_id: str) -> None:
        """To its end, or as far as it goes by itself; what somebody has deleted is left alone."""
        for _ in range(MOST_STEPS):
            try:
                async with self._works(SAMPLE.tenant) as uow:
                    flow = await uow.flows.get(flow_id)
            except NotFound:
                return
            if not await self._step(flow):
                return

    async def _step(self, flow: Flow) -> bool:
        active = flow.active
        if flow.running and flow.running.run_id:
            run = Run(SAMPLE.tenant, flow.id, flow.running.run_id)
            if await self._runner.begin(run):
                await self._runner.save(run, await self._runner.rules(run))
        elif flow.status is FlowStatus.AWAITING_INPUT and active:
            await flows.submit_phase_input(self._alice, SubmitPhaseInput(flow.id, active.key, active.proposed_input))
        elif flow.status is FlowStatus.FAILED:
            await flows.retry_phase(self._alice, PhaseAction(flow.id))
        else:
            return False
        return True


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _not_queued(_connection: AsyncConnection, _tenant: Tenant, _job: Job) -> None:
    """The phase is run here."""


async def _not_cancelled(_jobs: Sequence[CancelRun]) -> None:
    """Nobody else runs it."""
