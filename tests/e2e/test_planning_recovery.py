"""Plans whose workers are killed in every phase, solves that are cancelled or die: nothing stays behind."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import psutil
import pytest

from domain.application import Application
from domain.commands import FlowAction, PhaseAction, StartFlow
from domain.dependency import Dependency, DependencyKind
from domain.event import EventKind
from domain.flow import Flow
from domain.flows import DEFINITIONS
from domain.need import Need
from domain.transition import FlowStatus
from resolvers import flows
from tests.conftest import StartProcess
from tests.e2e.test_recovery import Site, site, start_worker
from tests.integration.conftest import make_tenant
from tests.plans import application, decision
from tests.servers import Process
from tests.toy import new_id, new_tenant

__all__ = ["site"]

pytestmark = pytest.mark.slow

LATER = 120.0
# Enough for a search that goes on for seconds.
MANY = 100
# Where each phase's worker is killed.
STEPS = ("before rules", "after rules", "before save", "after rules", "before save")


async def until(holds: Callable[[], bool], seconds: float = LATER) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - processes come and go by themselves
            await asyncio.sleep(0.1)


def solvers(worker: Process) -> list[psutil.Process]:
    """The processes below the worker that solve for it."""
    below = psutil.Process(worker.pid).children(recursive=True)
    # What is a zombie by now has ended.
    return [each for each in below if not gone(each) and "solvers.child" in each.cmdline()]


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


async def loaded(worker: Process) -> psutil.Process:
    """Its solver, once it has loaded what it needs and waits."""
    await until(lambda: bool(solvers(worker)))
    (solver,) = solvers(worker)
    await until(lambda: any("cp_model_helper" in each.path for each in solver.memory_maps()))
    used = -1.0
    while used != (used := sum(solver.cpu_times()[:2])):  # noqa: ASYNC110 - a process works by itself
        await asyncio.sleep(1)
    return solver


async def solving(solver: psutil.Process) -> None:
    before = sum(solver.cpu_times()[:2])
    await until(lambda: sum(solver.cpu_times()[:2]) > before + 0.5)


async def portfolio(site: Site, count: int) -> tuple[Application, ...]:
    """So many applications ready for planning, with dependencies drawn at random, the same each time."""
    random = Random(4)
    found = tuple(application(f"App {number:03}") for number in range(count))
    ends = {tuple(sorted(random.sample(range(count), 2))) for _ in range(count * 3 // 2)}
    kinds = [DependencyKind.HARD, DependencyKind.SOFT, DependencyKind.SOFT]
    needs = [
        Dependency(new_id(), found[late].id, found[early].id, random.choice(kinds), "test")
        for early, late in sorted(ends)
    ]
    async with site.work(site.tenant) as uow:
        await uow.portfolio.save([*found, *map(decision, found), *needs])
    return found


async def begin(site: Site, applications: Sequence[Application], **configuration: Any) -> Flow:
    ids = [each.id for each in applications]
    wanted = {"applicationIds": ids, "startsOn": "2027-01-04", "maxParallelWaves": 2, **configuration}
    return await flows.start_flow(site.alice(), StartFlow("planning", wanted))


async def ended(site: Site, flow: Flow, *statuses: FlowStatus) -> Flow:
    async with asyncio.timeout(LATER):
        while (found := await site.flow(flow.id)).status not in statuses:  # noqa: ASYNC110 - a worker changes it
            await asyncio.sleep(0.2)
    return found


async def outcome(site: Site, flow: Flow) -> tuple[Any, ...]:
    """What the plan came to, by names and numbers instead of ids."""
    needs = frozenset({Need.APPLICATIONS, Need.PLAN, Need.POOLS})
    async with site.work(site.tenant) as uow:
        found = await uow.portfolio.load(needs, flow.id, flow.application_ids)
    plan = found.plan
    names = {each.id: each.name for each in found.applications}
    pools = {each.id: each.name for each in found.pools}
    numbers = {wave.id: wave.number for wave in plan.waves}
    assert plan.cost is not None
    assert plan.synthesis is not None
    return (
        sorted((names[id], number) for id, number in plan.numbers.items()),
        sorted((numbers[each.wave_id], pools[each.pool_id], each.hours, each.cost) for each in plan.allocations),
        sorted((each.key, each.starts_on, each.ends_on, each.float_days) for each in plan.activities),
        sorted((each.number, each.name, each.day) for each in plan.milestones),
        sorted((each.category, each.description, each.amount, each.high_amount) for each in plan.cost_lines),
        (plan.cost.total, plan.synthesis.summary),
    )


@pytest.mark.long
async def test_killed_in_every_phase_a_plan_is_what_it_is_undisturbed(site: Site, start_process: StartProcess) -> None:
    phases = [phase.key for phase in DEFINITIONS["planning"].phases]
    calm = replace(site, tenant=new_tenant())
    await make_tenant(site.engine, calm.tenant)
    flow = None

    for phase, step in zip(phases, STEPS, strict=True):
        held = start_worker(start_process, site, f"{phase} {step}")
        flow = flow or await begin(site, await portfolio(site, 12))
        await asyncio.to_thread(held.wait_for_line, f"reached {phase} {step}")
        below = solvers(held)
        held.kill()
        await until(lambda: all(map(gone, below)), 10)  # noqa: B023
    start_worker(start_process, site)

    assert flow is not None
    found = await ended(site, flow, FlowStatus.COMPLETED, FlowStatus.FAILED)
    assert found.failure is None
    events = await site.events(flow.id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    runs = [e.phase for e in events if e.kind is EventKind.PHASE_STATUS and e.data["status"] == "RUNNING"]
    assert runs == phases
    undisturbed = await begin(calm, await portfolio(calm, 12))
    assert (await ended(calm, undisturbed, FlowStatus.COMPLETED, FlowStatus.FAILED)).failure is None
    assert await outcome(site, flow) == await outcome(calm, undisturbed)


async def test_a_worker_killed_in_the_middle_of_a_solve_takes_its_solver_along(
    site: Site, start_process: StartProcess
) -> None:
    doomed = start_worker(start_process, site)
    solver = await loaded(doomed)
    flow = await begin(site, await portfolio(site, MANY))
    await solving(solver)

    doomed.kill()

    await until(lambda: gone(solver), 5)
    start_worker(start_process, site)
    assert (await ended(site, flow, FlowStatus.COMPLETED, FlowStatus.FAILED)).failure is None


async def test_a_cancelled_plan_stops_its_solver_within_five_seconds(site: Site, start_process: StartProcess) -> None:
    worker = start_worker(start_process, site)
    solver = await loaded(worker)
    flow = await begin(site, await portfolio(site, MANY))
    await solving(solver)

    async with asyncio.timeout(5):
        await flows.cancel_flow(site.alice(), FlowAction(flow.id))
        while await site.queue.pending() or not gone(solver):  # noqa: ASYNC110 - a worker changes it
            await asyncio.sleep(0.1)

    assert (await site.flow(flow.id)).status is FlowStatus.CANCELLED
    assert solvers(worker) == []


async def test_a_phase_whose_solver_dies_says_so_and_is_retried(site: Site, start_process: StartProcess) -> None:
    worker = start_worker(start_process, site)
    solver = await loaded(worker)
    flow = await begin(site, await portfolio(site, MANY))
    await solving(solver)

    solver.kill()

    failed = await ended(site, flow, FlowStatus.FAILED, FlowStatus.COMPLETED)
    assert failed.failure is not None
    assert (failed.failure.code, failed.failure.phase, failed.failure.retryable) == (
        "SOLVE_FAILED",
        "wave_planning",
        True,
    )
    assert failed.failure.message == "The solver's process ended with -9. Retry the phase."
    await flows.retry_phase(site.alice(), PhaseAction(flow.id))
    assert (await ended(site, flow, FlowStatus.COMPLETED, FlowStatus.FAILED)).failure is None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_a_worker_leaves_no_solver_behind(site: Site, start_process: StartProcess, how: signal.Signals) -> None:
    worker = start_worker(start_process, site)
    solver = await loaded(worker)
    flow = await begin(site, await portfolio(site, MANY))
    await solving(solver)

    worker.send_signal(how)

    await until(lambda: gone(solver), 10)
    await until(lambda: not psutil.pid_exists(worker.pid) or gone(psutil.Process(worker.pid)), 10)
    # Whoever stops in order leaves what he was at to others: it has not failed.
    assert (await site.flow(flow.id)).status is FlowStatus.RUNNING
