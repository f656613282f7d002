"""Who is asked to look through plans, in memory and on PostgreSQL alike: those that rest on what was changed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.application import Application
from domain.commands import PhaseAction, StartFlow
from domain.decision import Strategy
from domain.dependency import Dependency, DependencyKind
from domain.errors import NotFound
from domain.event import EventKind, ReviewPlans
from domain.flow import Flow
from domain.need import Need
from domain.phase import PhaseStatus
from domain.transition import FlowStatus
from resolvers import flows
from tests.integration.conftest import Bench
from tests.plans import application, decision
from tests.toy import caller, new_id


async def portfolio(bench: Bench, *names: str) -> tuple[Application, ...]:
    found = tuple(map(application, names))
    async with bench.work(bench.tenant) as uow:
        await uow.portfolio.save([*found, *map(decision, found)])
    return found


async def planned(bench: Bench, *applications: Application) -> Flow:
    wanted = {"applicationIds": [each.id for each in applications], "startsOn": "2027-01-04"}
    flow = await flows.start_flow(caller(bench.work, bench.tenant), StartFlow("planning", wanted))
    await bench.drive()
    return await stored(bench, flow)


async def stored(bench: Bench, flow: Flow) -> Flow:
    async with bench.work(bench.tenant) as uow:
        return await uow.flows.get(flow.id)


async def decide_anew(bench: Bench, of: Application) -> None:
    async with bench.work(bench.tenant) as uow:
        needs = frozenset({Need.ACCEPTED})
        (held,) = (await uow.portfolio.load(needs, "", (of.id,))).accepted
        await uow.portfolio.save((replace(held, strategy=Strategy.REPLATFORM, version=held.version + 1),))


async def decide_in_vain(bench: Bench, of: Application) -> None:
    async with bench.work(bench.tenant) as uow:
        await uow.portfolio.save((replace(decision(of), strategy=Strategy.REFACTOR),))
        await uow.flows.get(new_id())


def reviews(bench: Bench) -> list[tuple[str, ...]]:
    return [job.flow_ids for job in bench.take_jobs() if isinstance(job, ReviewPlans)]


async def test_a_plan_is_stale_until_somebody_accepts_it(bench: Bench) -> None:
    billing, ledger = await portfolio(bench, "Billing", "Ledger")
    flow = await planned(bench, billing, ledger)

    await decide_anew(bench, billing)
    await bench.drive()
    stale = await stored(bench, flow)
    action = PhaseAction(flow.id, "wave_planning", reason="It fits.")
    await flows.accept_phase(caller(bench.work, bench.tenant), action)
    await bench.drive()

    kept = await stored(bench, flow)
    assert (flow.status, flow.failure) == (FlowStatus.COMPLETED, None)
    assert (stale.status, stale.state("wave_planning").status) == (FlowStatus.COMPLETED, PhaseStatus.STALE)
    assert stale.warnings[-1].message == "Billing: REHOST became REPLATFORM."
    assert stale.state("wave_planning").from_outside
    assert (kept.status, kept.warnings) == (FlowStatus.COMPLETED, flow.warnings)
    assert {state.status for state in kept.phases} == {PhaseStatus.COMPLETED}
    told = [event for event in await bench.events(flow.id) if event.kind is EventKind.WARNING]
    assert [event.data["message"] for event in told].count("Billing: REHOST became REPLATFORM.") == 1


async def test_only_plans_that_rest_on_it_are_looked_through(bench: Bench) -> None:
    billing, ledger, portal = await portfolio(bench, "Billing", "Ledger", "Portal")
    both, alone = await planned(bench, billing, ledger), await planned(bench, ledger)
    before = reviews(bench)

    await decide_anew(bench, billing)
    by_decision = reviews(bench)
    async with bench.work(bench.tenant) as uow:
        await uow.portfolio.save((Dependency(new_id(), ledger.id, portal.id, DependencyKind.SOFT, "test"),))
    by_dependency = reviews(bench)
    await decide_anew(bench, portal)

    assert before == []
    assert by_decision == [(both.id,)]
    assert by_dependency == [tuple(sorted((both.id, alone.id)))]
    assert reviews(bench) == []


async def test_a_pool_concerns_the_plans_that_it_works_on(bench: Bench) -> None:
    (billing,) = await portfolio(bench, "Billing")
    flow = await planned(bench, billing)
    async with bench.work(bench.tenant) as uow:
        pools = (await uow.portfolio.load(frozenset({Need.POOLS}), "", ())).pools
        engineers = next(each for each in pools if each.role == "engineer")
        idle = replace(engineers, id=new_id(), name="Idle")
        await uow.portfolio.save((idle,))
    unused = reviews(bench)

    async with bench.work(bench.tenant) as uow:
        await uow.portfolio.save((replace(engineers, hourly_rate=engineers.hourly_rate + Decimal(1)),))

    assert unused == []
    assert reviews(bench) == [(flow.id,)]


async def test_what_is_rolled_back_asks_nobody(bench: Bench) -> None:
    (billing,) = await portfolio(bench, "Billing")
    await planned(bench, billing)

    with pytest.raises(NotFound):
        await decide_in_vain(bench, billing)

    assert reviews(bench) == []
